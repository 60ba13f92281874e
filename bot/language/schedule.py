"""When a digest is due: five cron fields in a time zone, and the moments that they name.

When the clocks change, two rules hold:

* A schedule that names hours (`daily 02:30`, `every 4h`) is due once for each time that it names. A time
  that the clock skips is due when the skipping ends, and a time that comes twice only the first time. So
  `every 4h` is due at 00:00, 04:00, 08:00 and so on by the wall clock, and on two days of the year one of
  the stretches between is shorter or longer.
* A schedule of every hour (`hourly`, `every 30m`) is due whenever the clock shows one of its minutes, in an
  hour that comes twice both times. Where clocks change by whole hours that is evenly spaced; on Lord Howe
  Island, where they change by half an hour, `hourly` once waits 90 minutes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import islice, takewhile
from typing import Final
from zoneinfo import ZoneInfo

from bot.language import cron
from bot.language.schedule_phrases import cron_in_words
from bot.language.zones import zone_text

_DAY: Final = timedelta(days=1)
_REACH: Final = timedelta(hours=2)
_NO_END: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a digest is due.

    Attributes:
        cron: five fields, in the form that `cron.canonical` writes.
        zone: the IANA name of the time zone in which they are meant. Slots of one that our tables do not
            know raise `ZoneInfoNotFoundError`.
    """

    cron: str
    zone: str

    def in_words(self) -> str:
        """Return what reads back as an equal schedule: `weekdays at 09:00 (Europe/Berlin)`."""
        return f"{cron_in_words(self.cron)} ({zone_text(self.zone)})"

    def next_after(self, moment: datetime) -> datetime:
        """Return the first slot later than a moment, in UTC.

        Raises:
            ValueError: the moment has no zone.
        """
        return next(self._slots_after(_utc(moment)))

    def upcoming(self, moment: datetime, count: int) -> Iterator[datetime]:
        """Yield the next slots later than a moment, in UTC.

        Raises:
            ValueError: the moment has no zone.
        """
        return islice(self._slots_after(_utc(moment)), count)

    def slots_between(self, start: datetime, end: datetime) -> tuple[datetime, ...]:
        """Return all slots later than `start` and not later than `end`, in UTC.

        Raises:
            ValueError: one of them has no zone.
        """
        end = _utc(end)
        return tuple(takewhile(lambda slot: slot <= end, self._slots_after(_utc(start), end)))

    def _slots_after(self, moment: datetime, until: datetime = _NO_END) -> Iterator[datetime]:
        """Yield the slots later than a moment, at least those up to another one."""
        if cron.names_every_hour(self.cron):
            return self._whenever_shown(moment, until)
        return self._once_each(moment)

    def _once_each(self, moment: datetime) -> Iterator[datetime]:
        """Yield each wall-clock time once; several that fall into one gap are due once, at its end."""
        zone = ZoneInfo(self.zone)
        for wall in cron.walls_after(self.cron, _wall(moment, zone)):
            slot = _first_time(wall, zone)
            if slot > moment:
                yield slot
                moment = slot

    def _whenever_shown(self, moment: datetime, until: datetime) -> Iterator[datetime]:
        """Yield each moment, up to one at least, at which the clock shows one of the times.

        A stretch of time is looked at with each offset that the zone has in it: those at its ends, as no
        zone changes its clocks twice in so short a time.
        """
        zone = ZoneInfo(self.zone)
        while moment < until:
            end = min(moment + _REACH, until)
            offsets = {_offset(moment, zone), _offset(end, zone)}
            is_shown = False
            for slot in merge(*(self._shown(moment, end, offset, zone) for offset in offsets)):
                is_shown = True
                yield slot
            if not is_shown:  # on to the day before the next day that is named
                wall = next(cron.walls_after(self.cron, _wall(moment, zone)))
                end = max(end, wall.replace(tzinfo=UTC) - _offset(moment, zone) - _DAY)
            moment = end

    def _shown(self, start: datetime, end: datetime, offset: timedelta, zone: ZoneInfo) -> Iterator[datetime]:
        """Yield the moments in a stretch at which the clock shows one of the times at an offset."""
        for wall in cron.walls_after(self.cron, (start + offset).replace(tzinfo=None)):
            slot = wall.replace(tzinfo=UTC) - offset
            if slot > end:
                return
            if _offset(slot, zone) == offset:
                yield slot


def slot_key(slot: datetime) -> str:
    """Return what names a slot for good, to the minute: `2026-11-23T08:00Z`.

    Raises:
        ValueError: the moment has no zone.
    """
    return f"{_utc(slot):%Y-%m-%dT%H:%MZ}"


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(UTC)


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return _wall(moment, zone) - moment.replace(tzinfo=None)


def _first_time(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return when the clock first shows a time; if it skips the time, when it has skipped."""
    while _wall(slot := wall.replace(tzinfo=zone).astimezone(UTC), zone) != wall:
        wall += timedelta(minutes=1)
    return slot
