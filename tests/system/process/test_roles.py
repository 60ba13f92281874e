"""`serve --role web` answers people, `serve --role worker` delivers digests, and they share a PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from tests.support.messages import ask
from tests.support.postgres import create_database, run_postgres

from .bot_process import BotProcess, running_bot
from .harness import Harness

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pair(shared_harness: Harness) -> AsyncIterator[tuple[BotProcess, BotProcess]]:
    """A process of each role."""
    with run_postgres() as server:
        settings = shared_harness.settings(DATABASE_URL=create_database(server))
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
    await harness.ada.command("/workflows", "digest create daily 09:00")
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
