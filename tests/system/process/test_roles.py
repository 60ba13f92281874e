"""`serve --role web` answers people, `serve --role worker` delivers digests, and they share a PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from tests.support.clock import far_schedule
from tests.support.messages import ask
from tests.support.postgres import create_database

from .bot_process import BotProcess, running_bot
from .harness import Harness

pytestmark = pytest.mark.asyncio(loop_scope="module")


NO_WORKER = "No digest can be delivered now: no worker runs."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pair(shared_harness: Harness, postgres_server: str) -> AsyncIterator[tuple[BotProcess, BotProcess]]:
    """A process of each role."""
    settings = shared_harness.settings(DATABASE_URL=create_database(postgres_server))
    async with AsyncExitStack() as stack:
        web, worker = [
            await stack.enter_async_context(
                running_bot(shared_harness.folder / role, settings, "--role", role)
            )
            for role in ("web", "worker")
        ]
        yield web, worker


Pair = tuple[BotProcess, BotProcess]


async def test_what_is_asked_of_the_web_role_is_delivered_by_the_worker(harness: Harness, pair: Pair) -> None:
    web, worker = pair
    harness.slack.request_url = web.request_url
    await harness.ada.command("/workflows", f"digest create {far_schedule()}")
    posted = harness.slack.changes.follow(lambda change: not change.message.is_ephemeral)

    await ask(harness.ada, "digest run 1")

    assert "Digest 1" in (await posted.next(within=15)).message.all_text()
    assert worker.events("worker_started")
    assert not web.events("worker_started")
    assert await _comes_to(1, lambda: harness.metric(worker, 'workflows_bot_digests_total{outcome="sent"}'))


async def _comes_to(wanted: float, look: Callable[[], Awaitable[float]]) -> bool:
    """Whether a number is reached within some seconds."""
    for _ in range(100):
        if await look() == wanted:
            return True
        await asyncio.sleep(0.05)
    return False


async def test_who_makes_a_digest_is_told_that_no_worker_could_deliver_it(
    harness: Harness, postgres_server: str
) -> None:
    settings = harness.settings(DATABASE_URL=create_database(postgres_server))
    async with running_bot(harness.folder / "web-alone", settings, "--role", "web") as web:
        harness.slack.request_url = web.request_url
        alone = (await ask(harness.ada, f"digest create {far_schedule()}")).all_text()
        assert "Digest 1" in alone
        assert NO_WORKER in alone
        assert "`workflows-bot serve --role worker`" in alone
        async with running_bot(harness.folder / "joined", settings, "--role", "worker"):

            async def has_worker() -> float:
                return NO_WORKER not in (await ask(harness.ada, "digest show 1")).all_text()

            assert await _comes_to(True, has_worker)


async def test_who_makes_a_digest_is_told_of_no_problem_while_a_worker_waits_for_one(
    harness: Harness, pair: Pair
) -> None:
    harness.slack.request_url = pair[0].request_url
    made = (await ask(harness.ada, f"digest create {far_schedule(10)}")).all_text()
    assert "is made" in made
    assert "⚠️" not in made


async def test_both_roles_are_ready_and_say_which_they_are(harness: Harness, pair: Pair) -> None:
    for bot, role in zip(pair, ("web", "worker"), strict=True):
        assert await harness.get(bot, "/readyz") == (200, '{"status": "ready"}')
        assert bot.events("ready")[0]["role"] == role


async def test_slack_finds_nobody_at_a_worker(harness: Harness, pair: Pair) -> None:
    _, worker = pair
    async with harness.session.post(worker.request_url) as answer:
        assert answer.status == 404


@pytest.mark.parametrize("role", ["web", "worker"])
async def test_a_role_without_a_shared_database_is_refused_in_a_line(harness: Harness, role: str) -> None:
    ended = await harness.run(f"alone-{role}", "serve", harness.settings(), "--role", role)

    assert ended.code == 1
    assert ended.stderr == (
        f"workflows-bot: --role {role}: processes with a role each share a PostgreSQL: "
        "set DATABASE_URL to one, or leave --role out\n"
    )


async def test_both_stop_when_they_are_told_to(pair: Pair) -> None:
    for bot in pair:
        assert await bot.terminate() == 0
        assert bot.events("stopped")
        assert "Traceback" not in bot.stderr
