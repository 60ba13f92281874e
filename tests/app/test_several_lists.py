"""Lists over several workflows and statuses, end to end: what is typed and clicked, and what it costs."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from bot.playground.simulators.cloudflare import HtmlPage, Simulation, TooManyRequests
from bot.playground.simulators.cloudflare.steps import Attempt, Failure, Step
from bot.playground.simulators.slack import LocalSlack, Message, Person
from bot.playground.simulators.slack.directory import ADA, GRACE
from bot.ui.sharing import SHARE
from tests.support.digest_actions import public_messages
from tests.support.filter_form import echoed_command, open_filter, submit_and_wait
from tests.support.fixtures import RunBot
from tests.support.messages import answer, ask, button_labels, click, has_button, row_ids, walk

NOW = datetime.now(UTC)
START = NOW - timedelta(days=1)
NAMES = ("orders", "emails", "refunds")
STATUSES = ("errored", "terminated", "complete")


def add(cloudflare: Simulation, count: int = 240) -> dict[str, list[str]]:
    """Add instances to three workflows in turn, a second apart; return the ids by status, newest first."""
    made: dict[str, list[str]] = {status: [] for status in STATUSES}
    for number in range(count):
        workflow, status = NAMES[number % 3], STATUSES[number // 3 % 3]
        at = START + timedelta(seconds=number)
        added = cloudflare.add_instance(
            workflow, id=f"{workflow}-{number:04}", status=status, created_on=at, started_on=at
        )
        made[status].insert(0, added.id)
    return made


def of(ids: list[str], *workflows: str) -> list[str]:
    return [each for each in ids if each.rpartition("-")[0] in workflows]


def shown(screens: list[Message]) -> list[str]:
    return [row for screen in screens for row in row_ids(screen)]


async def test_one_list_over_everything_and_back_again(ada: Person, cloudflare: Simulation) -> None:
    made = add(cloudflare)
    first = await ask(ada, "list * status:errored")
    assert first.all_text().startswith("All workflows · 🔴 errored\n")
    assert f"`{made['errored'][0]}` in `refunds`" in first.all_text()
    calls = cloudflare.list_calls
    assert calls == len(NAMES), "one for each list"
    forward = await walk(ada, first, "page_next")
    assert shown(forward) == made["errored"]
    assert "the end of the list" in forward[-1].all_text()
    back = await walk(ada, forward[-1], "page_previous")
    assert [row_ids(screen) for screen in back] == [row_ids(screen) for screen in reversed(forward)]
    assert cloudflare.list_calls == calls, "a page of each holds all of it"


@pytest.mark.parametrize(
    ("words", "statuses", "workflows"),
    [
        ("list orders,emails errored", ["errored"], ["orders", "emails"]),
        ("list orders and emails status:errored,terminated", ["errored", "terminated"], ["orders", "emails"]),
        ("orders errored or terminated", ["errored", "terminated"], ["orders"]),
        ("list re* errored", ["errored"], ["refunds"]),
        ("list all status:terminated", ["terminated"], list(NAMES)),
    ],
)
async def test_names_patterns_and_statuses_that_are_listed_as_one(
    ada: Person, cloudflare: Simulation, words: str, statuses: list[str], workflows: list[str]
) -> None:
    made = add(cloudflare, 60)
    wanted = sorted((each for status in statuses for each in made[status]), key=lambda id_: id_[-4:])[::-1]
    screens = await walk(ada, await ask(ada, words), "page_next")
    assert shown(screens) == of(wanted, *workflows)
    again = await ask(ada, echoed_command(screens[0]).removeprefix("/workflows "))
    assert row_ids(again) == row_ids(screens[0])


async def test_what_is_created_while_browsing_stays_out_until_a_refresh(
    ada: Person, cloudflare: Simulation
) -> None:
    made = add(cloudflare, 120)["errored"]
    message = await ask(ada, "list * status:errored")
    seen = row_ids(message)
    while has_button(message, "page_next"):
        cloudflare.add_instance("emails", status="errored")
        message = await click(ada, message, "page_next")
        seen += row_ids(message)
    assert seen == made
    newest = cloudflare.add_instance("orders", id="newest", status="errored")
    while has_button(message, "page_previous"):
        message = await click(ada, message, "page_previous")
    assert row_ids(message) == made[:10]
    assert row_ids(await click(ada, message, "page_refresh"))[0] == newest.id


async def test_the_filter_form_narrows_a_list_of_several(
    ada: Person, cloudflare: Simulation, slack: LocalSlack
) -> None:
    made = add(cloudflare, 60)
    view = await open_filter(ada, await ask(ada, "list orders,emails"))
    message = await submit_and_wait(slack, ada, view, rows="5")
    assert len(row_ids(message)) == 5
    assert echoed_command(message) == "/workflows list orders,emails rows:5"
    assert row_ids(message)[0] in {made[status][0] for status in STATUSES} | set(
        of([each for ids in made.values() for each in ids], "emails")
    )


async def test_a_long_run_that_failed_just_now_is_no_all_clear(ada: Person, cloudflare: Simulation) -> None:
    """Cloudflare filters by creation: a run of three days that failed an hour ago is not in its answer."""
    now = datetime.now(UTC)
    began, failed = now - timedelta(days=3), now - timedelta(minutes=50)
    cloudflare.add_instance(
        "orders", id="long-run", status="errored", created_on=began, started_on=began, ended_on=failed
    )
    cloudflare.add_instance(
        "orders", id="old", status="errored", created_on=began, started_on=began,
        ended_on=began + timedelta(minutes=1),
    )  # fmt: skip
    add(cloudflare, 30)
    for words in ("orders errored since:1h", "list orders,emails errored since:1h", "list * failed since:1h"):
        message = await ask(ada, words)
        text = message.all_text()
        assert row_ids(message) == ["long-run"], words
        assert "ended since" in text
        assert "may have ended since" not in text
        assert "no more among those created since" in text
    by_creation = await ask(ada, "orders errored created:1h")
    assert row_ids(by_creation) == []
    assert "created since" in by_creation.all_text()


async def test_a_list_that_can_t_be_read_is_named_while_the_others_show_and_retry_adds_it(
    ada: Person, cloudflare: Simulation
) -> None:
    made = add(cloudflare, 60)["errored"]
    cloudflare.inject(HtmlPage(503), times=None, operation="list_instances", workflow="emails")
    message = await ask(ada, "list * status:errored")
    assert row_ids(message) == of(made, "orders", "refunds")[:10]
    assert "*1 of 3 lists could not be read" in message.all_text()
    assert "`emails`: Cloudflare gave no usable answer. It answered HTTP 503." in message.all_text()
    following = await click(ada, message, "page_next")
    assert row_ids(following) == of(made, "orders", "refunds")[10:20]
    assert "`emails`" in following.all_text()
    cloudflare.clear_faults()
    calls = cloudflare.list_calls
    whole = await click(ada, message, "list_retry")
    assert (whole.ts, row_ids(whole)) == (message.ts, made[:10])
    assert "could not be read" not in whole.all_text()
    assert cloudflare.list_calls == calls + 1, "the others are remembered"


async def test_where_no_list_can_be_read_it_is_an_error(ada: Person, cloudflare: Simulation) -> None:
    add(cloudflare, 9)
    cloudflare.inject(TooManyRequests(120), times=None, operation="list_instances")
    message = await ask(ada, "list * status:errored")
    assert "Too many requests to Cloudflare just now." in message.all_text()
    assert not row_ids(message)


async def test_a_search_goes_on_until_it_is_over(ada: Person, cloudflare: Simulation) -> None:
    for number in range(1_250):
        at = START + timedelta(seconds=number)
        span = timedelta(minutes=20 if number in (3, 1_240) else 1)
        cloudflare.add_instance(
            "orders", id=f"ord-{number:04}", created_on=at, started_on=at, ended_on=at + span
        )
    message = await ask(ada, "orders longer:10m")
    assert "ord-1240" in row_ids(message)
    assert "Search further ▶" in button_labels(message)
    assert "Searched 1," in message.all_text()
    assert ": 1 found. *Search further* goes on from there." in message.all_text()
    while has_button(message, "list_further"):
        message = await click(ada, message, "list_further")
    assert "ord-0003" in row_ids(message)
    assert "Searched all 1,250 instances: 2 found." in message.all_text()


async def test_more_lists_than_are_read_are_named_with_how_to_narrow(
    ada: Person, cloudflare: Simulation
) -> None:
    for number in range(53):
        for each in range(2 if number < 50 else 1):
            cloudflare.add_instance(f"flow-{number:02}", id=f"i-{number:02}-{each}", status="errored")
    message = await ask(ada, "list flow-* errored rows:20")
    assert cloudflare.list_calls <= 50
    assert "3 lists are left out, as one message reads 50 at most, those with most errored: " in (
        message.all_text()
    )
    assert "`flow-50`, `flow-51`, `flow-52`" in message.all_text()
    last = (await walk(ada, message, "page_next"))[-1]
    assert "the end of what was read" in last.all_text()
    assert "`flow-52`" in (await ask(ada, "list flow-5* errored")).all_text()


async def test_a_table_names_the_workflow_of_each_row(ada: Person, cloudflare: Simulation) -> None:
    add(cloudflare, 30)
    message = await ask(ada, "list * status:errored view:table")
    (table,) = (block for block in message.blocks if block["type"] == "data_table")
    header, *rows = ([cell.get("text") for cell in row] for row in table["rows"])
    assert header[:2] == ["Instance", "Workflow"]
    assert {row[1] for row in rows} == set(NAMES)


async def test_a_cause_that_was_asked_for_once_stands_in_every_list_after_it(
    ada: Person, cloudflare: Simulation
) -> None:
    declined = Failure("PaymentError", "card declined")
    attempt = Attempt(START, START + timedelta(seconds=1), success=False, error=declined)
    step = Step("charge card-1", (attempt,))
    cloudflare.add_instance("orders", id="ord-1", status="errored", error=declined, steps=(step,))
    cloudflare.add_instance("orders", id="ord-2", status="errored", error=Failure("Error", "no stock"))
    plain = await ask(ada, "list * status:errored")
    assert "card declined" not in plain.all_text()
    assert "Why?" in button_labels(plain)
    assert cloudflare.count("get_instance") == 0, "a list asks for no details"
    found = await ask(ada, 'list * status:errored error:"card declined"')
    assert row_ids(found) == ["ord-1"]
    assert "\ncharge card: PaymentError: card declined\n" in found.all_text()
    asked = cloudflare.count("get_instance")
    after = await ask(ada, "list * status:errored")
    assert "\ncharge card: PaymentError: card declined\n" in after.all_text()
    assert "\nno stock\n" in after.all_text()
    assert "Why?" not in button_labels(after)
    assert cloudflare.count("get_instance") == asked


async def test_why_leads_to_the_causes_which_the_list_then_knows(ada: Person, cloudflare: Simulation) -> None:
    for number, workflow in enumerate(NAMES):
        declined = Failure("PaymentError", "card declined")
        cloudflare.add_instance(workflow, id=f"run-{number}", status="errored", error=declined)
    listed = await ask(ada, "list * status:errored")
    failures = await answer(await ada.click(listed, "failures_show"))
    assert "card declined" in failures.all_text()
    again = await click(ada, listed, "page_refresh")
    assert again.all_text().count("\nPaymentError: card declined\n") == 3


async def test_why_goes_back_to_the_oldest_failure_that_is_shown(ada: Person, cloudflare: Simulation) -> None:
    ended_on = datetime.now(UTC) - timedelta(days=4)
    for workflow in NAMES:
        created_on = ended_on - timedelta(hours=1)
        cloudflare.add_instance(workflow, status="errored", created_on=created_on, ended_on=ended_on)
    failures = await answer(await ada.click(await ask(ada, "list * status:errored"), "failures_show"))
    assert "3 failed" in failures.all_text()


@pytest.mark.parametrize("condition", ["id:run-", "version:ver", "longer:1s", "created:7d"])
async def test_why_is_not_asked_of_a_list_with_conditions_that_failures_do_not_have(
    ada: Person, cloudflare: Simulation, condition: str
) -> None:
    cloudflare.add_instance("orders", id="run-1", status="errored", version_id="version-1")
    listed = await ask(ada, f"list * status:errored {condition}")
    assert row_ids(listed) == ["run-1"]
    assert "Why?" not in button_labels(listed)


async def test_an_account_without_workflows_and_one_without_such_instances(
    ada: Person, cloudflare: Simulation
) -> None:
    empty = await ask(ada, "list * status:errored")
    assert "*No instance matches.* All of them: `/workflows list *`" in empty.all_text()
    cloudflare.add_instance("orders", status="complete")
    healthy = await click(ada, empty, "page_refresh")
    assert "*No instance matches.*" in healthy.all_text()
    assert cloudflare.list_calls == 0, "the counts say so"


async def test_the_longest_names_are_shown_whole(ada: Person, cloudflare: Simulation) -> None:
    name, id_ = "w" * 64, "*/30 9-17 * * 1-5,7#2 " * 12 + "1234567"
    cloudflare.add_instance(name, id=id_, status="errored")
    cloudflare.add_instance("orders", id=f"{id_}-", status="terminated")
    message = await ask(ada, f"list {name},orders errored or terminated")
    assert sorted(row_ids(message)) == [id_, f"{id_}-"]
    assert f"`{id_}` in `{name}`" in message.all_text()


async def test_a_workflow_that_is_gone_is_named_by_its_button(ada: Person, cloudflare: Simulation) -> None:
    made = add(cloudflare, 30)["errored"]
    listed = await ask(ada, "list orders,emails status:errored")
    del cloudflare.records.by_name["emails"]
    told = await click(ada, listed, "page_refresh")
    assert "`default` has no workflow called `emails`." in told.all_text()
    others = await click(ada, told, "list_open")
    assert row_ids(others) == of(made, "orders")


# Rights.

SOME = json.dumps(
    [
        {"who": [GRACE.id], "rights": ["view"]},
        {"who": [ADA.id], "workflows": ["orders", "emails"], "rights": ["view"]},
    ]
)


@pytest.fixture
async def both(run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation) -> object:
    """Ada, who may see two of three workflows, and Grace, who sees all."""
    async with run_bot(bot_access=SOME):
        yield slack.person("ada"), slack.person("grace"), add(cloudflare, 90)["errored"]


async def test_what_a_person_may_not_see_is_left_out_of_a_pattern_and_that_is_said(
    both: tuple[Person, Person, list[str]], cloudflare: Simulation
) -> None:
    ada, grace, made = both
    for words in ("list * status:errored", "list *s errored"):
        screens = await walk(ada, await ask(ada, words), "page_next")
        assert shown(screens) == of(made, "orders", "emails")
        for screen in screens:
            assert "Only instances of workflows that you may look at here are shown" in screen.all_text()
            assert "refunds" not in screen.all_text()
    assert not [call for call in cloudflare.calls if "refunds/instances" in call.path]
    whole = await ask(grace, "list * status:errored")
    assert row_ids(whole) == made[:10]
    assert "Only instances" not in whole.all_text()


async def test_a_hidden_workflow_that_is_named_is_refused(
    both: tuple[Person, Person, list[str]], cloudflare: Simulation
) -> None:
    ada, _, _ = both
    message = await ask(ada, "list orders,refunds errored")
    assert "You may not look at `refunds` here." in message.all_text()
    assert f"<@{GRACE.id}>" in message.all_text(), "who may"
    mistyped = await ask(ada, "list orders,emials errored")
    assert "`emials` is not the name of a workflow." in mistyped.all_text()
    assert cloudflare.list_calls == 0


async def test_a_shared_list_shows_what_both_may_see(
    both: tuple[Person, Person, list[str]], slack: LocalSlack
) -> None:
    ada, grace, made = both
    shared = await click(grace, await ask(grace, "list * status:errored"), SHARE)
    assert row_ids(shared) == made[:10]
    turned = await click(ada, shared, "page_refresh")
    assert turned.ts == shared.ts
    assert row_ids(turned) == of(made, "orders", "emails")[:10]
    assert public_messages(slack) == [turned]
    own = await click(ada, await ask(ada, "list * status:errored"), SHARE)
    for action_id in ("page_refresh", "page_next"):
        own = await click(grace, own, action_id)
        assert "refunds" not in own.all_text()
        assert set(row_ids(own)) <= set(of(made, "orders", "emails"))


async def test_a_shared_list_that_names_what_its_sharer_may_not_see_is_shown_no_further(
    both: tuple[Person, Person, list[str]], slack: LocalSlack
) -> None:
    ada, grace, _ = both
    hidden = await ask(grace, "list refunds,orders errored")
    shared = await click(grace, hidden, SHARE)
    by_ada = {**shared.blocks[0], "block_id": f"shared/{ADA.id}/ada"}
    as_if_by_ada = replace(shared, blocks=(by_ada, *shared.blocks[1:]))
    told = await click(grace, as_if_by_ada, "page_refresh")
    assert "Who shared this may no longer look at it here" in told.all_text()
    assert told.seen_only_by == grace.user.id
    assert public_messages(slack) == [shared]
    refused = await click(ada, shared, "page_refresh")
    assert "You may not look at `refunds` here." in refused.all_text()
    assert list(islice(public_messages(slack), 2)) == [shared]
