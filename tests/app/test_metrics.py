"""`/metrics`, as Prometheus reads it: everything that docs/monitoring.md lists moves with what it counts."""

import asyncio
import logging
from datetime import timedelta

import pytest
import structlog

from bot import __version__
from bot.playground.simulators.cloudflare import Dropped, Held, HtmlPage, JsonError, Simulation
from bot.playground.simulators.slack import AckError, LocalSlack, Person
from tests.support.fixtures import ReadLog, RunBot
from tests.support.messages import ask, click
from tests.support.metrics import MetricChanges, sample_value, scrape
from tests.support.servers import PATIENCE
from tests.support.tasks import wait_until_running


async def test_commands_and_clicks_are_counted_and_their_acks_timed(
    ada: Person, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.add_instance("orders")
    moved = await MetricChanges.since_now(slack)
    message = await ask(ada, "orders")
    await click(ada, message, "page_refresh")
    assert await moved.by("requests_total", kind="command", outcome="200") == 1
    assert await moved.by("requests_total", kind="block_actions", outcome="200") == 1
    assert await moved.by("ack_seconds_count") == 2
    assert await moved.by("ack_seconds_sum") > 0
    assert await moved.by("ack_seconds_bucket", le="+Inf") == 2


async def test_a_slow_ack_is_timed_as_one(run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation) -> None:
    cloudflare.add_instance("orders")
    cloudflare.inject(held := Held(), times=1)
    async with run_bot(bot_ack_within=0.3) as bot:
        moved = await MetricChanges.since_now(slack)
        await slack.person("ada").command("/workflows", "orders")
        assert await moved.by("ack_seconds_bucket", le="0.25") == 0
        assert await moved.by("ack_seconds_count") == 1
        held.released.set()
        assert await bot.background.drain(timedelta(seconds=PATIENCE)) == 0


async def test_calls_of_cloudflare_and_what_is_left_of_its_budget(
    ada: Person, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.add_instance("orders")
    cloudflare.inject(Dropped(), times=2)  # aiohttp itself asks again once
    cloudflare.inject(HtmlPage(503), times=1)
    moved = await MetricChanges.since_now(slack)
    await ask(ada, "orders")
    assert await moved.by("upstream_calls_total", account="default", outcome="503") == 1
    assert await moved.by("upstream_calls_total", account="default", outcome="unavailable") == 1
    assert await moved.by("upstream_calls_total", account="default", outcome="200") == 1
    assert await moved.by("upstream_seconds_count", account="default") == 3
    assert await moved.by("budget_left", account="default") == -3


async def test_an_answer_that_is_none_of_the_apis_is_an_outcome_of_its_own(
    ada: Person, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.inject(HtmlPage(200, "Welcome"), times=1)
    cloudflare.inject(JsonError(403, 10000, "Authentication error"), times=1)
    moved = await MetricChanges.since_now(slack)
    await ask(ada, "orders")
    await ask(ada, "orders")
    assert await moved.by("upstream_calls_total", account="default", outcome="nonsense") == 1
    assert await moved.by("upstream_calls_total", account="default", outcome="403") == 1


async def test_pages_come_from_cloudflare_from_memory_or_with_somebody_elses(
    ada: Person, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.add_instance("orders")
    moved = await MetricChanges.since_now(slack)
    people = [ada, slack.person("grace"), slack.person("ada", "ops")]
    for person in people:
        await ask(person, "version")  # Slack says once who they are
    cloudflare.inject(held := Held(), times=1)
    asked = asyncio.gather(*(ask(person, "orders") for person in people))
    await wait_until_running("Dispatcher.answer", 3)
    held.released.set()
    await asked
    await ask(ada, "orders")
    outcomes = [
        await moved.by("pages_total", account="default", outcome=of) for of in ("miss", "joined", "hit")
    ]
    assert outcomes == [1, 2, 1]
    assert await moved.by("upstream_seconds_sum", account="default") > 0
    assert cloudflare.list_calls == 1


async def test_what_has_not_happened_yet_is_there_as_none(bot: object, slack: LocalSlack) -> None:
    assert bot
    samples = await scrape(slack)
    for outcome in ("due", "sent", "quiet", "missed", "failed", "put_off"):
        assert samples["workflows_bot_digests_total", frozenset({("outcome", outcome)})] == 0


async def test_an_error_in_the_log_is_counted_and_a_problem_that_was_told_is_none(
    ada: Person, slack: LocalSlack, cloudflare: Simulation, read_log: ReadLog
) -> None:
    cloudflare.inject(HtmlPage(200), times=None)
    moved = await MetricChanges.since_now(slack)
    await ask(ada, "orders")
    assert await moved.by("errors_total") == 0
    with pytest.raises(AckError, match="HTTP 400"):
        await ada.send({"type": "view_submission", "view": None})
    assert await moved.by("requests_total", kind="view_submission", outcome="400") == 1
    assert await moved.by("errors_total") == 0
    structlog.get_logger("bot").error("it_broke")
    assert await moved.by("errors_total") == 1
    assert [line["event"] for line in read_log() if line["level"] == "error"] == ["it_broke"]
    logging.getLogger("asyncio").error("Task was destroyed but it is pending!")
    assert await moved.by("errors_total") == 2


async def test_the_process_and_its_versions_are_told(bot: object, slack: LocalSlack) -> None:
    assert bot
    samples = await scrape(slack)
    assert sample_value(samples, "info", {"version": __version__}) == 1
    assert sample_value(samples, "tasks", {}) > 0
    for name in ("resident_memory_bytes", "open_fds", "cpu_seconds_total", "start_time_seconds"):
        assert samples[f"process_{name}", frozenset()] > 0
    assert [key for key in samples if key[0] == "python_info"]
