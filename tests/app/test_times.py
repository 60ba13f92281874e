"""Times in the zone of the person who types, asked for only when it matters."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import ErrorCode, LocalSlack
from bot.playground.simulators.slack.directory import GRACE
from tests.support.fixtures import RunBot
from tests.support.messages import ask

MORNING = 'orders since:"2026-11-20 09:00"'


def _asked_since(cloudflare: Simulation) -> datetime:
    return datetime.fromisoformat(cloudflare.calls[-1].query["date_start"])


async def test_a_wall_clock_time_is_read_in_the_persons_own_zone(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.add_workflow("orders")
    async with run_bot():
        message = await ask(slack.person("grace"), MORNING)
    assert _asked_since(cloudflare) == datetime(2026, 11, 20, 14, 0, tzinfo=UTC), "nine in New York"
    assert "<!date^1795183200^created since " in message.all_text()
    assert "since:2026-11-20T14:00:00Z" in message.all_text()


async def test_a_persons_zone_is_asked_for_once(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.add_workflow("orders")
    async with run_bot():
        for _ in range(3):
            await ask(slack.person("grace"), MORNING)
    assert len(slack.calls_of("users.info")) == 1


async def test_a_time_that_means_the_same_everywhere_asks_for_no_zone(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.add_workflow("orders")
    slack.workspace.add(replace(GRACE, tz=""))  # for a zone, Slack would be asked again
    async with run_bot():
        await ask(slack.person("grace"), "orders since:2h until:2026-12-01T09:00Z")
    assert len(slack.calls_of("users.info")) == 1, "who she is"
    assert timedelta(hours=2) <= datetime.now(UTC) - _asked_since(cloudflare) < timedelta(hours=2, minutes=2)


async def test_without_a_zone_in_the_profile_times_are_utc_and_the_answer_says_so(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.add_workflow("orders")
    slack.workspace.add(replace(GRACE, tz=""))
    async with run_bot():
        message = await ask(slack.person("grace"), MORNING)
    assert _asked_since(cloudflare) == datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    assert "times are read as UTC" in message.all_text()


async def test_a_scope_that_is_missing_is_asked_for_once(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.add_workflow("orders")
    slack.faults.add("users.info", ErrorCode("missing_scope"), times=9)
    async with run_bot():
        for _ in range(3):
            await ask(slack.person("grace"), MORNING)
    assert len(slack.calls_of("users.info")) == 1
