"""What is refused is told at once, and then once in a while, however often it happens."""

import asyncio
import time
from datetime import timedelta

from bot.slack.refusals import Refusals
from tests.support.fixtures import ReadLog

INTERVAL = timedelta(seconds=0.1)


def told(read_log: ReadLog) -> list[object]:
    """What each line tells: a reason, or how often there was which."""
    return [line.get("reason") or (line["count"], line["reasons"]) for line in read_log()]


async def test_the_first_is_told_at_once_and_the_others_together(read_log: ReadLog) -> None:
    refusals = Refusals(INTERVAL)
    for _ in range(1000):
        refusals.add("too many")
        refusals.add("too slow", 408)
    assert told(read_log) == ["too many"]
    await asyncio.sleep(0.15)
    assert told(read_log) == ["too many", (1999, {"too many": 999, "too slow": 1000})]


async def test_none_is_told_twice_and_after_a_pause_one_is_told_at_once_again(read_log: ReadLog) -> None:
    refusals = Refusals(INTERVAL)
    refusals.add("too many", 429)
    await asyncio.sleep(0.25)
    assert told(read_log) == ["too many"]
    refusals.add("too slow")
    assert told(read_log) == ["too many", "too slow"]
    assert [line.get("status") for line in read_log()] == [429, None]
    refusals.close()


async def test_what_goes_on_has_one_line_each_interval(read_log: ReadLog) -> None:
    refusals, started = Refusals(INTERVAL), time.monotonic()
    for _ in range(35):
        refusals.add("too many")
        await asyncio.sleep(0.01)
    refusals.close()
    first, *lines = told(read_log)
    assert first == "too many"
    assert 2 <= len(lines) <= (time.monotonic() - started) / INTERVAL.total_seconds() + 1


async def test_what_was_not_told_yet_is_told_at_the_end(read_log: ReadLog) -> None:
    refusals = Refusals(timedelta(hours=1))
    for _ in range(3):
        refusals.add("too many")
    refusals.close()
    refusals.close()
    assert told(read_log) == ["too many", (2, {"too many": 2})]
