"""Stretches of time as a command says them, on a Monday at 14:03 in UTC."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.time_ranges import TimeRange, take_range
from bot.language.time_words import is_time
from bot.language.times import Clock, read
from tests.support.commands import NOW


def moments(stretch: TimeRange, clock: Clock = Clock(NOW)) -> tuple[str | None, str | None]:  # noqa: B008 - frozen
    since = read(stretch.since, clock).at if stretch.since else None
    until = read(stretch.until, clock, after=since).at if stretch.until else None
    return f"{since:%m-%d %H:%M}" if since else None, f"{until:%m-%d %H:%M}" if until else None


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("since 2h", "11-23 12:03", None),
        ("since 2 am", "11-23 02:00", None),
        ("since last night", "11-22 18:00", None),
        ("after yesterday 9am", "11-22 09:00", None),
        ("until yesterday", None, "11-22 00:00"),
        ("before 9am", None, "11-23 09:00"),
        ("since monday until noon", "11-23 00:00", "11-23 12:00"),
        ("since 2026-11-22 09:12 UTC until now", "11-22 09:12", "11-23 14:03"),
        ("2h", "11-23 12:03", None),
        ("last 2 hours", "11-23 12:03", None),
        ("in the last 2 hours", "11-23 12:03", None),
        ("past hour", "11-23 13:03", None),
        ("past week", "11-16 14:03", None),
        ("today", "11-23 00:00", None),
        ("this week", "11-23 00:00", None),
        ("this month", "11-01 00:00", None),
        ("yesterday", "11-22 00:00", "11-23 00:00"),
        ("last week", "11-16 00:00", "11-23 00:00"),
        ("last month", "10-01 00:00", "11-01 00:00"),
        ("last night", "11-22 18:00", "11-23 06:00"),
        ("this morning", "11-23 06:00", "11-23 12:00"),
        ("friday", "11-20 00:00", "11-21 00:00"),
        ("monday", "11-23 00:00", "11-24 00:00"),
        ("on monday", "11-23 00:00", "11-24 00:00"),
        ("last monday", "11-16 00:00", "11-17 00:00"),
        ("nov 20", "11-20 00:00", "11-21 00:00"),
        ("10.11.2026", "11-10 00:00", "11-11 00:00"),
        ("between 2am and 4am", "11-23 02:00", "11-23 04:00"),
        ("between 2 am and 4 am", "11-23 02:00", "11-23 04:00"),
        ("between 2 and 4am", "11-23 02:00", "11-23 04:00"),
        ("between yesterday 11pm and 2am", "11-22 23:00", "11-23 02:00"),
        ("yesterday between 11pm and 2am", "11-22 23:00", "11-23 02:00"),
        ("from yesterday 23:00 until 02:30", "11-22 23:00", "11-23 02:30"),
        ("friday 22:00 to 4:00", "11-20 22:00", "11-21 04:00"),
        ("between last friday 11pm and 2am", "11-20 23:00", "11-21 02:00"),
        ("between 2026-10-31 23:00 and 02:00", "10-31 23:00", "11-01 02:00"),
        ("yesterday between 10 and 12", "11-22 10:00", "11-22 12:00"),
        ("overnight", "11-22 18:00", "11-23 06:00"),
        ("over night", "11-22 18:00", "11-23 06:00"),
        ("last night's", "11-22 18:00", "11-23 06:00"),
        ("yesterdays", "11-22 00:00", "11-23 00:00"),
        ("today\N{RIGHT SINGLE QUOTATION MARK}s", "11-23 00:00", None),
        ("from 2am to 4am", "11-23 02:00", "11-23 04:00"),
        ("2am - 4am", "11-23 02:00", "11-23 04:00"),
        ("2am-4am", "11-23 02:00", "11-23 04:00"),
        ("between 11pm and 1am", "11-22 23:00", "11-23 01:00"),
        ("between 4pm and 2pm", "11-22 16:00", "11-23 14:00"),
        ("between 2am and 4am yesterday", "11-22 02:00", "11-22 04:00"),
        ("yesterday between 2am and 4am", "11-22 02:00", "11-22 04:00"),
        ("yesterday 2am to 4am", "11-22 02:00", "11-22 04:00"),
        ("between 9am and 5pm UTC+1", "11-23 08:00", "11-23 16:00"),
        ("from friday to sunday", "11-20 00:00", "11-23 00:00"),
        ("from friday until sunday", "11-20 00:00", "11-22 00:00"),
        ("2026-11-20 - 2026-11-21", "11-20 00:00", "11-22 00:00"),
    ],
)
def test_a_stretch_of_time_is_read(text: str, since: str | None, until: str | None) -> None:
    found = take_range(text.split())
    assert found is not None
    assert found[1] == len(text.split())
    assert moments(found[0]) == (since, until)


@pytest.mark.parametrize(
    "text",
    [
        "errored", "since", "since foo", "between 2am", "between 2am and", "between foo and 4am", "9am",
        "now", "yesterday 9am", "end of yesterday", "5", "limit 5", "may", "order-to-cash",
        "monday-friday", "sun-9am", "between 11 and 1pm", "yesterday 4am to 2am", "",
        "and 4am", "2-4",
    ],
)  # fmt: skip
def test_what_is_no_stretch_of_time_is_left(text: str) -> None:
    assert take_range(text.split()) is None


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("between 2am and 4am errored", 4),
        ("since 2 am errored", 3),
        ("yesterday errored", 1),
        ("last 2 hours orders", 3),
        ("since yesterday until today limit 5", 4),
    ],
)
def test_the_words_behind_it_are_left(text: str, count: int) -> None:
    found = take_range(text.split())
    assert found is not None
    assert found[1] == count


def test_before_four_at_night_it_is_this_night_that_lies_between_two_and_four() -> None:
    found = take_range(["between", "2am", "and", "4am"])
    assert found is not None
    at_three = Clock(datetime(2026, 11, 23, 3, tzinfo=UTC))
    assert moments(found[0], at_three) == ("11-23 02:00", "11-23 04:00")


_WORDS = (
    "since", "until", "between", "and", "from", "to", "-", "yesterday", "9am", "10am", "monday", "last",
    "2h", "week", "2026-11-22", "noon", "CET", "errored", "today", "night", "10/11", "2", "hours", "end",
    "of", "the", "2am-4am",
)  # fmt: skip


@given(st.lists(st.sampled_from(_WORDS), max_size=8))
def test_both_ends_of_what_is_found_are_times(words: list[str]) -> None:
    found = take_range(words)
    if found is None:
        return
    stretch, count = found
    assert 1 <= count <= len(words)
    assert stretch.since or stretch.until
    for text in (stretch.since, stretch.until):
        assert text is None or is_time(text)
