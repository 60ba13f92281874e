"""Health checks and metrics cost the same, however many ask for them at once."""

import asyncio
from datetime import timedelta

import pytest

from bot.slack.health import SharedRun

PAUSE = timedelta(seconds=0.05)


class Work:
    """Counts its runs; each takes a moment and gives its number."""

    def __init__(self, failures: int = 0) -> None:
        self.runs = 0
        self.under_way = 0
        self.failures = failures

    async def __call__(self) -> int:
        assert not self.under_way, "one run at a time"
        self.runs += 1
        number = self.runs
        self.under_way += 1
        await asyncio.sleep(0.02)
        self.under_way -= 1
        if number <= self.failures:
            raise OSError("this run fails")
        return number


async def test_all_who_ask_at_once_share_a_run() -> None:
    work = Work()
    shared = SharedRun(work, PAUSE)
    assert set(await asyncio.gather(*(shared.get() for _ in range(200)))) == {1}
    assert work.runs == 1


async def test_who_asks_during_a_run_gets_the_next_one() -> None:
    shared = SharedRun(Work(), PAUSE)
    first = asyncio.ensure_future(shared.get())
    await asyncio.sleep(0.01)
    assert list(await asyncio.gather(shared.get(), shared.get())) == [2, 2]
    assert await first == 1


async def test_many_who_ask_again_and_again_have_few_runs() -> None:
    work = Work()
    shared = SharedRun(work, PAUSE)

    async def ask_again_and_again() -> None:
        async with asyncio.timeout(0.5):
            while True:
                before = work.runs
                assert await shared.get() > before, "it began after it was asked for"

    ends = await asyncio.gather(*(ask_again_and_again() for _ in range(50)), return_exceptions=True)
    assert {type(end) for end in ends} == {TimeoutError}
    assert 3 <= work.runs <= 8


async def test_one_who_does_not_wait_takes_nothing_from_the_others() -> None:
    shared = SharedRun(Work(), PAUSE)
    hasty, patient = asyncio.ensure_future(shared.get()), asyncio.ensure_future(shared.get())
    await asyncio.sleep(0.01)
    hasty.cancel()
    assert await patient == 1


async def test_a_run_that_fails_fails_those_who_asked_for_it() -> None:
    shared = SharedRun(Work(failures=1), PAUSE)
    with pytest.raises(OSError, match="this run fails"):
        await shared.get()
    assert await shared.get() == 2
