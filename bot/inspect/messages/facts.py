"""What heads an instance: its status, its times, what started it. A row of a list knows most of it, too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.cloudflare.instance_models import Schedule
from bot.cloudflare.models import Instance, Status, is_ended
from bot.inspect.model import InstanceRef, InstanceView
from bot.ui import limits
from bot.ui.elements import context, header
from bot.ui.limits import Block
from bot.ui.mrkdwn import ago, code, duration, escape, moment, moment_after
from bot.ui.statuses import appearance, ending_word

_LONGEST_ID: Final = 100
_SHORT_VERSION: Final = 8
_LONGEST_CRON: Final = 100
_LONGEST_SOURCE: Final = 60


@dataclass(frozen=True, slots=True)
class Facts:
    """What heads an instance; None is what is not known.

    Attributes:
        status: its status.
        queued: when it was created.
        start: when it began.
        end: when it ended.
        source: what started it.
        version: the id of the version that it runs.
        schedule: the cron line that started it.
        version_since: since when its version is there.
    """

    status: Status | None = None
    queued: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    source: str | None = None
    version: str | None = None
    schedule: Schedule | None = None
    version_since: datetime | None = None

    @classmethod
    def of_row(cls, row: Instance) -> "Facts":
        """Return what a list knows."""
        return cls(
            row.status, row.created_on, row.started_on, row.ended_on, row.trigger_source, row.version_id
        )

    @classmethod
    def of_view(cls, view: InstanceView) -> "Facts":
        """Return what the instance itself tells."""
        detail = view.detail
        return cls(
            status=detail.status,
            queued=detail.queued,
            start=detail.start,
            end=detail.end if is_ended(detail.status) else None,
            source=detail.trigger.source if detail.trigger else None,
            version=detail.version_id,
            schedule=detail.schedule,
            version_since=view.version_since,
        )


def title(subject: InstanceRef, facts: Facts) -> str:
    """Return one line for an instance: its status and its id."""
    if facts == Facts():
        return limits.shorten(subject.instance, _LONGEST_ID)
    looks = appearance(facts.status)
    return f"{looks.emoji} {limits.shorten(subject.instance, _LONGEST_ID)} · {looks.word.lower()}"


def head_blocks(subject: InstanceRef, facts: Facts, now: datetime, account: str) -> list[Block]:
    """Build what heads an instance: its status, since when, and how long it ran.

    Args:
        subject: which instance.
        facts: what is known of it.
        now: the time.
        account: the account's name, where there are several; empty where there is one.
    """
    where = code(subject.workflow) + (f" in {code(account)}" if account else "")
    fields = {"Workflow": where, **_since(facts, now), **_ran(facts)}
    return [header(title(subject, facts)), *_fields(fields)]


def origin_blocks(facts: Facts, now: datetime) -> list[Block]:
    """Build where an instance comes from: what started it, its version, and its way from the queue."""
    way = _way(facts)
    fields = {**_trigger(facts), **_version(facts, now)}
    return [*_fields(fields), *([context(*way)] if len(way) > 1 else [])]


def _fields(fields: Mapping[str, str]) -> list[Block]:
    texts = [
        {"type": "mrkdwn", "text": f"*{label}*\n{value}", "verbatim": True} for label, value in fields.items()
    ]
    return [{"type": "section", "fields": texts}] if texts else []


def _since(facts: Facts, now: datetime) -> dict[str, str]:
    """Return since when an instance is what it is, as far as that is told."""
    if facts.end is not None:
        return {ending_word(facts.status).capitalize(): _moment_and_age(facts.end, now)}
    if facts.start is not None:
        return {"Started": _moment_and_age(facts.start, now)}
    if facts.queued is not None:
        return {"Queued": _moment_and_age(facts.queued, now)}
    return {}


def _moment_and_age(at: datetime, now: datetime) -> str:
    return f"{moment(at)}, {ago(now - at)}"


def _ran(facts: Facts) -> dict[str, str]:
    if facts.start is None:
        return {}
    return {} if facts.end is None else {"Ran": duration(facts.end - facts.start)}


def _trigger(facts: Facts) -> dict[str, str]:
    """Return what started an instance: for a schedule its cron line, and the time that it was for."""
    schedule = facts.schedule
    if schedule is not None and schedule.cron:
        at = _moment_of(schedule.scheduled_time)
        slot = "" if at is None else f", {moment_after('for', at)}"
        return {"Started by": f"cron {code(schedule.cron, _LONGEST_CRON)}{slot}"}
    if facts.source in (None, "", "unknown"):
        return {}
    return {"Started by": escape(limits.shorten(facts.source or "", _LONGEST_SOURCE))}


def _moment_of(milliseconds: int | None) -> datetime | None:
    try:
        return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _version(facts: Facts, now: datetime) -> dict[str, str]:
    if not facts.version:
        return {}
    since = "" if facts.version_since is None else f", created {ago(now - facts.version_since)}"
    return {"Version": f"{code(facts.version[:_SHORT_VERSION])}{since}"}


def _way(facts: Facts) -> Sequence[str]:
    """Return the way from the queue to the end, each with how long it took."""
    if facts.queued is None or facts.start is None:
        return ()
    way = [moment_after("queued", facts.queued), f"started {_later(facts.start - facts.queued)}"]
    if facts.end is not None:
        ended = ending_word(facts.status)
        way.append(f"{ended} {_later(facts.end - facts.start)}")
    return way


def _later(span: timedelta) -> str:
    return f"{duration(span)} later"
