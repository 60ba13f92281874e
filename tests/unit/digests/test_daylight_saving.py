"""Days on which the clocks change, as slots in UTC.

Berlin: 29 March and 25 October 2026. New York: 8 March and 1 November. Lord Howe, by half an hour: 5 April
and 4 October. Santiago skips midnight on 6 September.
"""

from datetime import timedelta

import pytest

from tests.unit.digests.schedules import format_moments, parse_utc, read_schedule

NIGHT = timedelta(hours=8)


def night(text: str, start: str) -> list[str]:
    """What is due in the eight hours of a night."""
    return [
        slot[6:]
        for slot in format_moments(
            read_schedule(text).slots_between(parse_utc(start), parse_utc(start) + NIGHT)
        )
    ]


@pytest.mark.parametrize(
    ("text", "start", "slots"),
    [
        ("daily 02:30 Europe/Berlin", "2026-03-28 22:00", ["01:00"]),
        ("daily 02:30 America/New_York", "2026-03-08 04:00", ["07:00"]),
        ("daily 02:15 Australia/Lord_Howe", "2026-10-03 12:00", ["15:30"]),
        ("daily 00:00 America/Santiago", "2026-09-05 22:00", ["04:00"]),
        ("0,30 1-3 * * * Europe/Berlin", "2026-03-28 22:30", ["00:00", "00:30", "01:00", "01:30"]),
    ],
)
def test_a_time_that_is_skipped_is_due_once_when_the_skipping_ends(
    text: str, start: str, slots: list[str]
) -> None:
    assert night(text, start) == slots


@pytest.mark.parametrize(
    ("text", "start", "slots"),
    [
        ("daily 02:30 Europe/Berlin", "2026-10-24 22:00", ["00:30"]),
        ("daily 01:30 America/New_York", "2026-11-01 04:00", ["05:30"]),
        ("daily 01:45 Australia/Lord_Howe", "2026-04-04 12:00", ["14:45"]),
        ("*/30 2 * * * Europe/Berlin", "2026-10-24 22:00", ["00:00", "00:30"]),
    ],
)
def test_a_time_that_comes_twice_is_due_the_first_time(text: str, start: str, slots: list[str]) -> None:
    assert night(text, start) == slots


def test_between_the_first_time_and_the_second_the_next_is_tomorrow_s() -> None:
    """At 02:15 the second time, cronsim itself would answer 02:30 the first time, which has passed."""
    plan = read_schedule("daily 02:30 Europe/Berlin")
    assert plan.next_after(parse_utc("2026-10-25 01:15")) == parse_utc("2026-10-26 01:30")


@pytest.mark.parametrize(
    ("text", "start", "slots"),
    [
        (
            "hourly Europe/Berlin",
            "2026-03-28 22:00",
            ["23:00", "00:00", "01:00", "02:00", "03:00", "04:00", "05:00", "06:00"],
        ),
        (
            "hourly Europe/Berlin",
            "2026-10-24 22:00",
            ["23:00", "00:00", "01:00", "02:00", "03:00", "04:00", "05:00", "06:00"],
        ),
        (
            "40 * * * * Australia/Lord_Howe",
            "2026-04-04 12:00",
            ["12:40", "13:40", "14:40", "15:10", "16:10", "17:10", "18:10", "19:10"],
        ),
        (
            "hourly Australia/Lord_Howe",
            "2026-04-04 12:00",
            ["13:00", "14:00", "15:30", "16:30", "17:30", "18:30", "19:30"],
        ),
        (
            "hourly Australia/Lord_Howe",
            "2026-10-03 12:00",
            ["12:30", "13:30", "14:30", "16:00", "17:00", "18:00", "19:00", "20:00"],
        ),
    ],
)
def test_every_hour_is_due_whenever_the_clock_shows_its_minute(
    text: str, start: str, slots: list[str]
) -> None:
    assert night(text, start) == slots


@pytest.mark.parametrize("start", ["2026-04-04 12:00", "2026-10-03 12:00"])
def test_half_hours_are_even_where_clocks_change_by_half_an_hour(start: str) -> None:
    assert len(night("every 30m Australia/Lord_Howe", start)) == 16


@pytest.mark.parametrize(
    ("text", "start", "slots"),
    [
        ("every 2h Europe/Berlin", "2026-03-28 22:00", ["23:00", "01:00", "02:00", "04:00", "06:00"]),
        ("every 2h Europe/Berlin", "2026-10-24 21:00", ["22:00", "00:00", "03:00", "05:00"]),
        ("every 4h Europe/Berlin", "2026-03-28 22:00", ["23:00", "02:00", "06:00"]),
        ("every 4h Europe/Berlin", "2026-10-24 21:00", ["22:00", "03:00"]),
        ("every 4h Australia/Lord_Howe", "2026-04-04 12:00", ["13:00", "17:30"]),
        ("every 4h Australia/Lord_Howe", "2026-10-03 12:00", ["13:30", "17:00"]),
    ],
)
def test_hours_are_counted_by_the_wall_clock(text: str, start: str, slots: list[str]) -> None:
    assert night(text, start) == slots


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("Europe/Berlin", "2026-03-28 23:00"),
        ("Europe/Berlin", "2026-10-24 22:00"),
        ("America/New_York", "2026-03-08 05:00"),
        ("Australia/Lord_Howe", "2026-10-03 13:30"),
    ],
)
@pytest.mark.parametrize("hours", [2, 3, 4, 6, 8, 12])
def test_a_day_of_odd_length_has_as_many_slots_as_any(zone: str, start: str, hours: int) -> None:
    """From one midnight to the next."""
    midnight = parse_utc(start)
    next_midnight = read_schedule(f"daily 00:00 {zone}").next_after(midnight)
    assert next_midnight - midnight != timedelta(days=1)
    assert len(read_schedule(f"every {hours}h {zone}").slots_between(midnight, next_midnight)) == 24 // hours


def test_nine_in_the_morning_stays_nine_in_the_morning() -> None:
    plan = read_schedule("daily 9am Europe/Berlin")
    assert format_moments(tuple(plan.upcoming(parse_utc("2026-03-28 00:00"), 3))) == [
        "03-28 08:00",
        "03-29 07:00",
        "03-30 07:00",
    ]
