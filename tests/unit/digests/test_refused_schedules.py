"""Each mistake: the words named, what is wrong with them, what was expected, the nearest right ones."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.errors import QueryError, read_field
from bot.language.schedule_words import read
from tests.unit.digests.schedules import HOME, read_schedule

INTERVALS = ", ".join(
    f"`every {span}`" for span in ("15m", "20m", "30m", "1h", "2h", "3h", "4h", "6h", "8h", "12h")
)
SCHEDULE = (
    "a schedule such as `daily 09:00`, `weekdays 09:00`, `mon,thu 14:30`, `first monday 9am`, "
    "`monthly 1 09:00`, `hourly`, `every 4h` or five cron fields"
)
TIME = "a time such as `09:00`, `14:30` or `9am`"
ZONE = "a zone such as `Europe/Berlin` or `UTC`, or nothing more"
DAY = "a day such as `mon` or `monday`"
DAY_OF_MONTH = "a day of the month from 1 to 28, or `last`"
FIVE = "five fields: minute, hour, day of the month, month, day of the week"


INTERVAL_OR_DAYS = f"one of {INTERVALS}, or days such as `daily 09:00` and `mondays 09:00`"
BEFORE = f"them before the time: {SCHEDULE}"
NO_SECONDS = f"{FIVE}, and none for seconds"
DAY_FIELD = "`*`, days from 1 to 31, or `L` for the last one"
WEEKDAY_FIELD = "`*`, days from 0 to 7, `sun` to `sat`, or `mon#1` for the first Monday"
GAP = "at least 15 minutes from one digest to the next"

MISTAKES = {
    SCHEDULE: (
        ("", "schedule is missing", None),
        ("xyzzy", "xyzzy is not a known schedule", None),
        ("weekdys 9am", "weekdys is not a known schedule", "weekdays 9am"),
        ("weekly 9am", "weekly is not a known schedule", "mondays 9am"),
    ),
    BEFORE: (
        ("09:00", "09:00 names no days", "daily 09:00"),
        ("9", "9 names no days", "daily 09:00"),
    ),
    TIME: (
        ("daily", "daily names no time", "daily 09:00"),
        ("daily at", "daily at names no time", "daily at 09:00"),
        ("mon,thu", "mon,thu names no time", "mon,thu 09:00"),
        ("daily 9", "9 is no time of day I know", "daily 09:00"),
        ("daily 13pm", "13pm is no time of day I know", "daily 13:00"),
        ("daily 930 UTC", "930 is no time of day I know", "daily 09:30 UTC"),
        ("every 24 hours", "every 24 hours names no time", "every 24 hours 09:00"),
        ("daily 24:00", "24:00 is no time of day I know", None),
        ("daily 09:60", "09:60 is no time of day I know", None),
    ),
    DAY: (
        ("mon,thr 9am", "mon,thr names a day I don't know, `thr`", "mon,thu 9am"),
        ("mon,xx 9am", "mon,xx names a day I don't know, `xx`", None),
        ("mon,`x 9am", "mon,`x names a day I don't know, `\u02cbx`", None),
        ("mon- 9am", "mon- names no last day", None),
        ("mon-fir 9am", "mon-fir names a day I don't know, `fir`", "mon-fri 9am"),
        ("first", "first names no day of the week", "first monday 09:00"),
        ("first mondy 9am", "mondy is no day of the week", "first monday 9am"),
        ("last day 9am", "day is no day of the week", None),
    ),
    DAY_OF_MONTH: (
        ("monthly", "monthly names no day of the month", "monthly 1 09:00"),
        ("monthly 9am", "9am is no day of the month", "monthly 1 9am"),
        ("monthly 31 9am", "31 is not a day of every month", "monthly last 9am"),
        ("monthly 32 9am", "32 is no day of the month", None),
        ("monthly 0 9am", "0 is no day of the month", None),
    ),
    f"one of {INTERVALS}": (
        ("every", "every names no interval", "every 4h"),
        ("every 4", "every 4 is no interval I know", "every 4h"),
        ("every 4 hrz", "every 4 hrz is no interval I know", "every 4h"),
        ("every mondya 9am", "every mondya is no interval I know", "every monday 9am"),
        ("every minute", "every minute is more often than every 15 minutes", "every 15m"),
        ("every 5m", "every 5m is more often than every 15 minutes", "every 15m"),
        ("every 5h", "every 5h divides neither an hour nor, in whole hours, a day", "every 4h"),
        ("every 45m", "every 45m divides neither an hour nor, in whole hours, a day", "every 30m"),
    ),
    INTERVAL_OR_DAYS: (("every 2 weeks", "every 2 weeks is too long to be counted by the clock", None),),
    FIVE: (
        ("cron", "cron has no fields", "cron 0 9 * * 1-5"),
        ("cron UTC", "cron has no fields", "cron 0 9 * * 1-5 UTC"),
        ("0 9", "0 9 has two fields", None),
        ("0 9 * * Europe/Berlin", "0 9 * * has four fields", None),
    ),
    NO_SECONDS: (
        ("0 0 9 * * 1-5", "0 0 9 * * 1-5 has six fields", "0 9 * * 1-5"),
        ("0 0 9 ? * MON", "0 0 9 ? * MON has six fields", "0 9 * * MON"),
        ("0 9 * * 1 *", "0 9 * * 1 * has six fields", None),
    ),
    "`*`, or minutes from 0 to 59": (("61 9 * * *", "61 is no minute", None),),
    "`*`, or hours from 0 to 23": (("0 24 * * *", "24 is no hour", None),),
    DAY_FIELD: (("0 9 ? * 1", "? is no day of the month", "0 9 * * 1"),),
    "`*`, months from 1 to 12, or `jan` to `dec`": (("0 9 * foo *", "foo is no month", None),),
    WEEKDAY_FIELD: (
        ("0 9 * * monday-friday", "monday-friday is no day of the week", "0 9 * * mon-fri"),
        ("0 9 * * 8", "8 is no day of the week", None),
    ),
    "a day that some year's calendar has": (
        ("0 9 31 2 *", "0 9 31 2 * means a day that never comes", None),
        ("0 0 */5 2 1#5", "0 0 */5 2 1#5 means a day that never comes", None),
    ),
    GAP: (
        ("* * * * *", "* * * * * leaves 1 minute between 00:00 and 00:01", "*/15 * * * *"),
        (
            "*/5 9-17 * * 1 UTC",
            "*/5 9-17 * * 1 leaves 5 minutes between 09:00 and 09:05",
            "*/15 9-17 * * 1 UTC",
        ),
        ("0,5 9 * * 1", "0,5 9 * * 1 leaves 5 minutes between 09:00 and 09:05", None),
        ("0,25,50 * * * *", "0,25,50 * * * * leaves 10 minutes between 00:50 and 01:00", "*/15 * * * *"),
        ("0,50 0,23 * * *", "0,50 0,23 * * * leaves 10 minutes between 23:50 and 00:00", None),
    ),
    ZONE: (
        ("hourly Europe/Berln", "Europe/Berln is no time zone I know", "hourly Europe/Berlin"),
        ("hourly Foo/Bar", "Foo/Bar is no time zone I know", None),
        ("hourly Berln", "Berln follows a whole schedule and is no time zone I know", "hourly Europe/Berlin"),
        ("hourly and", "and follows a whole schedule and is no time zone I know", None),
        ("hourly UTC now", "now follows a whole schedule and is no time zone I know", None),
    ),
}


def refusal(text: str) -> QueryError | None:
    """How a schedule is refused, if it is."""
    try:
        read_field(text, read_schedule)
    except QueryError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("text", "problem", "expected", "right"),
    [
        (text, problem, expected, right)
        for expected, mistakes in MISTAKES.items()
        for text, problem, right in mistakes
    ],
)
def test_a_mistake_is_answered_with_what_to_type_instead(
    text: str, problem: str, expected: str, right: str | None
) -> None:
    error = refusal(text)
    assert str(error) == f"{problem}; expected {expected}"
    assert error
    assert error.nearest == right


@pytest.mark.parametrize("right", [right for cases in MISTAKES.values() for *_, right in cases if right])
def test_what_is_advised_is_a_schedule(right: str) -> None:
    assert refusal(right) is None


PIECES = (
    "daily weekdays mon,thu mon-fri mon- every hourly monthly first last day "
    "cron at on and 9am 09:00 9 pm 31 1 1st 4h 5m h 0 * */2 ? L mon#1 1-5 UTC Europe/Berlin Foo/Bar (utc) "
    "status:x -- - , \" ' `"
)


def test_any_two_words_are_read_or_refused_in_words() -> None:
    for words in product(PIECES.split(" "), repeat=2):
        error = refusal(" ".join(words))
        assert error is None or all((error.word, error.problem, error.expected))


DAYS = (
    *("daily", "every day", "weekdays", "mon,thu", "every monday", "monday to friday", "weekends"),
    *("first monday", "monthly on the 15th", "last day of the month", "on the 1st of each month"),
)
TIMES = (
    *("9am", "at 14:30", "9am and 5pm", "noon", "at 9 in the morning", "9:00, 13:00 and 17:00", "0930"),
    *("hourly", "every 4h", "every 30 minutes", "hourly from 9am to 5pm", "every 2h at :15"),
)
MORE_PIECES = (
    "to from between until morning evening night except not twice times second other 1st last week month "
    "year day days of the in every quarter half past minute :30 9-17 @daily @every noon 0930 13pm +02:00 "
    "UTC+2 CET IST berlin new york"
)
ALL_PIECES = [*PIECES.split(" "), *MORE_PIECES.split(" ")]
INTERVALS_SAID = TIMES[-5:]
"""They come each day if no days are said."""
NAMED_ZONES = ("UTC", "(Europe/Berlin)", "CET", "in Tokyo", "UTC+2", "Asia/Kolkata")
RIGHT = ["mon", "thu", "9am", "14:00", "noon", "UTC", "Europe/Berlin", "first", "last", "hourly", "weekends"]
"""Words that mean something each, and of which none repeats another."""


@given(st.sampled_from(DAYS), st.sampled_from(TIMES), st.sampled_from(NAMED_ZONES), st.data())
def test_the_parts_of_a_schedule_may_come_in_any_order_and_none_is_left_out(
    days: str, times: str, zone: str, data: st.DataObject
) -> None:
    order = data.draw(st.permutations([days, times, zone]).filter(lambda parts: parts[0] != zone))
    text = " ".join(order)
    said = read_schedule(text)
    assert said == read_schedule(f"{days} {times} {zone}")
    assert read(said.in_words(), HOME) == said
    for part in order:
        shorter = " ".join(other for other in order if other != part)
        is_same = refusal(shorter) is None and read_schedule(shorter) == said
        assert not is_same or (part in ("daily", "every day") and times in INTERVALS_SAID)


@given(st.lists(st.sampled_from(RIGHT + ALL_PIECES), max_size=6).map(" ".join))
def test_what_is_proposed_keeps_all_words_that_were_right(text: str) -> None:
    error = refusal(text)
    if error is None:
        return
    for proposal in error.choices:
        kept = set(text.split()) & set(RIGHT) - set(error.word.split())
        assert kept <= set(proposal.split())


@given(st.lists(st.sampled_from(ALL_PIECES) | st.text(max_size=5), max_size=8).map(" ".join))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    error = refusal(text)
    if error is None:
        assert read(read_schedule(text).in_words(), HOME) == read_schedule(text)
    else:
        assert all((error.word, error.problem, error.expected))
        assert error.nearest is None or refusal(error.nearest) is None
