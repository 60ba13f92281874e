"""The two days of a year that do not have 24 hours. In Berlin: 29 March and 25 October 2026."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.language.times import Clock, read

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def understood(text: str, now: str, zone: ZoneInfo = BERLIN) -> datetime:
    return read(text, Clock(utc(now), zone)).at


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("today", "2026-03-28 23:00"),
        ("yesterday", "2026-03-27 23:00"),
        ("01:30", "2026-03-29 00:30"),
        ("03:30", "2026-03-29 01:30"),
        ("6h", "2026-03-29 04:00"),
        ("24h", "2026-03-28 10:00"),
    ],
)
def test_in_spring_a_day_of_23_hours(text: str, moment: str) -> None:
    assert understood(text, "2026-03-29 10:00") == utc(moment)


def test_a_time_that_the_clock_skips_is_still_a_moment() -> None:
    assert understood("02:30", "2026-03-29 10:00") in (utc("2026-03-29 00:30"), utc("2026-03-29 01:30"))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("today", "2026-10-24 22:00"),
        ("yesterday 09:00", "2026-10-24 07:00"),
        ("01:30", "2026-10-24 23:30"),
        ("03:30", "2026-10-25 02:30"),
        ("24h", "2026-10-24 10:00"),
        ("sunday", "2026-10-24 22:00"),
        ("saturday", "2026-10-23 22:00"),
    ],
)
def test_in_autumn_a_day_of_25_hours(text: str, moment: str) -> None:
    assert understood(text, "2026-10-25 10:00") == utc(moment)


@pytest.mark.parametrize(
    "now", ["2026-10-25 00:40", "2026-10-25 01:10", "2026-10-25 01:40", "2026-10-25 04:00"]
)
def test_in_the_hour_that_comes_twice_the_last_moment_is_today_s(now: str) -> None:
    """02:30 in Berlin was at 00:30 UTC and came again at 01:30 UTC."""
    assert understood("02:30", now) in (utc("2026-10-25 00:30"), utc("2026-10-25 01:30"))
    assert understood("02:30", now) <= utc(now)


@pytest.mark.parametrize(
    ("zone", "now", "moment"),
    [
        (NEW_YORK, "2026-03-08 16:00", "2026-03-08 05:00"),
        (NEW_YORK, "2026-11-01 16:00", "2026-11-01 04:00"),
        (LORD_HOWE, "2026-04-05 03:00", "2026-04-04 13:00"),
        (ZoneInfo("Asia/Kathmandu"), "2026-11-23 14:03", "2026-11-22 18:15"),
        (ZoneInfo("Pacific/Kiritimati"), "2026-11-23 14:03", "2026-11-23 10:00"),
    ],
)
def test_today_begins_at_each_zone_s_own_midnight(zone: ZoneInfo, now: str, moment: str) -> None:
    assert understood("today", now, zone) == utc(moment)
