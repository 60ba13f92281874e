"""Whether a row is what was asked for, where the API can't say. Pure.

Each answer is True, False, or None where the row does not tell: the local engine tells neither when an
instance started and ended nor what started it.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from bot.browse.selection import Conditions, Selection
from bot.cloudflare.causes import Cause, cause_key
from bot.cloudflare.models import Instance, Status, is_ended

ERRORED: Final = Status("errored")
_QUEUED: Final = Status("queued")


def matches(where: Conditions, row: Instance, now: datetime) -> bool | None:
    """Return whether a row meets all conditions, as far as that is known without its cause.

    Args:
        where: the conditions.
        row: what the API's list says.
        now: when it said so.
    """
    return _all(_answers(where, row, now))


def matches_cause(where: Conditions, cause: Cause) -> bool:
    """Return whether the cause of a failure is what was asked for."""
    if where.error is not None:
        text = where.error.casefold()
        if not any(text in (part or "").casefold() for part in (cause.name, cause.message)):
            return False
    if where.step is not None and (cause.step or "").casefold() != where.step.casefold():
        return False
    return where.cause is None or cause_key(cause) == where.cause.casefold()


def is_within(chosen: Selection, row: Instance) -> bool | None:
    """Return whether a row lies between `since` and `until` of a selection that is `by_end`."""
    since, until = (None if each is None else each.at for each in (chosen.since, chosen.until))
    moment = moment_of(row)
    if moment is None:
        return None
    if until is not None and moment > until:
        return False
    if is_ended(row.status) and row.ended_on is None:
        # It ended some time after its creation.
        return True if until is None and (since is None or moment >= since) else None
    return since is None or moment >= since


def moment_of(row: Instance) -> datetime | None:
    """Return by what a row is ordered if lists are shown by the end: its end, or else its creation."""
    return row.ended_on if is_ended(row.status) and row.ended_on is not None else row.created_on


def _answers(where: Conditions, row: Instance, now: datetime) -> Iterator[bool | None]:
    if where.needs_cause:
        yield None if row.status is None else row.status == ERRORED
    if where.id is not None:
        yield _begins(row.id, where.id)
    if where.version is not None:
        yield None if row.version_id is None else _begins(row.version_id, where.version)
    if where.trigger is not None:
        source = row.trigger_source
        yield None if source is None else source.casefold() == where.trigger.casefold()
    if where.longer is not None:
        yield _ran_longer(row, where.longer, now)
    if where.shorter is not None:
        yield _ran_shorter(row, where.shorter)


def _all(answers: Iterable[bool | None]) -> bool | None:
    """Return whether all answers are yes: no if one is no, and unknown if one is and none is no."""
    known = list(answers)
    if any(answer is False for answer in known):
        return False
    return None if any(answer is None for answer in known) else True


def _begins(text: str, start: str) -> bool:
    return text.casefold().startswith(start.casefold())


def _ran_longer(row: Instance, bound: timedelta, now: datetime) -> bool | None:
    if row.status is None:
        return None
    end = row.ended_on if is_ended(row.status) else now
    if end is None:
        return None
    if row.started_on is None:
        # One that waits in the queue did not run, nor did one that was ended there.
        return False if row.status == _QUEUED or is_ended(row.status) else None
    return end - row.started_on >= bound


def _ran_shorter(row: Instance, bound: timedelta) -> bool | None:
    if row.status is None:
        return None
    if not is_ended(row.status):
        return False
    if row.ended_on is None:
        return None
    return row.started_on is None or row.ended_on - row.started_on < bound
