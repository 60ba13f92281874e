"""Which failures the buttons *Why?* ask about: no fewer than what they stand on shows. Pure."""

from datetime import UTC, datetime
from typing import Final

from bot.browse.conditions import ERRORED, moment_of
from bot.browse.overview.trouble import WorkflowRow
from bot.browse.requests import ShowFailures
from bot.browse.screen import Screen
from bot.browse.selection import Selection
from bot.language.times import Clock, TimePoint, read

_ALL_THERE_ARE: Final = "30d"
"""Cloudflare keeps no instance for longer after its end."""


def why_of_workflow(row: WorkflowRow, account: str | None, now: datetime) -> ShowFailures:
    """Return the question why a workflow of the overview has failures.

    It goes back to when there were fewer; without a time it means the last day.

    Args:
        row: what the overview shows of it.
        account: as settings name it; None means the default account.
        now: when it was read.
    """
    return ShowFailures(Selection((row.name,), account, since=_since(row, now)))


def why_of_list(shown: Screen) -> ShowFailures | None:
    """Return the question why the instances of a list failed.

    None where the list says so of all of them, and where its conditions are none that failures have.
    """
    chosen = shown.query.selection
    has_others = bool(chosen.where) or chosen.created_since is not None or chosen.created_until is not None
    if chosen.stream is not None or has_others:
        return None
    failed = [row for row in shown.rows if row.instance.status == ERRORED]
    if all(row.cause is not None for row in failed):
        return None
    since, until = (chosen.since, chosen.until) if chosen.by_end else (None, None)
    if since is None:
        moments = [moment for row in failed if (moment := moment_of(row.instance)) is not None]
        since = _minute_of(min(moments)) if moments else None
    return ShowFailures(Selection(chosen.workflows, chosen.account, since=since, until=until))


def _since(row: WorkflowRow, now: datetime) -> TimePoint | None:
    if row.failures is not None and row.failures.day:
        return None
    rises = [rise for rise in (row.in_day, row.since_look) if rise is not None]
    if any(rise.is_recent for rise in rises):
        return None
    if rises:
        return _minute_of(min(rise.since for rise in rises))
    return read(_ALL_THERE_ARE, Clock(now))


def _minute_of(at: datetime) -> TimePoint:
    """Return the beginning of a minute, which is no later and shorter to read."""
    start = at.astimezone(UTC).replace(second=0, microsecond=0)
    return read(start.isoformat(), Clock(start))
