"""Times as people type them: `2h`, `today`, `09:00`, `10.11.2026`, or pasted from a log.

A time is read in full or refused. Where it has two meanings, as `10/11/2026` and `9am IST` have, the
refusal names both.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Annotated, Final, NoReturn
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime

from bot.language.calendar_days import bounds, last_day_of, months_before
from bot.language.durations import duration_text, parse_duration
from bot.language.errors import QueryError, typed
from bot.language.mistyped_times import nearest_times
from bot.language.time_pieces import CalendarDate, DayBefore, Period
from bot.language.time_words import needs_zone, read_words
from bot.language.written_times import Ago, WrittenTime
from bot.language.zones import find_zones, moment_in, moments_at, parse_offset, writes_month_first

EXPECTED: Final = (
    "a time such as `2h`, `3d`, `today`, `yesterday 09:00`, `monday`, `2026-11-23` or `2026-11-23T09:00Z`"
)

_NO_MOMENT: Final = "is no moment in any calendar"

LONGEST: Final = 60
"""Characters of a time that are written out again; nobody needs as many."""


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is no moment in any calendar") from error


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A time in UTC, whatever it was written in."""


@dataclass(frozen=True, slots=True)
class TimePoint:
    """A moment, and the words that mean it.

    Attributes:
        text: what parses back to the same moment, given the same clock and zone.
        at: the moment, in UTC.
    """

    text: str
    at: Moment


@dataclass(frozen=True, slots=True)
class Clock:
    """What a time needs beside its words: the moment of asking, and the asker's zone."""

    now: datetime
    zone: tzinfo = UTC


def read(text: str, clock: Clock, after: datetime | None = None) -> TimePoint:
    """Return the moment that some words mean, to the millisecond, which is as fine as the API counts.

    Args:
        text: the words.
        clock: when and where they are meant.
        after: what begins before; a lone clock or weekday is the first one after that, if the last one
            that has passed is not: of `between 11pm and 1am`, the second may still be to come.

    Raises:
        QueryError: they mean none, or several. Its `nearest` are the meanings, as they can be typed.
    """
    try:
        written = read_words(text)
        if written is None:
            raise QueryError(text, "is not a time I can read", expected=EXPECTED, nearest=nearest_times(text))
        return _TimeReader(text, written, clock).moment(after)
    except (ValueError, OverflowError) as error:
        raise QueryError(text, _NO_MOMENT, expected=EXPECTED) from error


