"""Work at the database is waited for only so long, and goes on to its end."""

import asyncio
from datetime import timedelta

import pytest

from bot.reasons import reason_of
from bot.storage.held_work import HeldWork, NoAnswer
from tests.support.logs import logs

SOON, LATER = timedelta(), timedelta(seconds=10)


async def test_what_it_comes_to_is_returned_and_what_fails_is_raised() -> None:
    async def fail() -> None:
        raise OSError(5, "disk full")

    held = HeldWork()
    assert await held.run(asyncio.sleep(0, "done"), LATER) == "done"
    with pytest.raises(OSError, match="disk full"):
        await held.run(fail(), LATER)


async def test_what_takes_too_long_goes_on_and_its_failure_is_logged() -> None:
    goes_on, ended = asyncio.Event(), asyncio.Event()

    async def fail_late() -> None:
        await goes_on.wait()
        ended.set()
        raise OSError(5, "disk full")

    held = HeldWork()
    with logs() as log:
        with pytest.raises(NoAnswer) as caught:
            await held.run(fail_late(), SOON)
        assert reason_of(caught.value) == "no answer within 0 seconds"
        goes_on.set()
        await ended.wait()
        await asyncio.sleep(0)
    assert "database_failed_late" in log.getvalue()
    assert "disk full" in log.getvalue()


async def test_it_goes_on_after_its_caller_is_cancelled() -> None:
    goes_on, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await goes_on.wait()
        ended.set()

    held = HeldWork()
    caller = asyncio.create_task(held.run(work(), LATER))
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    goes_on.set()
    async with asyncio.timeout(5):
        await ended.wait()


async def test_at_the_end_of_the_process_it_ends() -> None:
    held = HeldWork()
    with pytest.raises(NoAnswer):
        await held.run(asyncio.sleep(60), SOON)
    async with asyncio.timeout(5):
        await held.close()
