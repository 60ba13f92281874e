"""How workflows do: typed, by a button, for everybody."""

import asyncio
import json
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.browse.selection import Selection
from bot.language.times import TimePoint
from bot.playground.simulators.cloudflare import (
    ANALYTICS_PERMISSION,
    ApiToken,
    Attempt,
    ChangedRows,
    Failure,
    Simulation,
    Step,
    TooManyRequests,
    WrongShape,
)
from bot.playground.simulators.slack import LocalSlack, Message, PayloadValidator, Person
from bot.stats import handlers, reading
from bot.stats.requests import RefreshStats, TurnStats
from tests.support.buttons import CODEC
from tests.support.fixtures import RunBot
from tests.support.messages import answer, ask, button_labels, row_ids

ANALYTICS = ApiToken("analytics-token", permissions=frozenset({ANALYTICS_PERMISSION}))
ORDERS, EMAILS = "order-processing", "emails"
GOOD = "d8fc03c5-0000-4000-8000-000000000000"
BAD = "4f2a91bc-0000-4000-8000-000000000000"


def add_runs(
    account: Simulation,
    count: int,
    *,
    workflow: str = ORDERS,
    status: str = "complete",
    ago: timedelta = timedelta(hours=1),
    attempts: Sequence[bool] = (True,),
    version: str = GOOD,
) -> None:
    """Add instances a minute apart: each queued for two seconds and ran for a minute, in a single step."""
    for number in range(count):
        created = datetime.now(UTC) - ago - timedelta(minutes=number)
        start, end = created + timedelta(seconds=2), created + timedelta(seconds=62)
        tries = tuple(Attempt(start, end, success=success) for success in attempts)
        account.add_instance(
            workflow,
            id=f"{status}-{number}-{ago.total_seconds():.0f}",
            status=status,
            created_on=created,
            started_on=start,
            ended_on=end,
            error=None if status == "complete" else Failure("Error", "card declined"),
            steps=(Step("charge card-1", tries),),
            version_id=version,
        )


def table_of(message: Message) -> list[list[dict[str, Any]]]:
    (table,) = (block for block in message.blocks if block["type"] == "data_table")
    rows: list[list[dict[str, Any]]] = table["rows"]
    return rows


async def test_a_workflow_s_runs_are_counted_and_timed(ada: Person, cloudflare: Simulation) -> None:
    add_runs(cloudflare, 40)
    add_runs(cloudflare, 8, status="errored", version=BAD, attempts=(False, False))
    shown = await ask(ada, f"stats {ORDERS}")
    said = shown.all_text()
    assert f"🔴 {ORDERS}: 8 of 48 failed (17%)" in said
    assert "all 48 instances of that time" in said
    assert "*Run time*  p50 `1m` · p95 `1m` · longest `1m`   of the 40 that completed." in said
    assert "*Queue time*  p50 `2s`" in said
    assert "🔴 Version `4f2a91bc`" in said
    assert "Steps of 20 instances, spread evenly over the 48 that completed or failed." in said
    assert "`charge card`" in said
    assert f"`/workflows stats {ORDERS} since:7d`" in said
    assert button_labels(shown) == ["Since 24h", "Since 30d", "Failures", "List", "⟳ Refresh", "Share"]
    assert cloudflare.list_calls == 1
    assert cloudflare.describe_calls == 20


async def test_several_workflows_stand_in_a_table_with_the_worst_first(
    ada: Person, cloudflare: Simulation, slack: LocalSlack
) -> None:
    now = datetime.now(UTC)
    ago = now - now.replace(hour=12, minute=0) + timedelta(days=1)  # all on one day, whatever the time is
    add_runs(cloudflare, 5, ago=ago)
    add_runs(cloudflare, 5, status="errored", ago=ago)
    add_runs(cloudflare, 30, workflow=EMAILS, ago=ago)
    cloudflare.add_workflow("idle")
    shown = await ask(ada, "stats *")
    assert "3 workflows: 5 of 40 failed (12%)" in shown.all_text()
    assert "1 workflow has no runs of that time." in shown.all_text()
    assert [row[0]["text"] for row in table_of(shown)] == ["Workflow", ORDERS, EMAILS]
    assert [cell["text"] for cell in table_of(shown)[1]] == [ORDERS, "10", "5", "50%", "1m", "–", "1m", "–"]
    assert cloudflare.describe_calls == 0
    slack.workspace.validator = PayloadValidator(unsupported=frozenset({"data_table", "data_visualization"}))
    plain = (await ask(ada, "stats *")).all_text()
    assert f"🔴 `{ORDERS}`   10 runs · 5 of 10 failed (50%) · p50 `1m`" in plain
    assert plain.index(ORDERS) < plain.index(f"🟢 `{EMAILS}`   30 runs · 0 of 30 failed (0%)")
    assert "created: 0 to 40" in plain


