"""What failed, by cause: typed, by a button, for everybody."""

import re
from datetime import UTC, datetime, timedelta

from bot.playground.simulators.cloudflare import (
    Attempt,
    Failure,
    HtmlPage,
    Simulation,
    Step,
    TooManyRequests,
)
from bot.playground.simulators.slack import LocalSlack, Person
from tests.support.digest_account import Only
from tests.support.fixtures import RunBot
from tests.support.messages import answer, ask, button_labels, row_ids

X = "\N{MULTIPLICATION SIGN}"
ORDERS, EMAILS = "order-processing", "emails"
OLD = "d8fc03c5-0000-4000-8000-000000000000"
NEW = "4f2a91bc-0000-4000-8000-000000000000"
PROVIDER = Failure("ProviderError", "Payment provider answered 502 for order {}")
DECLINED = Failure("CardError", "Card of order {} declined")


def fail(
    account: Simulation,
    count: int,
    error: Failure,
    *,
    workflow: str = ORDERS,
    step: str = "charge card",
    ago: timedelta = timedelta(hours=1),
    version: str = OLD,
) -> None:
    """Let instances have failed in a step, a minute apart, the newest so long ago."""
    for number in range(count):
        ended = datetime.now(UTC) - ago - timedelta(minutes=number)
        own = Failure(error.name, error.message.format(number))
        tries = (Attempt(ended - timedelta(seconds=1), ended, success=False, error=own),)
        account.add_instance(
            workflow,
            id=f"{workflow}-{error.name}-{number}",
            status="errored",
            created_on=ended - timedelta(minutes=1),
            started_on=ended - timedelta(minutes=1),
            ended_on=ended,
            error=own,
            steps=(Step(f"{step}-1", tries),),
            version_id=version,
        )


async def test_failures_come_by_cause_the_largest_first(ada: Person, cloudflare: Simulation) -> None:
    fail(cloudflare, 9, DECLINED)
    fail(cloudflare, 27, PROVIDER, ago=timedelta(minutes=5))
    fail(cloudflare, 2, PROVIDER, workflow=EMAILS, step="send")
    cloudflare.add_instance(ORDERS, id="fine")
    shown = await ask(ada, "failures")
    said = shown.all_text()
    assert "🔴 2 workflows: 38 failed in the last 24h" in said
    assert "at least" not in said
    assert re.findall(rf"\*(\d+) {X}\*", said) == ["27", "9", "2"]
    assert (
        "*ProviderError*: Payment provider answered 502 for order 0\nstep `charge card` · `order-processing`"
        in said
    )
    assert "step `send` · `emails`" in said
    assert "`▁▁▁▁▁▁▁▁▁▁▁█`" in said
    assert "Each mark of a chart is 2h" in said
    assert [label for label in button_labels(shown) if "List the" in label] == [
        "List the 27",
        "List the 9",
        "List the 2",
    ]
    assert f"{ORDERS}-CardError-0" in button_labels(shown)
    assert shown.text.startswith("🔴 2 workflows: 38 failed in the last 24h, ended since 20")
    assert (
        f"27 {X} *ProviderError*: Payment provider answered 502 for order 0 in step `charge card`."
        in shown.text
    )


async def test_a_group_has_its_list_and_three_of_its_instances(ada: Person, cloudflare: Simulation) -> None:
    fail(cloudflare, 4, DECLINED)
    fail(cloudflare, 6, PROVIDER)
    shown = await ask(ada, f"failures {ORDERS}")
    assert "order-processing: 10 failed in the last 24h" in shown.all_text()
    assert len([label for label in button_labels(shown) if "Error-" in label]) == 6
    listed = await answer(await ada.click(shown, "list_open", 1))
    assert row_ids(listed) == [f"{ORDERS}-CardError-{number}" for number in range(4)]
    everything = await answer(await ada.click(shown, "list_open", 2))
    assert len(row_ids(everything)) == 10
    opened = await ada.click(shown, "instance_show:2")
    assert f"{ORDERS}-ProviderError-1" in str(await opened.view())


