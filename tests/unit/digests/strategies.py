"""Cron forms of every kind, zones that change their clocks in every way, and moments near those changes."""

import operator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bot.language.cron import NeverComes, canonical
from bot.language.schedule import Schedule

WHOLE_HOURS = ("Europe/Berlin", "America/New_York", "Australia/Sydney", "Europe/Dublin", "UTC")
ZONES = (
    *WHOLE_HOURS,
    "Australia/Lord_Howe",  # by half an hour
    "America/Santiago",  # skips midnight
    "America/Havana",  # has midnight twice
    "Pacific/Chatham",  # +12:45, at a quarter to three
    "Africa/Casablanca",  # twice within a month
    "Asia/Kathmandu",  # never, +05:45
    "Pacific/Kiritimati",  # never, +14
)

minutes = st.sampled_from(["0", "30", "59", "0,30", "5,40", "*/15", "*/20", "*/30", "0,25,50", "00"])
hours = st.sampled_from(
    [
        "*",
        "*/1",
        "0-23",
        "*/2",
        "*/4",
        "*/5",
        "*/12",
        "0",
        "1",
        "2",
        "3",
        "9",
        "09",
        "0-3",
        "9-17/2",
        "0,2,23",
    ]
)
days = st.sampled_from(["*"] * 5 + ["1", "31", "L", "LW", "*/2", "*/10", "1-7", "1-31", "15,L", "30,29"])
months = st.sampled_from(["*"] * 5 + ["2", "feb", "1-12", "3,10", "*/3", "JAN,jul"])
weekdays = st.sampled_from(
    ["*"] * 5 + ["1-5", "MON-FRI", "0", "7", "sun,sat", "5-7", "0-6", "*/2", "1#1", "5L", "1#5", "2#2,fri"]
)
fields = st.tuples(minutes, hours, days, months, weekdays)


def _comes(form: tuple[str, ...]) -> bool:
    try:
        canonical(form)
    except NeverComes:
        return False
    return True


cron_forms = fields.filter(_comes)
zones = st.sampled_from(ZONES)
schedules = st.builds(lambda form, zone: Schedule(canonical(form), zone), cron_forms, zones)


@cache
def changes(zone: str) -> tuple[datetime, ...]:
    """The days until 2032 on which a zone changes its clocks; some day for one that never does."""
    info = ZoneInfo(zone)
    day = timedelta(days=1)
    first = datetime(2024, 1, 1, tzinfo=UTC)
    starts = [first + number * day for number in range(8 * 365)]
    changing = [
        start
        for start in starts
        if start.astimezone(info).utcoffset() != (start + day).astimezone(info).utcoffset()
    ]
    return tuple(changing) or (first,)


_days = st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - as it asks
_seconds = st.integers(-24 * 3600, 48 * 3600)
_around = (_seconds | _seconds.map(lambda count: count // 60 * 60)).map(
    lambda count: timedelta(seconds=count)
)


@cache  # to put a strategy together takes longer than to draw from it
def moments(zone: str) -> st.SearchStrategy[datetime]:
    """Any moment, to the second; most often one near a change."""
    return st.builds(operator.add, st.sampled_from(changes(zone)) | _days, _around)
