"""A request that changes something is handled once by all processes that share a database."""

import asyncio
from collections.abc import Awaitable

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cloudflare.errors import Unavailable
from bot.slack.handled import HandledRequests
from bot.slack.interaction import Interaction
from bot.slack.reply import FieldErrors, Nothing, Reply, UserError
from bot.storage.tables import handled_requests
from bot.ui.elements import message
from tests.support.clock import Clock
from tests.support.commands import NOW
from tests.support.teams import OTHER_TEAM, TEAM

from .conftest import opened

ADA = Interaction("U1", trigger_id="1.2.abc", team=TEAM)
ANSWERED = "It was answered the first time."
NOTHING = Nothing()
UNKNOWN = "Look whether it was done"


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def handled(engine: AsyncEngine, clock: Clock) -> HandledRequests:
    return HandledRequests(engine, clock)


class Work:
    """Something that must be done once.

    Args:
        end: how it ends.
    """

    def __init__(self, end: Reply | BaseException = NOTHING) -> None:
        self.end = end
        self.times = 0

    async def __call__(self) -> Reply:
        self.times += 1
        await asyncio.sleep(0.01)
        if isinstance(self.end, BaseException):
            raise self.end
        return self.end


async def told(handling: Awaitable[Reply]) -> str:
    with pytest.raises(UserError) as refused:
        await handling
    return refused.value.message.text


async def test_of_many_at_once_at_two_replicas_one_is_done(
    handled: HandledRequests, url: str, clock: Clock
) -> None:
    work = Work()
    async with opened(url) as engine:
        replicas = (handled, HandledRequests(engine, clock))
        ends = await asyncio.gather(
            *(replicas[turn % 2].handle(ADA, work) for turn in range(10)), return_exceptions=True
        )
    assert work.times == 1
    assert sum(end == Nothing() for end in ends) == 1
    assert sum(isinstance(end, UserError) for end in ends) == 9


@pytest.mark.parametrize(
    "end", [Nothing(), FieldErrors({"x": "wrong"}, message("Wrong.", [])), UserError(message("No.", []))]
)
async def test_what_was_answered_is_not_done_again_after_a_restart(
    handled: HandledRequests, url: str, clock: Clock, end: Reply | BaseException
) -> None:
    work = Work(end)
    await asyncio.gather(handled.handle(ADA, work), return_exceptions=True)
    clock.advance(minutes=59)
    async with opened(url) as engine:
        assert ANSWERED in await told(HandledRequests(engine, clock).handle(ADA, work))
    assert work.times == 1


async def test_an_explained_error_is_an_answer(handled: HandledRequests) -> None:
    with pytest.raises(Unavailable):
        await handled.handle(ADA, Work(Unavailable("no answer")))
    assert ANSWERED in await told(handled.handle(ADA, Work()))


@pytest.mark.parametrize("end", [asyncio.CancelledError(), RuntimeError("a bug")])
async def test_of_what_was_cut_off_nobody_says_that_it_was_done(
    handled: HandledRequests, end: BaseException
) -> None:
    with pytest.raises(type(end)):
        await handled.handle(ADA, Work(end))
    again = Work()
    assert UNKNOWN in await told(handled.handle(ADA, again))
    assert again.times == 0


async def test_what_still_runs_is_not_said_to_be_answered(handled: HandledRequests) -> None:
    async def work() -> Reply:
        assert UNKNOWN in await told(handled.handle(ADA, Work()))
        return Nothing()

    assert await handled.handle(ADA, work) == Nothing()
    assert ANSWERED in await told(handled.handle(ADA, work))


@pytest.mark.parametrize(
    "other",
    [
        Interaction("U1", trigger_id="1.2.abd", team=TEAM),
        Interaction("U1", trigger_id="1.2.abc", team=OTHER_TEAM),
        Interaction("U1", signature="v0=1", team=TEAM),
    ],
)
async def test_another_request_is_done(handled: HandledRequests, other: Interaction) -> None:
    work = Work()
    await handled.handle(ADA, work)
    await handled.handle(other, work)
    assert work.times == 2


async def test_a_request_without_trigger_is_known_by_its_signature(handled: HandledRequests) -> None:
    work = Work()
    signed = [Interaction("U1", signature=f"v0={number}", team=TEAM) for number in (1, 2, 1)]
    await handled.handle(signed[0], work)
    await handled.handle(signed[1], work)
    assert ANSWERED in await told(handled.handle(signed[2], work))
    assert work.times == 2


async def test_requests_that_nothing_tells_apart_are_all_done(handled: HandledRequests) -> None:
    work = Work()
    for _ in range(2):
        await handled.handle(Interaction("U1", team=TEAM), work)
    assert work.times == 2


async def test_requests_are_forgotten_after_an_hour_by_the_clock(
    handled: HandledRequests, engine: AsyncEngine, clock: Clock
) -> None:
    async def kept() -> int:
        async with engine.connect() as connection:
            return await connection.scalar(select(func.count()).select_from(handled_requests)) or 0

    await handled.handle(ADA, Work())
    clock.advance(minutes=59)
    await handled.purge(TEAM)
    assert await kept() == 1
    clock.advance(minutes=1)
    await handled.purge(OTHER_TEAM)
    assert await kept() == 1
    await handled.purge(TEAM)
    assert await kept() == 0


async def test_nothing_is_done_where_the_database_cannot_note_it(clock: Clock) -> None:
    work = Work()
    async with opened("postgres://ada:s3cr3t@127.0.0.1:1/bot") as nowhere:
        with pytest.raises(SQLAlchemyError):
            await HandledRequests(nowhere, clock).handle(ADA, work)
    assert work.times == 0


async def test_an_answer_is_given_even_where_the_database_cannot_note_it(
    handled: HandledRequests, engine: AsyncEngine
) -> None:
    async def lose_the_table() -> Reply:
        async with engine.begin() as connection:
            await connection.run_sync(handled_requests.drop)
        return Nothing()

    assert await handled.handle(ADA, lose_the_table) == Nothing()