@pytest.mark.parametrize(
    "text", [f"{ORDERS},{EMAILS}", f"{ORDERS} and {EMAILS}", "*-processing,email*", "all"]
)
async def test_workflows_are_named_or_fit_a_pattern(text: str, ada: Person, cloudflare: Simulation) -> None:
    add_runs(cloudflare, 2)
    add_runs(cloudflare, 2, workflow=EMAILS)
    assert "2 workflows: 0 of 4 failed" in (await ask(ada, f"stats {text}")).all_text()


async def test_a_workflow_without_runs_and_one_with_a_single_one(ada: Person, cloudflare: Simulation) -> None:
    add_runs(cloudflare, 1)
    cloudflare.add_workflow(EMAILS)
    add_runs(cloudflare, 1, workflow="old", ago=timedelta(days=20))
    for empty in (EMAILS, "old"):
        said = await ask(ada, f"stats {empty}")
        assert f"⚪ {empty}: no runs" in said.all_text()
        assert "Cloudflare's list has no instances of that time." in said.all_text()
        assert button_labels(said) == ["Since 24h", "Since 30d", "⟳ Refresh", "Share"]
    said = await ask(ada, f"stats {ORDERS}")
    assert "🟢 order-processing: 0 of 1 failed" in said.all_text()
    assert "%" not in said.all_text()
    assert "*Run time*  `1m`   of the one that completed." in said.all_text()


async def test_runs_that_have_not_ended_are_in_no_time_and_said(ada: Person, cloudflare: Simulation) -> None:
    now = datetime.now(UTC)
    add_runs(cloudflare, 3)
    cloudflare.add_instance(ORDERS, status="running", created_on=now - timedelta(hours=5))
    cloudflare.add_instance(ORDERS, status="queued", created_on=now - timedelta(minutes=9, seconds=5))
    said = (await ask(ada, f"stats {ORDERS}")).all_text()
    assert (
        "of the 3 that completed; too few for a p95, which takes 20; 1 has not ended after 4h 59m: " in said
    )
    assert "1 waits for 9m 5s: not among these." in said
    assert "The failure rate is of the 3 that completed or failed." in said


async def test_an_engine_without_times_says_what_it_cannot_tell(ada: Person, cloudflare: Simulation) -> None:
    add_runs(cloudflare, 12)
    add_runs(cloudflare, 3, status="errored")
    bare = {"started_on": None, "ended_on": None, "version_id": None, "trigger_source": None}
    cloudflare.inject(ChangedRows(bare), times=None, operation="list_instances")
    said = (await ask(ada, f"stats {ORDERS}")).all_text()
    assert "3 of 15 failed (20%)" in said
    assert "*Run and queue times* can't be told" in said
    assert "*By version*" not in said


async def test_the_newest_thousand_of_many_are_read_and_said_to_be(
    ada: Person, cloudflare: Simulation
) -> None:
    add_runs(cloudflare, 1_100)
    shown = await ask(ada, f"stats {ORDERS}")
    said = shown.all_text()
    assert "the newest 1,000 instances; there are more." in said
    assert "They reach back to" in said
    assert cloudflare.list_calls == 10
    (chart,) = (block for block in shown.blocks if block["type"] == "data_visualization")
    hours = chart["chart"]["axis_config"]["categories"]
    assert len(hours) in {18, 19}, "of the week it has the hours that were read"


async def test_of_several_workflows_each_gives_its_newest(ada: Person, cloudflare: Simulation) -> None:
    for number in range(12):
        add_runs(cloudflare, 101 if number == 0 else 1, workflow=f"flow-{number}")
    said = await ask(ada, "stats flow-*")
    assert "of each workflow the newest, 111 instances; there are more." in said.all_text()
    assert table_of(said)[1][1]["text"] == "newest 100"
    assert cloudflare.list_calls == 12


async def test_a_list_that_is_shorter_than_the_time_may_be_due_to_its_retention(
    ada: Person, cloudflare: Simulation
) -> None:
    add_runs(cloudflare, 2)
    assert "may be past their retention" in (await ask(ada, f"stats {ORDERS} since:30d")).all_text()
    assert "may be past their retention" not in (await ask(ada, f"stats {ORDERS} since:65m")).all_text()