@dataclass(frozen=True, slots=True)
class _TimeReader:
    """A time, and the clock by which it is read."""

    typed: str
    written: WrittenTime
    clock: Clock

    def moment(self, after: datetime | None) -> TimePoint:
        day, words = self.written.day, self.written.text
        if isinstance(day, Ago):
            return self._ago(day)
        if isinstance(day, datetime):
            return _point(day)
        if self.written.midnight and (day is not None or self.written.weekday is not None):
            if isinstance(day, tuple):  # of a day that can't be, neither midnight can
                self._day(self.clock.now.astimezone(self._calendar()).date())
            self._ask_which_midnight()
        if not isinstance(day, tuple) and not self.written.zones:
            at = self._passed(after)
            slid = after is not None and at != self._passed(None)
            return _point(at) if slid else TimePoint(words, at)
        return _point(self._passed(after))

    def _ago(self, day: Ago) -> TimePoint:
        """Return a span back from now, rounded down, so that all who ask in the same minute ask the same."""
        now = self.clock.now.astimezone(UTC).replace(microsecond=0)
        if day.words == "now":
            return TimePoint("now", now)
        if day.months:
            local = self.clock.now.astimezone(self.clock.zone)
            first = months_before(local.date(), day.months)
            wall = first.replace(day=min(local.day, monthrange(first.year, first.month)[1]))
            at = moment_in(
                datetime.combine(wall, local.time().replace(second=0, microsecond=0)), self.clock.zone
            )
            return TimePoint(day.words, at)
        short = day.words.replace(" ", "")
        text = short if parse_duration(short) == day.length else duration_text(day.length)
        at = now - day.length
        return TimePoint(text, at if day.length % timedelta(minutes=1) else at.replace(second=0))

    def _passed(self, after: datetime | None) -> datetime:
        """Return the moment; of a weekday or a lone clock the last one, or the first one after another."""
        wall, step = self._wall(), self.written.recurs
        at = self._moment_at(wall)
        if step and at > self.clock.now:
            at = self._moment_at(wall := wall - step)
        if step and after is not None and at <= after:
            at = self._moment_at(wall + step)
        return at

    def _moment_at(self, wall: datetime) -> datetime:
        """Return the moment at which the clocks show something, in the zone that is said."""
        if not self.written.zones:
            return moment_in(wall, self.clock.zone)
        own = self.clock.zone.key if isinstance(self.clock.zone, ZoneInfo) else "UTC"
        found = [moments_at(zone, wall, own) for zone in self.written.zones]
        common = set.intersection(*(set(meanings.values()) for meanings in found))
        if not common:
            differing = {frozenset(meanings.values()): place for place, meanings in enumerate(found)}
            self._ask(
                "names two zones, which differ", [self._with_one_zone(each) for each in differing.values()]
            )
        if len(common) > 1:
            choices = [self._with("zone", name) for name in found[0]]
            self._ask("names a zone that has several meanings", choices)
        return common.pop()

    def _wall(self) -> datetime:
        """Return what the clocks show at the moment."""
        now, written = self.clock.now.astimezone(self._calendar()), self.written
        today = now.date()
        if written.part is not None and written.day == DayBefore(0) and now.hour + 24 < written.part.end:
            today -= timedelta(days=1)  # until morning, tonight is the night that has begun
        if isinstance(written.day, Period):
            return datetime.combine(bounds(written.day, today)[written.ends], time(0))
        start = datetime.combine(self._day(today), time(0))
        if written.clock is not None:
            early = written.part is not None and written.clock.hour + 24 < written.part.end
            return datetime.combine(start + timedelta(days=early), written.clock)
        if written.part is not None:
            begins = written.part.start
            if written.day == DayBefore(0) and written.part.first <= now.hour < begins:
                begins = written.part.first  # `this morning` is asked at three as well
            return start + timedelta(hours=written.part.end if written.ends else begins)
        return start + timedelta(days=written.ends)

    def _day(self, today: date) -> date:
        day, weekday = self.written.day, self.written.weekday
        if isinstance(day, tuple):
            return self._date(day, today)
        if isinstance(day, DayBefore):
            return today - timedelta(days=day.days)
        if weekday is None:
            return today
        back = (today.weekday() - weekday.number) % 7
        return today - timedelta(days=back or 7 * weekday.before_today)

    def _calendar(self) -> tzinfo:
        """Return the zone whose day counts."""
        if not self.written.zones:
            return self.clock.zone
        offset = parse_offset(self.written.zones[0])
        return timezone(offset) if offset is not None else ZoneInfo(find_zones(self.written.zones[0])[0])

    def _date(self, dates: tuple[CalendarDate, ...], today: date) -> date:
        """Return the one day that some dates can mean to the asker.

        Who lives where the month is written first means it so. Elsewhere it is not taken for granted that
        the day is first: many write their dates as they are written in the language of their work.
        """
        if self.written.or_clock is not None:
            words = f"{dates[0].day} {date(2024, dates[0].month, 1):%B}".lower()
            clock = f"{self.written.or_clock:%H:%M}"
            self._ask("can be a day and a time of day", [self._with("pair", text) for text in (words, clock)])
        found = list(dict.fromkeys(day for each in dates if (day := last_day_of(each, today))))
        if not found:
            self._refuse_day(dates[0], today)
        if self.written.weekday is not None:
            right = f"{found[0]:%A}"
            found = [day for day in found if day.weekday() == self.written.weekday.number]
            if not found:
                problem = f"names another weekday than that date has, a {right}"
                raise QueryError(self.typed, problem, expected=EXPECTED)
        if len(found) > 1:
            if not writes_month_first(self.clock.zone):
                self._ask("can be two days", [self._with("date", day.isoformat()) for day in found])
            return found[1]
        return found[0]

    def _refuse_day(self, day: CalendarDate, today: date) -> NoReturn:
        """Refuse `31.11.2026`, and `11.28.2026` with what it must mean."""
        swapped = last_day_of(replace(day, month=day.day, day=day.month), today)
        place = "date" if "date" in self.written.places else "pair"  # `31.02`, without a year
        year_first = self.written.text[slice(*self.written.places[place])][:4].isdigit()
        right = self._with(place, swapped.isoformat()) if swapped and not year_first else None
        raise QueryError(self.typed, _NO_MOMENT, expected=EXPECTED, nearest=right)

    def _ask_which_midnight(self) -> NoReturn:
        day = " ".join(self._with("clock", "").split())
        starts = self._with("clock", "00:00")
        self._ask("can be the start of that day and its end", [starts, f"end of {day}"])

    def _ask(self, problem: str, choices: Sequence[str]) -> NoReturn:
        expected = " or ".join(map(typed, choices))
        raise QueryError(self.typed, problem, expected=expected, nearest=tuple(choices))

    def _with_one_zone(self, place: int) -> str:
        """Return the time with one of its zones alone."""
        text, at = self.written.text, self.written.places["zone"][0]
        for other, zone in enumerate(self.written.zones):
            at = text.index(zone, at)
            if other == place:
                at += len(zone)
            else:
                text = f"{text[:at]}{text[at + len(zone) :]}"
        return " ".join(text.replace("()", "").split())

    def _with(self, place: str, words: str) -> str:
        """Return the time with other words in a place."""
        start, end = self.written.places[place]
        return f"{self.written.text[:start]}{words}{self.written.text[end:]}"


def write(moment: TimePoint, clock: Clock) -> str:
    """Return words that `read` takes for this very moment: its own, if they still mean it.

    Words that have slid on, as `2h` does, give way to a date in the zone. UTC stands in for a zone that
    nobody knows, so a moment in it keeps its `Z`, and means the same once the zone is known.
    """
    exact = _canonical(moment.at)
    for words in (moment.text, _local_text(moment.at, clock.zone)):
        if words != exact and len(words) <= LONGEST and _means(words, moment.at, clock):
            return words
    return exact


def _means(words: str, at: datetime, clock: Clock) -> bool:
    try:
        return read(words, clock).at == at and not (clock.zone is UTC and needs_zone(words))
    except QueryError:
        return False


def _local_text(at: datetime, zone: tzinfo) -> str:
    """Return a date and what the clocks there show."""
    try:
        local = at.astimezone(zone).replace(tzinfo=None)
    except OverflowError:  # the first or the last day of the calendar
        return _canonical(at)
    spec = "milliseconds" if local.microsecond else "seconds" if local.second else "minutes"
    return local.isoformat(" ", spec)


def _point(at: datetime) -> TimePoint:
    at = at.replace(microsecond=at.microsecond // 1000 * 1000).astimezone(UTC)
    return TimePoint(_canonical(at), at)


def _canonical(at: datetime) -> str:
    spec = "milliseconds" if at.microsecond else "seconds"
    return at.astimezone(UTC).isoformat(timespec=spec).replace("+00:00", "Z")
