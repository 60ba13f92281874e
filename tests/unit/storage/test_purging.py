"""Expired rows go by the clock, whoever does what meanwhile."""

import asyncio
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.browse import kept_causes
from bot.browse.bookmark import Bookmark
from bot.browse.model import ListQuery
from bot.browse.requests import TurnPage
from bot.cloudflare.causes import Cause
from bot.errors import StartupError
from bot.slack.interaction import Interaction
from bot.slack.reply import Nothing, Reply
from bot.storage import tables
from bot.stored_requests import StoredRequests, purge_regularly
from tests.support.buttons import save
from tests.support.clock import Clock
from tests.support.commands import NOW
from tests.support.logs import logs
from tests.support.long_walks import LongList, kept_rows
from tests.support.teams import TEAM, team

from .test_request_store import long_bookmark

KEEP = timedelta(days=7)
OFTEN = timedelta(milliseconds=5)
NOTHING = {"bookmarks": 0, "walks": 0, "visited_pages": 0, "handled_requests": 0, "causes": 0}


async def nothing() -> Reply:
    return Nothing()


async def fill(stored: StoredRequests, now: datetime) -> None:
    """Keep one of everything."""
    await save(stored.buttons, TurnPage(long_bookmark()))
    await stored.walks.shorten(TurnPage(long_bookmark()), TEAM)
    await stored.handled.handle(Interaction("U1", trigger_id="1.2.abc", team=TEAM), nothing)
    ended_on = now + KEEP - kept_causes.KEEP
    await stored.causes.save({"key": (Cause("charge card", "E", "declined"), ended_on)}, TEAM)


async def wait_until_nothing_is_left(engine: AsyncEngine) -> None:
    async with asyncio.timeout(10):
        while await kept_rows(engine, tables.handled_requests, tables.causes) != NOTHING:  # noqa: ASYNC110 - a database tells nobody
            await asyncio.sleep(0.005)


async def test_all_that_has_expired_goes_at_the_start_and_at_each_interval(engine: AsyncEngine) -> None:
    clock = Clock(NOW)
    stored = StoredRequests.of(engine, KEEP, clock)
    await fill(stored, clock())
    before = await kept_rows(engine, tables.handled_requests, tables.causes)
    assert all(before.values())
    async with purge_regularly(stored, team, OFTEN):
        await asyncio.sleep(0.05)
        assert await kept_rows(engine, tables.handled_requests, tables.causes) == before
        clock.moment += KEEP
        await wait_until_nothing_is_left(engine)
        await fill(stored, clock())
        clock.moment += KEEP
        await wait_until_nothing_is_left(engine)


async def test_a_database_or_a_slack_that_does_not_answer_is_asked_again(engine: AsyncEngine) -> None:
    clock = Clock(NOW)
    stored = StoredRequests.of(engine, KEEP, clock)
    await fill(stored, clock())
    clock.moment += KEEP
    faults: list[Exception] = [StartupError("Slack does not say which team"), OSError("no route")]

    async def team_at_last() -> str:
        if faults:
            raise faults.pop()
        return TEAM

    with logs() as log:
        async with purge_regularly(stored, team_at_last, OFTEN):
            await wait_until_nothing_is_left(engine)
    assert log.getvalue().count("purge_failed") == 2


async def test_several_processes_purge_at_once(engine: AsyncEngine) -> None:
    clock = Clock(NOW)
    stored = StoredRequests.of(engine, KEEP, clock)
    for number in range(120):
        query = ListQuery.of(f"workflow-{number}")
        await stored.walks.shorten(TurnPage(Bookmark(query, LongList(2).position(1))), TEAM)
    clock.moment += KEEP
    await asyncio.gather(*(stored.purge(TEAM) for _ in range(4)))
    assert await kept_rows(engine, tables.handled_requests, tables.causes) == NOTHING