async def test_other_times_and_a_refresh_come_in_place(ada: Person, cloudflare: Simulation) -> None:
    add_runs(cloudflare, 2)
    add_runs(cloudflare, 3, ago=timedelta(days=3))
    shown = await ask(ada, f"stats {ORDERS}")
    day = await answer(await ada.click(shown, "stats_turn:1"))
    assert "0 of 2 failed" in day.all_text()
    assert f"`/workflows stats {ORDERS} since:24h`" in day.all_text()
    assert button_labels(day)[:2] == ["Since 7d", "Since 30d"]
    cloudflare.set_status(ORDERS, "complete-1-3600", "errored", error=Failure("Error", "no"))
    fresh = await answer(await ada.click(day, "stats_refresh"))
    assert "1 of 2 failed" in fresh.all_text()
    again = await answer(await ada.click(fresh, "stats_refresh"))
    assert "refreshed less than" in again.all_text()
    assert len(ada.screen()) == 1


async def test_what_is_shared_is_seen_by_everybody(
    ada: Person, cloudflare: Simulation, slack: LocalSlack
) -> None:
    add_runs(cloudflare, 2)
    shared = await answer(await ada.click(await ask(ada, f"stats {ORDERS}"), "share"))
    assert shared.all_text().startswith("Shared by `@ada`")
    assert "0 of 2 failed" in shared.all_text()
    turned = await answer(await slack.person("grace").click(shared, "stats_turn:1"))
    assert "Shared by `@ada`" in turned.all_text()


async def test_the_list_opens_of_the_same_instances(ada: Person, cloudflare: Simulation) -> None:
    add_runs(cloudflare, 2)
    add_runs(cloudflare, 3, ago=timedelta(days=3))
    shown = await ask(ada, f"stats {ORDERS} since:24h")
    assert len(row_ids(await answer(await ada.click(shown, "list_open")))) == 2


async def test_what_failed_is_a_press_away(ada: Person, cloudflare: Simulation) -> None:
    add_runs(cloudflare, 2, status="errored", attempts=(False,))
    shown = await ask(ada, f"stats {ORDERS}")
    assert "card declined" in (await answer(await ada.click(shown, "failures_show"))).all_text()


