"""Lists from end to end: what a person types and clicks, and what it costs."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.playground.simulators.cloudflare import Held, JsonError, Simulation
from bot.playground.simulators.slack import LocalSlack, Person
from tests.support.fixtures import RunBot
from tests.support.messages import ask, button_labels, click, has_button, row_ids, walk
from tests.support.overviews import open_workflow
from tests.support.tasks import wait_until_running

START = datetime.now(UTC) - timedelta(days=1)


def _fill(cloudflare: Simulation, count: int, workflow: str = "orders", **fields: object) -> list[str]:
    """So many instances, a second apart; their ids, newest first."""
    made = [
        cloudflare.add_instance(
            workflow,
            id=f"{workflow}-{number:04}",
            created_on=START + timedelta(seconds=number),
            **fields,  # type: ignore[arg-type]  # the tests name fields that exist
        ).id
        for number in range(count)
    ]
    return made[::-1]


async def test_a_list_shows_the_ten_newest_and_says_there_is_more(
    ada: Person, cloudflare: Simulation
) -> None:
    made = _fill(cloudflare, 25)
    message = await ask(ada, "list orders")
    assert row_ids(message) == made[:10]
    assert button_labels(message) == [*["Details"] * 10, "Older ▶", "⟳ Refresh", "Filter…", "Share"]
    assert "1–10 of 25 ·" in message.all_text()
    assert message.seen_only_by == ada.user.id


async def test_a_thousand_instances_cost_ten_calls_forward_and_none_back(
    ada: Person, cloudflare: Simulation
) -> None:
    made = _fill(cloudflare, 1000)
    forward = await walk(ada, await ask(ada, "list orders"), "page_next")
    assert [row for screen in forward for row in row_ids(screen)] == made
    assert cloudflare.list_calls == 10
    back = await walk(ada, forward[-1], "page_previous")
    assert [row_ids(screen) for screen in back] == [row_ids(screen) for screen in reversed(forward)]
    assert cloudflare.list_calls == 10


async def test_pages_are_turned_in_place(ada: Person, cloudflare: Simulation, slack: LocalSlack) -> None:
    _fill(cloudflare, 25)
    await walk(ada, await ask(ada, "list orders"), "page_next")
    assert len(ada.screen()) == 1
    assert [change.kind for change in slack.changes] == ["posted", "updated", "updated"]


async def test_instances_created_while_browsing_repeat_no_row_and_skip_none(
    ada: Person, cloudflare: Simulation
) -> None:
    made = _fill(cloudflare, 250)
    message = await ask(ada, "list orders")
    seen = row_ids(message)
    while has_button(message, "page_next"):
        cloudflare.add_instance("orders")
        message = await click(ada, message, "page_next")
        seen += row_ids(message)
    assert seen == made


async def test_the_list_stands_still_even_where_nothing_is_remembered(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.change(cursor_kind="offset")
    made = _fill(cloudflare, 250)
    async with run_bot(bot_cache_first_pages=0.001, bot_cache_other_pages=0.001):
        ada = slack.person("ada")
        message = await ask(ada, "list orders")
        seen = row_ids(message)
        while has_button(message, "page_next"):
            cloudflare.add_instance("orders")
            message = await click(ada, message, "page_next")
            seen += row_ids(message)
        assert seen == made
        back = await walk(ada, message, "page_previous")
    assert [row for screen in reversed(back) for row in row_ids(screen)] == made


async def test_refresh_shows_what_was_created_since(ada: Person, cloudflare: Simulation) -> None:
    _fill(cloudflare, 25)
    message = await ask(ada, "list orders")
    cloudflare.add_instance("orders", id="newest")
    assert row_ids(await click(ada, message, "page_refresh"))[0] == "newest"


async def test_refresh_stays_on_a_later_page_and_shows_its_new_statuses(
    ada: Person, cloudflare: Simulation
) -> None:
    made = _fill(cloudflare, 150, status="running")
    message = await ask(ada, "list orders")
    for _ in range(10):
        message = await click(ada, message, "page_next")
    cloudflare.set_status("orders", made[100], "errored")
    message = await click(ada, message, "page_refresh")
    assert row_ids(message) == made[100:110]
    assert "🔴 *Errored*" in message.all_text()


async def test_a_hundred_people_asking_the_same_cause_one_call(ada: Person, cloudflare: Simulation) -> None:
    made = _fill(cloudflare, 30)
    await ask(ada, "version")  # Slack says once who she is
    cloudflare.inject(held := Held())
    asked = asyncio.gather(*(ask(ada, "list orders") for _ in range(100)))
    await wait_until_running("Dispatcher.answer", 100)
    held.released.set()
    answers = await asked
    assert all(row_ids(answer) == made[:10] for answer in answers)
    assert cloudflare.list_calls == 1


async def test_two_clicks_at_once_both_end_on_the_same_screen(ada: Person, cloudflare: Simulation) -> None:
    made = _fill(cloudflare, 25)
    message = await ask(ada, "list orders")
    first, second = await asyncio.gather(click(ada, message, "page_next"), click(ada, message, "page_next"))
    assert row_ids(first) == row_ids(second) == made[10:20]


async def test_page_n_means_what_the_person_thinks(ada: Person, cloudflare: Simulation) -> None:
    made = _fill(cloudflare, 100)
    message = await ask(ada, "list orders page:3 rows:7")
    assert row_ids(message) == made[14:21]
    assert "15–21 of 21+ ·" in message.all_text()
    assert row_ids(await click(ada, message, "page_previous")) == made[7:14]
    assert row_ids(await click(ada, message, "page_next")) == made[21:28]
    assert row_ids(await ask(ada, "orders --page 2 --per-page 20")) == made[20:40]


async def test_refresh_stays_on_the_page_that_is_shown(ada: Person, cloudflare: Simulation) -> None:
    made = _fill(cloudflare, 100)
    message = await click(ada, await ask(ada, "list orders page:2"), "page_previous")
    assert row_ids(message) == made[:10]
    cloudflare.add_instance("orders", id="newest")
    assert row_ids(await click(ada, message, "page_refresh")) == ["newest", *made[:9]]


async def test_a_page_past_the_end_says_so(ada: Person, cloudflare: Simulation) -> None:
    _fill(cloudflare, 5)
    message = await ask(ada, "list orders page:9")
    assert "Nothing here." in message.all_text()
    assert "/workflows list orders`" in message.all_text()


async def test_filters_reach_the_api_as_it_wants_them(ada: Person, cloudflare: Simulation) -> None:
    _fill(cloudflare, 5, status="errored")
    _fill(cloudflare, 5, workflow="other")
    message = await ask(ada, "orders errored since:2d until:1h")
    assert len(row_ids(message)) == 5
    query = cloudflare.calls[-1].query
    assert query["status"] == "errored"
    assert query["per_page"] == "100"
    assert query["date_start"].endswith("Z")
    assert query["date_end"].endswith("Z")
    assert not {"page", "cursor", "direction"} & set(query)


async def test_the_last_line_can_be_typed_again(ada: Person, cloudflare: Simulation) -> None:
    _fill(cloudflare, 30, status="errored")
    message = await ask(ada, "orders --status ERRORED since:3d rows:5")
    command = message.blocks[-1]["elements"][0]["text"].split("`")[1]
    assert command == "/workflows list orders status:errored since:3d rows:5"
    assert row_ids(await ask(ada, command.removeprefix("/workflows "))) == row_ids(message)


async def test_an_unknown_status_is_shown_and_not_refused(ada: Person, cloudflare: Simulation) -> None:
    cloudflare.add_instance("orders", id="odd", status="hibernating")
    assert "hibernating" in (await ask(ada, "orders")).all_text()


async def test_an_empty_list_says_why_it_may_be_empty(ada: Person, cloudflare: Simulation) -> None:
    cloudflare.add_workflow("orders")
    assert "No instances." in (await ask(ada, "orders")).all_text()
    filtered = (await ask(ada, "orders errored")).all_text()
    assert "No instance matches." in filtered
    assert "`/workflows list orders`" in filtered


async def test_the_overview_counts_and_opens_lists(ada: Person, cloudflare: Simulation) -> None:
    for number in range(13):
        _fill(cloudflare, 3, workflow=f"flow-{number:02}", status="errored")
    overview = await ask(ada, "")
    assert "3 errored" in overview.all_text()
    assert "1–10 of 13" in overview.all_text()
    assert cloudflare.workflow_calls == 1
    opened = await open_workflow(ada, overview, number=4)
    assert row_ids(opened) == ["flow-04-0002", "flow-04-0001", "flow-04-0000"]
    assert len(ada.screen()) == 2, "the overview stays for the next look"
    second = await click(ada, overview, "page_next")
    assert "11–13 of 13" in second.all_text()
    assert cloudflare.workflow_calls == 1


async def test_the_overview_can_be_searched(ada: Person, cloudflare: Simulation) -> None:
    for name in ("orders", "invoices"):
        cloudflare.add_workflow(name)
    text = (await ask(ada, "search:INVO")).all_text()
    assert "invoices" in text
    assert "orders" not in text


async def test_several_accounts_are_told_apart(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    other = Simulation(account_id="f" * 32)
    other.add_instance("orders", id="from-staging")
    cloudflare.add_instance("orders", id="from-default")
    async with other.serve() as url:
        staging = {"account_id": "f" * 32, "api_token": "simulated-token", "api_base_url": url}
        async with run_bot(cloudflare_accounts={"staging": staging}):
            ada = slack.person("ada")
            assert row_ids(await ask(ada, "orders")) == ["from-default"]
            message = await ask(ada, "orders account:STAGING")
            assert row_ids(message) == ["from-staging"]
            assert "account:staging" in message.all_text()
            assert "`default`, `staging`" in (await ask(ada, "help")).all_text()


async def test_a_cursor_that_comes_round_ends_the_list_with_a_notice(
    ada: Person, cloudflare: Simulation
) -> None:
    _fill(cloudflare, 300)
    cloudflare.change(repeat_cursor=True)
    screens = await walk(ada, await ask(ada, "list orders"), "page_next")
    assert "a cursor it had sent before" in screens[-1].all_text()


@pytest.mark.parametrize("text", ["list orders", "orders errored", "failures orders", "stats orders"])
async def test_a_workflow_that_was_deleted_since_it_was_listed_is_asked_for_once(
    text: str, ada: Person, cloudflare: Simulation
) -> None:
    for name in ("orders", "orders-v2"):
        cloudflare.add_instance(name)
    await ask(ada, "")
    before = cloudflare.list_calls
    cloudflare.inject(JsonError(404, 10200, "workflow.not_found"), times=None, workflow="orders")
    said = (await ask(ada, text)).all_text()
    assert "Cloudflare has no" in said
    assert "any more" in said
    assert cloudflare.list_calls - before == 1