async def test_the_list_of_a_group_has_as_many_as_the_group(ada: Person, cloudflare: Simulation) -> None:
    fail(cloudflare, 45, PROVIDER)
    fail(cloudflare, 3, DECLINED, ago=timedelta(hours=2))
    unread = await ask(ada, f"list {ORDERS} status:errored since:24h error:Payment")
    assert "Searched 20 instances: 20 found. *Search further* goes on" in unread.all_text()
    shown = await ask(ada, f"failures {ORDERS}")
    asked = cloudflare.describe_calls
    listed = await answer(await ada.click(shown, "list_open", 0))
    assert "1–10 of 45+ ·" in listed.all_text()
    assert ": 45 found. " in listed.all_text()
    assert cloudflare.describe_calls == asked == 48


async def test_failures_that_came_with_a_version_say_so(ada: Person, cloudflare: Simulation) -> None:
    before = datetime.now(UTC) - timedelta(days=2)
    cloudflare.add_instance(ORDERS, id="fine", created_on=before, version_id=OLD)
    fail(cloudflare, 5, PROVIDER, version=NEW)
    fail(cloudflare, 2, DECLINED, ago=timedelta(hours=20), version=OLD)
    fail(cloudflare, 1, DECLINED, ago=timedelta(minutes=1), version=NEW)
    said = (await ask(ada, "failures")).all_text()
    assert "🆕 first seen 1m after version `4f2a91bc`" in said
    assert "since version `d8fc03c5`" in said, "that of the first; they ran several"
    narrow = (await ask(ada, "failures since:63m")).all_text()
    assert "first seen" not in narrow, "it may have failed before that, too"
    assert "all on version `4f2a91bc`" in narrow


async def test_the_second_time_nothing_is_asked(ada: Person, cloudflare: Simulation) -> None:
    fail(cloudflare, 30, PROVIDER)
    first = await ask(ada, "failures")
    cloudflare.calls.clear()
    assert (await ask(ada, "failures")).all_text().count(f"*30 {X}*") == 1
    assert cloudflare.describe_calls == 0
    assert f"*30 {X}*" in first.all_text()


async def test_nothing_failed_is_said_of_all_that_was_read(ada: Person, cloudflare: Simulation) -> None:
    cloudflare.add_instance(ORDERS, id="fine")
    fail(cloudflare, 1, DECLINED, ago=timedelta(days=2))
    said = (await ask(ada, "failures")).all_text()
    assert "✅ All workflows: nothing failed in the last 24h" in said
    assert "|among those created since 20" in said, "an older one may have failed since"
    assert "Show" not in said
    assert "1 failed in the last 3d" in (await ask(ada, "failures since:3d")).all_text()


async def test_one_that_was_created_long_before_it_failed_is_found_by_searching_further(
    ada: Person, cloudflare: Simulation
) -> None:
    now = datetime.now(UTC)
    cloudflare.add_instance(
        ORDERS,
        id="long-run",
        status="errored",
        created_on=now - timedelta(days=9),
        ended_on=now - timedelta(minutes=10),
    )
    shown = await ask(ada, "failures")
    assert "nothing failed in the last 24h" in shown.all_text()
    assert "|among those created since 20" in shown.all_text()
    assert "among those created since 20" in shown.text
    listed = await answer(await ada.click(shown, "list_open"))
    assert row_ids(await answer(await ada.click(listed, "list_further"))) == ["long-run"]


async def test_a_list_that_can_not_be_read_is_named_and_the_others_show(
    ada: Person, cloudflare: Simulation
) -> None:
    fail(cloudflare, 2, DECLINED)
    fail(cloudflare, 2, PROVIDER, workflow=EMAILS)
    cloudflare.inject(Only(EMAILS, HtmlPage()), times=None)
    said = (await ask(ada, "failures")).all_text()
    assert "order-processing: at least 2 failed in the last 24h" in said
    assert "⚠️ Could not be read: `emails`:" in said
    assert "*Refresh* tries again." in said
    assert "searched" not in said, "all of the others was read"
    assert f"*at least 2 {X}*" in said
    only = (await ask(ada, f"failures {EMAILS}")).all_text()
    assert "nothing failed" not in only


async def test_what_could_not_be_asked_is_said_and_refresh_goes_on(
    ada: Person, cloudflare: Simulation
) -> None:
    fail(cloudflare, 40, PROVIDER)
    cloudflare.inject(TooManyRequests(30), times=None, operation="get_instance")
    shown = await ask(ada, "failures")
    said = shown.all_text()
    assert "⚠️ Why 40 of 40 failed was not asked:" in said
    assert "*Refresh* in 30s goes on with them." in said
    assert f"*40 {X}*  not known why" in said
    assert "40 failed in the last 24h" in said
    assert "at least" not in said, "how many failed is known"
    assert "version" not in said, "others may have had the same cause before"