async def test_hidden_workflows_are_in_no_figure(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    add_runs(cloudflare, 2)
    add_runs(cloudflare, 7, workflow="payroll", status="errored")
    access = json.dumps([{"who": ["everyone"], "workflows": ["order-*"], "rights": ["view"]}])
    async with run_bot(bot_access=access):
        ada = slack.person("ada")
        for text in ("stats *", "stats", "stats *-*"):
            said = (await ask(ada, text)).all_text()
            assert "order-processing: 0 of 2 failed" in said
            assert "payroll" not in said
            assert "Of the workflows that you may look at here" in said
        calls = cloudflare.list_calls
        for text in ("stats payroll", "stats payr*", f"stats {ORDERS},payroll"):
            said = (await ask(ada, text)).all_text()
            assert "errored" not in said
            assert any(
                refusal in said for refusal in ("⛔", "fits no workflow", "is not the name of a workflow")
            )
        assert cloudflare.list_calls == calls


async def test_a_name_that_is_misspelt_is_understood_or_asked_about(
    ada: Person, cloudflare: Simulation
) -> None:
    add_runs(cloudflare, 2)
    add_runs(cloudflare, 2, workflow="order-returns")
    assert (
        "Read `Order Processing` as `order-processing`"
        in (await ask(ada, 'stats "Order Processing"')).all_text()
    )
    asked = await ask(ada, "stats order-procesing since:24h")
    assert "has no workflow called `order-procesing`" in asked.all_text()
    assert "`/workflows stats order-processing since:24h`" in asked.all_text()
    assert "0 of 2 failed" in (await answer(await ada.click(asked, "command_run"))).all_text()
    assert "`nothing-*` fits no workflow." in (await ask(ada, "stats nothing-*")).all_text()


async def test_a_list_that_fails_is_named_beside_the_others(ada: Person, cloudflare: Simulation) -> None:
    add_runs(cloudflare, 2)
    add_runs(cloudflare, 2, workflow=EMAILS)
    cloudflare.inject(WrongShape(), operation="list_instances")
    shown = await ask(ada, "stats *")
    assert "2 workflows: 0 of 2 failed" in shown.all_text()
    assert "Not read: `" in shown.all_text()
    assert "`. Cloudflare sent a response this bot can't read." in shown.all_text()
    assert "0 of 4 failed" in (await answer(await ada.click(shown, "stats_refresh"))).all_text()
    cloudflare.inject(WrongShape(), times=None, operation="list_instances")
    assert "can't read" in (await ask(ada, "stats * since:1d")).all_text()


async def test_steps_that_cannot_be_read_cost_no_more_than_themselves(
    ada: Person, cloudflare: Simulation
) -> None:
    add_runs(cloudflare, 5)
    cloudflare.inject(TooManyRequests(300), times=None, operation="get_instance")
    said = (await ask(ada, f"stats {ORDERS}")).all_text()
    assert "0 of 5 failed" in said
    assert "Steps could not be read: Too many requests to Cloudflare just now. *Refresh* tries" in said


async def test_a_throttle_says_when_to_come_again(ada: Person, cloudflare: Simulation) -> None:
    add_runs(cloudflare, 2)
    cloudflare.inject(TooManyRequests(300), operation="list_instances")
    assert "Too many requests to Cloudflare just now." in (await ask(ada, f"stats {ORDERS}")).all_text()


async def test_what_was_read_before_a_throttle_is_shown(ada: Person, cloudflare: Simulation) -> None:
    add_runs(cloudflare, 250)
    await ask(ada, f"list {ORDERS} since:7d")  # the first page is in memory
    cloudflare.inject(TooManyRequests(300), operation="list_instances")
    said = (await ask(ada, f"stats {ORDERS}")).all_text()
    assert "the newest 100 instances; there are more." in said
    assert "Reading stopped early: Too many requests to Cloudflare just now." in said


async def test_an_old_button_means_the_time_before_now(ada: Person, cloudflare: Simulation) -> None:
    add_runs(cloudflare, 2, ago=timedelta(days=3))
    shown = await ask(ada, f"stats {ORDERS}")
    old = Selection((ORDERS,), since=TimePoint("24h", datetime.now(UTC) - timedelta(days=5)))
    for request in (TurnStats(old), RefreshStats(old)):
        pressed = {
            "type": "button",
            "action_id": request.kind,
            "block_id": "b",
            "value": CODEC.encode(request),
        }
        assert "no runs" in (await answer(await ada.act(shown, pressed))).all_text()


async def test_analytics_count_what_the_list_does_not_hold(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.credentials += (ANALYTICS,)
    add_runs(cloudflare, 1_020)
    add_runs(cloudflare, 30, status="errored", ago=timedelta(hours=20))
    add_runs(cloudflare, 9, workflow=EMAILS)
    async with run_bot(cloudflare_analytics_api_token=ANALYTICS.value):
        ada = slack.person("ada")
        said = (await ask(ada, f"stats {ORDERS} since:36h")).all_text()
        assert "the newest 1,000 instances" in said
        assert "about 1,050 created · about 30 of 1,050 that ended failed (2.9%)" in said
        assert "a run took about `1m` on average" in said
        assert cloudflare.count("query_analytics") == 2
        assert "about" not in (await ask(ada, f"stats {EMAILS}")).all_text(), "all of its list was read"
        cloudflare.credentials = cloudflare.credentials[:1]
        denied = (await ask(ada, f"stats {ORDERS} since:35h")).all_text()
        assert "Cloudflare's analytics said nothing" in denied


@pytest.mark.parametrize("text", ["failed", "rows:5", "view:table", "page:2"])
async def test_what_statistics_do_not_have_is_refused_with_the_rest_to_run(
    text: str, ada: Person, cloudflare: Simulation
) -> None:
    add_runs(cloudflare, 2)
    asked = await ask(ada, f"stats {ORDERS} {text}")
    assert "can't be used in statistics" in asked.all_text()
    assert "0 of 2 failed" in (await answer(await ada.click(asked, "command_run"))).all_text()


async def test_an_end_before_the_usual_beginning_is_refused(ada: Person, cloudflare: Simulation) -> None:
    add_runs(cloudflare, 2)
    assert "is before the last 7d" in (await ask(ada, f"stats {ORDERS} until:8d")).all_text()
    assert "0 of 2 failed" in (await ask(ada, f"stats {ORDERS} until:1m")).all_text()


async def test_the_longest_names_fit(ada: Person, cloudflare: Simulation) -> None:
    for number in range(60):
        add_runs(cloudflare, 1, workflow=f"{number:02}-{'w' * 61}")
    shown = await ask(ada, "stats *")
    assert "10 workflows with fewer instances left out" in shown.all_text()
    rows = len(table_of(shown)) - 1
    assert rows > 10
    assert f"{50 - rows} more workflows not shown" in shown.all_text()


async def test_what_did_not_come_whole_is_not_said_to_be_all(ada: Person, cloudflare: Simulation) -> None:
    add_runs(cloudflare, 20, status="errored")
    add_runs(cloudflare, 20, workflow=EMAILS)
    cloudflare.inject(ChangedRows({"name": 7}, slice(1)), operation="list_workflows")
    cut = (await ask(ada, "stats *")).all_text()
    assert "did not come whole: others may have runs, too." in cut
    assert "instances of that time, as far as could be read." in cut
    cloudflare.inject(ChangedRows({"id": 7}, slice(1)), operation="list_instances")
    unread = (await ask(ada, f"stats {ORDERS} since:2d")).all_text()
    assert "19 instances of that time, as far as could be read." in unread
    assert "1 instance could not be read in full, or without a time: they may be missing here." in unread
    assert "all 20 instances of that time" in (await ask(ada, f"stats {ORDERS} since:3d")).all_text()


async def test_a_title_has_no_rate_of_unequal_parts_of_several_lists(
    ada: Person, cloudflare: Simulation
) -> None:
    add_runs(cloudflare, 20, status="errored")
    for number in range(6):
        add_runs(cloudflare, 120, workflow=f"busy-{number}")
    said = await ask(ada, "stats *")
    assert "7 workflows: 20 of 620 failed, of those seen\n" in said.all_text()


async def test_many_lists_are_read_behind_a_word(ada: Person, cloudflare: Simulation) -> None:
    for number in range(21):
        add_runs(cloudflare, 1, workflow=f"flow-{number}")
    reply = await ada.command("/workflows", "stats *")
    assert (await reply.message(5)).text == "Reading 21 workflows… The answer follows."
    shown = await answer(reply)
    assert "21 workflows: 0 of 21 failed (0%)" in shown.all_text()
    turned = await answer(await ada.click(shown, "stats_turn:1"))
    assert turned.ts == shown.ts
    shared = await answer(await ada.click(turned, "share"))
    assert "Shared by `@ada`" in shared.all_text()


async def test_figures_of_many_instances_do_not_hold_up_other_requests(
    ada: Person, cloudflare: Simulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_runs(cloudflare, 2)
    loop = asyncio.get_running_loop()
    answered: list[bool] = []

    def meanwhile(build: Callable[..., Any]) -> Callable[..., Any]:
        def built(*given: Any) -> Any:
            another = threading.Event()
            loop.call_soon_threadsafe(another.set)
            answered.append(another.wait(5))
            return build(*given)

        return built

    for module, name in ((reading, "build"), (handlers, "stats_message")):
        monkeypatch.setattr(module, name, meanwhile(getattr(module, name)))
    assert "0 of 2 failed" in (await ask(ada, f"stats {ORDERS}")).all_text()
    assert answered == [True, True]


async def test_each_workflow_that_a_button_names_is_asked_for_before_anything_is_read(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    add_runs(cloudflare, 2)
    add_runs(cloudflare, 2, workflow="payroll")
    rules = json.dumps([{"who": ["everyone"], "workflows": ["order-*"], "rights": ["view"]}])
    async with run_bot(bot_access=rules):
        ada = slack.person("ada")
        shown = await ask(ada, "help")
        calls = len(cloudflare.calls)
        since = TimePoint("24h", datetime.now(UTC) - timedelta(days=1))
        request = TurnStats(Selection((ORDERS, "payroll"), since=since))
        pressed = {
            "type": "button",
            "action_id": request.kind,
            "block_id": "b",
            "value": CODEC.encode(request),
        }
        assert "You may not look at `payroll`" in (await answer(await ada.act(shown, pressed))).all_text()
        assert len(cloudflare.calls) == calls


async def test_a_version_and_what_started_them_choose_the_instances(
    ada: Person, cloudflare: Simulation
) -> None:
    add_runs(cloudflare, 3)
    add_runs(cloudflare, 5, status="errored", version=BAD)
    said = (await ask(ada, f"stats {ORDERS} version:4f2a")).all_text()
    assert "5 of 5 failed" in said
    assert "version `4f2a`" in said
    assert f"`/workflows stats {ORDERS} since:7d version:4f2a`" in said
    assert "no runs" in (await ask(ada, f"stats {ORDERS} trigger:cron")).all_text()
    assert "3 of 8" not in (await ask(ada, f"stats {ORDERS} trigger:cron")).all_text()
