"""What is due when: against cronsim, and against a clock that is looked at every minute."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.language.cron import canonical
from bot.language.schedule import Schedule, slot_key
from tests.unit.digests.schedules import format_moments, parse_utc, read_schedule

from .strategies import WHOLE_HOURS, cron_forms, moments, schedules, zones

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
spans = st.integers(0, 3 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))


def noon_before(moment: datetime) -> datetime:
    """In no zone here the clocks change then."""
    return moment.replace(hour=12, minute=0, second=0, microsecond=0)


def cronsim_s_slots(cron: str, zone: str, start: datetime, end: datetime) -> list[datetime]:
    later = (slot.astimezone(UTC) for slot in CronSim(cron, start.astimezone(ZoneInfo(zone))))
    return list(takewhile(lambda slot: slot <= end, later))


def watched_slots(plan: Schedule, start: datetime, end: datetime) -> list[datetime]:
    """The rules again, by looking at the clock every minute, for a day more at either end."""
    zone = ZoneInfo(plan.zone)
    begin = start.replace(second=0, microsecond=0) - DAY
    ticks = [begin + number * MINUTE for number in range(int((end - begin + DAY) / MINUTE))]
    walls = [tick.astimezone(zone).replace(tzinfo=None) for tick in ticks]
    named = list(takewhile(lambda wall: wall < walls[-1], CronSim(plan.cron, walls[0])))
    due = set()
    if plan.cron.split()[1] == "*":
        times = set(named)
        due = {tick for tick, wall in zip(ticks, walls, strict=True) if wall in times}
    else:
        at = 0
        for wall in named:
            while walls[at] < wall:
                at += 1
            due.add(ticks[at])
    return sorted(slot for slot in due if start < slot <= end)


@given(st.data(), schedules, spans)
def test_slots_are_those_that_a_clock_shows(data: st.DataObject, plan: Schedule, span: timedelta) -> None:
    start = data.draw(moments(plan.zone))
    assert list(plan.slots_between(start, start + span)) == watched_slots(plan, start, start + span)


@given(st.data(), cron_forms, zones)
def test_named_hours_are_due_as_cronsim_has_them(
    data: st.DataObject, form: tuple[str, ...], zone: str
) -> None:
    assume("*" not in form[0] + form[1] and form[1] != "0-23")
    start = noon_before(data.draw(moments(zone)))
    slots = Schedule(canonical(form), zone).slots_between(start, start + 3 * DAY)
    assert list(slots) == cronsim_s_slots(" ".join(form), zone, start, start + 3 * DAY)


@given(st.data(), cron_forms, st.sampled_from(WHOLE_HOURS))
def test_every_hour_is_due_as_cronsim_has_it_where_clocks_change_by_hours(
    data: st.DataObject, form: tuple[str, ...], zone: str
) -> None:
    form = (form[0], "*", *form[2:])
    start = noon_before(data.draw(moments(zone)))
    slots = Schedule(canonical(form), zone).slots_between(start, start + 3 * DAY)
    assert list(slots) == cronsim_s_slots(" ".join(form), zone, start, start + 3 * DAY)


@given(st.data(), schedules)
def test_the_next_slot_is_later_and_the_one_after_it_later_still(data: st.DataObject, plan: Schedule) -> None:
    moment = data.draw(moments(plan.zone))
    slots = [plan.next_after(moment)]
    for _ in range(8):
        slots.append(plan.next_after(slots[-1]))
    assert all(earlier < later for earlier, later in pairwise([moment, *slots]))
    assert all(slot.tzinfo is UTC and slot.second == slot.microsecond == 0 for slot in slots)
    assert list(plan.upcoming(moment, 9)) == slots


@given(st.data(), schedules, spans)
def test_slots_between_are_those_that_come_one_after_another(
    data: st.DataObject, plan: Schedule, span: timedelta
) -> None:
    start = data.draw(moments(plan.zone))
    slots = []
    slot = plan.next_after(start)
    while slot <= start + span:
        slots.append(slot)
        slot = plan.next_after(slot)
    assert list(plan.slots_between(start, start + span)) == slots


@given(st.data(), schedules, spans, spans)
def test_ranges_side_by_side_hold_what_the_whole_range_holds(
    data: st.DataObject, plan: Schedule, first: timedelta, second: timedelta
) -> None:
    start = data.draw(moments(plan.zone))
    middle, end = start + first, start + first + second
    parts = plan.slots_between(start, middle) + plan.slots_between(middle, end)
    assert parts == plan.slots_between(start, end)


@given(st.data(), schedules)
def test_a_tick_each_minute_finds_each_slot_once(data: st.DataObject, plan: Schedule) -> None:
    start = data.draw(moments(plan.zone))
    ticks = [start + number * MINUTE for number in range(181)]
    found = [slot for before, now in pairwise(ticks) for slot in plan.slots_between(before, now)]
    assert found == list(plan.slots_between(ticks[0], ticks[-1]))


@given(st.data(), zones, st.integers(0, 23), st.integers(0, 59))
def test_a_daily_time_is_due_once_for_each_date(
    data: st.DataObject, zone: str, hour: int, minute: int
) -> None:
    slots = Schedule(f"{minute} {hour} * * *", zone).upcoming(data.draw(moments(zone)), 10)
    dates = [slot.astimezone(ZoneInfo(zone)).date() for slot in slots]
    assert {later - earlier for earlier, later in pairwise(dates)} == {DAY}


@given(st.data(), st.sampled_from(WHOLE_HOURS), st.sampled_from([15, 20, 30, 60]))
def test_every_half_hour_is_half_an_hour_also_when_clocks_change(
    data: st.DataObject, zone: str, minutes: int
) -> None:
    start = data.draw(moments(zone))
    slots = read_schedule(f"every {minutes}m {zone}").slots_between(start, start + 2 * DAY)
    assert {later - earlier for earlier, later in pairwise(slots)} == {timedelta(minutes=minutes)}


def test_a_range_is_open_at_its_start_and_closed_at_its_end() -> None:
    plan = read_schedule("daily 09:00 UTC")
    nine, ten = parse_utc("2026-11-23 09:00"), parse_utc("2026-11-23 10:00")
    assert plan.slots_between(nine, ten) == ()
    assert plan.slots_between(nine - MINUTE, nine) == (nine,)
    assert plan.slots_between(ten, nine) == ()
    assert plan.slots_between(nine - timedelta(microseconds=1), nine) == (nine,)


@pytest.mark.parametrize(
    ("text", "after", "slots"),
    [
        ("monthly last 09:00", "2026-01-31 12:00", ["02-28 09:00", "03-31 09:00", "04-30 09:00"]),
        ("monthly last 09:00", "2028-02-01 00:00", ["02-29 09:00", "03-31 09:00", "04-30 09:00"]),
        ("monthly 28 09:00", "2026-02-27 00:00", ["02-28 09:00", "03-28 09:00", "04-28 09:00"]),
        ("0 9 31 * *", "2026-01-31 12:00", ["03-31 09:00", "05-31 09:00", "07-31 09:00"]),
        ("0 9 29 2 *", "2026-01-01 00:00", ["02-29 09:00", "02-29 09:00", "02-29 09:00"]),
        ("first monday 09:00", "2026-11-23 00:00", ["12-07 09:00", "01-04 09:00", "02-01 09:00"]),
        ("last friday 09:00", "2026-11-23 00:00", ["11-27 09:00", "12-25 09:00", "01-29 09:00"]),
        ("weekdays 09:00", "2026-12-31 12:00", ["01-01 09:00", "01-04 09:00", "01-05 09:00"]),
        ("every 4h", "2026-11-23 09:30", ["11-23 12:00", "11-23 16:00", "11-23 20:00"]),
        ("0 9 13 * 5", "2026-11-12 12:00", ["11-13 09:00", "11-20 09:00", "11-27 09:00"]),
        ("0 9 1-7 * */7", "2026-11-02 00:00", ["12-06 09:00", "01-03 09:00", "02-07 09:00"]),
    ],
)
def test_months_end_leap_days_come_and_days_are_counted_as_cron_does(
    text: str, after: str, slots: list[str]
) -> None:
    assert format_moments(tuple(read_schedule(f"{text} UTC").upcoming(parse_utc(after), 3))) == slots


@given(st.data(), zones)
def test_a_slot_has_one_key_wherever_it_is_looked_at_from(data: st.DataObject, zone: str) -> None:
    moment = data.draw(moments(zone))
    slots = read_schedule(f"every 30m {zone}").slots_between(moment, moment + 2 * DAY)
    keys = [slot_key(slot) for slot in slots]
    assert keys == [slot_key(slot.astimezone(ZoneInfo(zone))) for slot in slots]
    assert keys == sorted(set(keys))


def test_a_key_is_the_minute_in_utc() -> None:
    assert slot_key(datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Europe/Berlin"))) == "2026-11-23T08:00Z"


def test_a_moment_without_a_zone_is_refused() -> None:
    nowhere = parse_utc("2026-11-23 09:00").replace(tzinfo=None)
    plan = read_schedule("daily 09:00")
    with pytest.raises(ValueError, match="has no time zone"):
        plan.next_after(nowhere)
    with pytest.raises(ValueError, match="has no time zone"):
        plan.upcoming(nowhere, 3)
    with pytest.raises(ValueError, match="has no time zone"):
        plan.slots_between(parse_utc("2026-11-23 09:00"), nowhere)
    with pytest.raises(ValueError, match="has no time zone"):
        slot_key(nowhere)