async def test_many_are_asked_about_behind_a_word(ada: Person, cloudflare: Simulation) -> None:
    fail(cloudflare, 130, PROVIDER)
    reply = await ada.command("/workflows", "failures")
    first = await reply.message(5)
    assert first.text == "130 failed. Reading why… The answer follows."
    assert f"*130 {X}*" in (await answer(reply)).all_text()


async def test_refresh_and_share(ada: Person, cloudflare: Simulation, slack: LocalSlack) -> None:
    fail(cloudflare, 2, DECLINED)
    shown = await ask(ada, "failures since:2h")
    fail(cloudflare, 3, PROVIDER, ago=timedelta(seconds=1))
    fresh = await answer(await ada.click(shown, "failures_refresh"))
    assert "5 failed in the last 2h" in fresh.all_text()
    assert fresh.ts == shown.ts
    again = await answer(await ada.click(fresh, "failures_refresh"))
    assert "refreshed less than" in again.all_text()
    shared = await answer(await ada.click(again, "share"))
    assert "Shared by `@ada`" in shared.all_text()
    assert f"*3 {X}*" in shared.all_text()
    turned = await answer(await slack.person("grace").click(shared, "failures_refresh"))
    assert "5 failed" in turned.all_text()


SOME = '[{"who": ["everyone"], "accounts": ["*"], "workflows": ["order-*"], "rights": ["view"]}]'


async def test_hidden_workflows_are_in_no_group(
    run_bot: RunBot, cloudflare: Simulation, slack: LocalSlack
) -> None:
    fail(cloudflare, 2, DECLINED)
    fail(cloudflare, 3, PROVIDER, workflow=EMAILS)
    async with run_bot(bot_access=SOME):
        ada = slack.person("ada")
        said = (await ask(ada, "failures")).all_text()
        assert "order-processing: 2 failed" in said
        assert "Of the workflows that you may look at here" in said
        assert EMAILS not in said
        refused = (await ask(ada, f"failures {EMAILS}")).all_text()
        assert "ProviderError" not in refused


async def test_a_misspelt_name_is_understood_or_proposed(ada: Person, cloudflare: Simulation) -> None:
    fail(cloudflare, 2, DECLINED)
    fail(cloudflare, 2, DECLINED, workflow="order-refunds")
    assert "order-processing: 2 failed" in (await ask(ada, 'failures "Order Processing"')).all_text()
    proposed = await ask(ada, "failures order-procesing,order-refunds")
    assert "/workflows failures order-processing,order-refunds" in proposed.all_text()
    assert "2 workflows: 4 failed" in (await answer(await ada.click(proposed, "command_run"))).all_text()
    assert "no workflow" in (await ask(ada, "failures zzz")).all_text()


async def test_a_lone_status_and_a_button_of_the_overview_lead_here(
    ada: Person, cloudflare: Simulation
) -> None:
    fail(cloudflare, 2, DECLINED)
    for words in (
        "errored",
        "failures last 24h",
        "what failed in the last day?",
        "errors since yesterday",
        "why",
        "top errors",
    ):
        assert f"2 {X}" in (await ask(ada, words)).all_text(), words
    overview = await ask(ada, "")
    asked = await answer(await ada.click(overview, "failures_show"))
    assert "order-processing: 2 failed in the last 24h" in asked.all_text()


async def test_what_the_budget_left_out_is_asked_about_later(
    run_bot: RunBot, cloudflare: Simulation, slack: LocalSlack
) -> None:
    fail(cloudflare, 30, PROVIDER)
    async with run_bot(bot_request_budget=40, bot_request_reserve=0.5, bot_person_share=1.0):
        said = (await ask(slack.person("ada"), "failures")).all_text()
    left = re.search(r"Why (\d+) of 30 failed was not asked: ", said)
    assert left is not None, said
    assert f"*at least {30 - int(left[1])} {X}*  *ProviderError*" in said
    assert f"*{left[1]} {X}*  not known why" in said
    asked = cloudflare.describe_calls
    async with run_bot():  # another process, with the same database
        assert f"*30 {X}*" in (await ask(slack.person("ada"), "failures")).all_text()
    assert cloudflare.describe_calls - asked == int(left[1]), "what was read before is not asked again"
