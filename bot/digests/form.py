"""A digest's plan as a form holds it: choices and texts in, a plan out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.cloudflare.models import Status
from bot.digests.model import ERRORED, MOST_MENTIONS, MOST_WORKFLOWS, DigestSpec, Mention
from bot.language import schedule_words
from bot.language.durations import DEFAULT_WINDOW, read_window, window_text
from bot.language.errors import FormErrors, QueryError, collect_error, read_field
from bot.language.schedule import Schedule
from bot.language.schedule_phrases import cron_in_words
from bot.language.tokens import split
from bot.language.zones import nearest_zone, zone_name

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""As they are chosen, and as they stand in a schedule's words."""

NOT_CHOSEN: Final = ""
"""In the place of an account where one of several has to be chosen. No account is called so."""
_CRON_DAYS: Final = {str(number): DAYS[(number - 1) % 7] for number in range(7)}
_PLAIN_DAYS: Final = re.compile(r"\d(?:-\d)?(?:,\d(?:-\d)?)*")


@dataclass(frozen=True, slots=True)
class DigestForm:
    """What stands in the fields.

    Attributes:
        channel: Slack's id of it; empty where none is chosen.
        zone: the IANA name of the zone that times are meant in.
        days: of `DAYS`.
        time: as `HH:MM`; empty where none is chosen.
        words: the schedule in words, which win over days and time; empty where there are none.
        account: chosen from a menu; None means the default account, `NOT_CHOSEN` that none was chosen yet.
        workflows: their names; none means all.
        status: chosen from a menu.
        window: as it was typed; empty means the usual one.
        quiet: say nothing when there is nothing new.
        daily_thread: only the day's first stands in the channel.
        mentions: people first, in the order of their fields.
        zone_assumed: UTC stands in for the zone, as Slack did not tell the person's.
    """

    channel: str
    zone: str
    days: tuple[str, ...] = ()
    time: str = ""
    words: str = ""
    account: str | None = None
    workflows: tuple[str, ...] = ()
    status: Status = ERRORED
    window: str = window_text(DEFAULT_WINDOW)
    quiet: bool = False
    daily_thread: bool = False
    mentions: tuple[Mention, ...] = ()
    zone_assumed: bool = False

    @classmethod
    def blank(
        cls, channel: str, zone: str, *, zone_assumed: bool = False, account: str | None = None
    ) -> "DigestForm":
        """Return the defaults of a new digest: on working days at nine, all that errored in an account."""
        return cls(channel, zone, days=DAYS[:5], time="09:00", zone_assumed=zone_assumed, account=account)

    @classmethod
    def of(cls, plan: DigestSpec) -> "DigestForm":
        """Return the form of a plan."""
        days, time = _days_and_time(plan.schedule)
        return cls(
            channel=plan.channel,
            zone=plan.schedule.zone,
            days=days,
            time=time,
            words="" if days else cron_in_words(plan.schedule.cron),
            account=plan.account,
            workflows=plan.workflows,
            status=plan.status,
            window=window_text(plan.window),
            quiet=plan.quiet,
            daily_thread=plan.daily_thread,
            mentions=plan.mentions,
            zone_assumed=plan.zone_assumed,
        )

    def to_spec(self) -> DigestSpec | FormErrors:
        """Return the plan, or all errors by the fields of this form; mentions are `people`."""
        wrong: dict[str, QueryError] = {}
        zone = schedule = window = None
        with collect_error(wrong, "channel"):
            _check_there("channel", self.channel)
        with collect_error(wrong, "account"):
            if self.account == NOT_CHOSEN:
                raise QueryError("account", "is missing", expected="one from the menu")
        with collect_error(wrong, "zone"):
            zone = self._zone()
        with collect_error(wrong, "words" if self.words.strip() else "time" if self.days else "days"):
            schedule = self._schedule(zone or "UTC")
        with collect_error(wrong, "window"):
            window = read_window(self.window) if self.window.strip() else DEFAULT_WINDOW
        with collect_error(wrong, "workflows"):
            _check_count("workflows", self.workflows, MOST_WORKFLOWS)
        with collect_error(wrong, "people"):
            _check_count("mentions", self.mentions, MOST_MENTIONS)
        if wrong or schedule is None or window is None:
            return FormErrors(wrong)
        return DigestSpec(
            channel=self.channel,
            schedule=schedule,
            account=self.account,
            workflows=self.workflows,
            status=self.status,
            window=window,
            quiet=self.quiet,
            mentions=self.mentions,
            daily_thread=self.daily_thread,
            zone_assumed=self.zone_assumed and zone == "UTC" and not self._names_zone(),
        )

    def _zone(self) -> str:
        name = zone_name(self.zone)
        if name is None:
            nearest = nearest_zone(self.zone)
            expected = "a zone such as `Europe/Berlin` or `UTC`"
            raise QueryError(self.zone, "is no time zone I know", expected=expected, nearest=nearest)
        return name

    def _names_zone(self) -> bool:
        """Return whether the words, which are readable, name a zone themselves."""
        return bool(self.words.strip()) and bool(schedule_words.take(split(self.words), "UTC").zone)

    def _schedule(self, zone: str) -> Schedule:
        if self.words.strip():
            return read_field(self.words, lambda words: schedule_words.read(words, zone))
        if not self.days:
            raise QueryError("days", "are missing", expected="at least one of them, or a schedule in words")
        _check_there("time", self.time)
        return schedule_words.read(f"{','.join(self.days)} {self.time}", zone)


def _days_and_time(schedule: Schedule) -> tuple[tuple[str, ...], str]:
    """Return a schedule's days and time; nothing if it holds more than that."""
    minute, hour, day, month, weekday = schedule.cron.split()
    if not (minute.isdigit() and hour.isdigit() and day == month == "*"):
        return (), ""
    if weekday == "*":
        weekday = "0-6"
    if not _PLAIN_DAYS.fullmatch(weekday):
        return (), ""
    chosen = {_CRON_DAYS[number] for number in _numbers(weekday)}
    return tuple(name for name in DAYS if name in chosen), f"{int(hour):02}:{int(minute):02}"


def _numbers(weekday: str) -> Iterator[str]:
    """Return the days of `1-3,5`."""
    for part in weekday.split(","):
        first, _, last = part.partition("-")
        yield from map(str, range(int(first), int(last or first) + 1))


def _check_there(name: str, text: str) -> None:
    if not text.strip():
        raise QueryError(name, "is missing", expected=f"a {name}")


def _check_count(name: str, chosen: Sequence[object], most: int) -> None:
    if len(chosen) > most:
        raise QueryError(name, f"are {len(chosen)}, which is too many", expected=f"at most {most}")
