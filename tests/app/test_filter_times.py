"""The form's times in the zone of the person who fills it in, without letting Slack wait."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import Held, LocalSlack
from bot.playground.simulators.slack.directory import GRACE
from tests.support.filter_form import echoed_command, open_filter, submit_and_wait, submit_filter
from tests.support.fixtures import RunBot
from tests.support.form_values import shown_values
from tests.support.messages import ask

MORNING = 'orders since:"2026-11-20 09:00"'


def asked_since(cloudflare: Simulation) -> datetime:
    return datetime.fromisoformat(cloudflare.calls[-1].query["date_start"])


@pytest.fixture(autouse=True)
def _orders(cloudflare: Simulation) -> None:
    cloudflare.add_workflow("orders")


async def test_a_time_is_shown_and_read_in_the_persons_own_zone(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    async with run_bot():
        grace = slack.person("grace")
        view = await open_filter(grace, await ask(grace, MORNING))
        assert shown_values(view.payload)["since"] == "2026-11-20 09:00"
        shown = await submit_and_wait(slack, grace, view, status="🔵 Running")
        assert asked_since(cloudflare) == datetime(2026, 11, 20, 14, tzinfo=UTC), "nine in New York"
        assert echoed_command(shown).endswith("since:2026-11-20T14:00:00Z")
        view = await open_filter(grace, shown)
        await submit_and_wait(slack, grace, view, since="2026-11-20 10:30")
    assert asked_since(cloudflare) == datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
    assert len(slack.calls_of("users.info")) == 1


async def test_somebody_else_s_list_is_shown_in_ones_own_zone(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    async with run_bot():
        message = await ask(slack.person("grace"), MORNING)
        ada = slack.person("ada")
        view = await open_filter(ada, message)
        assert shown_values(view.payload)["since"] == "2026-11-20 14:00"
        await submit_and_wait(slack, ada, view)
    assert asked_since(cloudflare) == datetime(2026, 11, 20, 14, tzinfo=UTC)


async def test_without_a_zone_in_the_profile_times_are_utc_and_the_answer_says_so(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    slack.workspace.add(replace(GRACE, tz=""))
    async with run_bot():
        grace = slack.person("grace")
        view = await open_filter(grace, await ask(grace, MORNING))
        assert shown_values(view.payload)["since"] == "2026-11-20T09:00:00Z"
        shown = await submit_and_wait(slack, grace, view)
        assert "times are read as UTC" not in shown.all_text(), "nobody's zone matters to a Z"
        shown = await submit_and_wait(slack, grace, await open_filter(grace, shown), since="2026-11-20 08:00")
    assert "times are read as UTC" in shown.all_text()
    assert asked_since(cloudflare) == datetime(2026, 11, 20, 8, tzinfo=UTC)


async def test_a_zone_that_is_slow_to_come_keeps_no_form_from_opening(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    slack.workspace.add(replace(GRACE, tz=""))
    async with run_bot():
        grace = slack.person("grace")
        message = await ask(grace, "orders since:2026-11-20T14:00Z")
        slack.faults.add("users.info", Held())
        view = await open_filter(grace, message)
        assert shown_values(view.payload)["since"] == "2026-11-20T14:00:00Z", "as good in any zone"
        await submit_and_wait(slack, grace, view)
    assert asked_since(cloudflare) == datetime(2026, 11, 20, 14, tzinfo=UTC)


async def test_a_zone_that_is_slow_to_come_lets_the_form_close_and_counts_even_so(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    slack.workspace.add(replace(GRACE, tz=""))
    async with run_bot(bot_ack_within=0.2):
        grace = slack.person("grace")
        message = await ask(grace, "orders")
        view = await open_filter(grace, message)
        slack.workspace.add(GRACE)
        slack.faults.add("users.info", held := Held())
        following = slack.next_message()
        await submit_filter(grace, view, since="2026-11-20 09:00")
        held.released.set()
        shown = await following
    assert shown.ts == message.ts
    assert asked_since(cloudflare) == datetime(2026, 11, 20, 14, tzinfo=UTC)


async def test_a_mistake_that_is_found_too_late_for_its_field_is_told_below_the_list(
    run_bot: RunBot, slack: LocalSlack
) -> None:
    slack.workspace.add(replace(GRACE, tz=""))
    async with run_bot(bot_ack_within=0.2):
        grace = slack.person("grace")
        message = await ask(grace, "orders")
        view = await open_filter(grace, message)
        slack.faults.add("users.info", held := Held())
        following = slack.next_message()
        await submit_filter(grace, view, since="banana")
        held.released.set()
        told = await following
    assert "`since:banana` is not a time I can read." in told.all_text()
    assert grace.screen() == (message, told)


async def test_words_that_slide_with_the_clock_are_kept_while_they_mean_the_same(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    async with run_bot():
        ada = slack.person("ada")
        view = await open_filter(ada, await ask(ada, "orders since:today"))
        assert shown_values(view.payload)["since"] == "today"
        assert "until" in (await submit_filter(ada, view, until="yesterday")).errors
        shown = await submit_and_wait(slack, ada, view, rows="5")
    assert echoed_command(shown) == "/workflows list orders since:today rows:5"
    assert datetime.now(UTC) - asked_since(cloudflare) <= timedelta(days=1)
