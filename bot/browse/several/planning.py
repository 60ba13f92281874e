"""Which of the API's lists a selection is read from. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.browse.selection import PATTERN, Selection, Stream, is_match
from bot.browse.several.places import Omitted
from bot.cloudflare.models import InstanceFilter, Workflow, WorkflowList, is_ended
from bot.language.times import TimePoint

MOST_STREAMS: Final = 50
"""Lists that are read as one."""
_MOST_NAMED: Final = 10
"""Lists that are named among those that are too many."""
_MILLISECOND: Final = timedelta(milliseconds=1)

WorkflowFilter = Callable[[str], bool]
"""Says whether a person may see a workflow, by its name."""


def allow_all(_: str) -> bool:
    """Say that every workflow may be seen."""
    return True


@dataclass(frozen=True, slots=True)
class Plan:
    """The lists that a selection is read from.

    Attributes:
        streams: the lists, by workflow and status.
        omitted: those that are too many.
        missing: names that no workflow has, and patterns that fit none, as they were asked for.
        counts: how many instances the account counts in lists of `streams`, of all times, where it does.
    """

    streams: tuple[Stream, ...]
    omitted: Omitted
    missing: tuple[str, ...]
    counts: Mapping[Stream, int]


def plan(
    selection: Selection,
    listed: WorkflowList | None,
    allows: WorkflowFilter,
    lookback: timedelta,
    most: int | None = MOST_STREAMS,
) -> Plan:
    """Return the lists that have a selection's instances.

    A list is left out if the account counts no instance in it. Past the most that are read, those with the
    most instances are taken.

    Args:
        selection: which instances.
        listed: the account's workflows; None where they are not known, so that names are taken as they are.
        allows: says which workflows may be seen.
        lookback: how long before `since` an instance may have been created that ended since.
        most: how many lists are read; None for all of them.
    """
    rows = [] if listed is None else [row for row in listed.rows if allows(row.name)]
    names = [row.name for row in rows]
    counts = {row.name: row for row in rows}
    streams = [
        (stream, count)
        for stream in selection.streams(names)
        if allows(stream.workflow) and may_have_rows(selection, stream, lookback)
        if (count := _count(counts.get(stream.workflow), stream)) != 0
    ]
    # Those that are not counted come last: they may have none.
    streams.sort(key=lambda each: (-(each[1] or 0), rank(each[0])))
    most = len(streams) if most is None else most
    taken, others = streams[:most], streams[most:]
    omitted = Omitted(
        tuple(stream for stream, _ in others[:_MOST_NAMED]),
        len(others),
        unlisted=listed is not None
        and (listed.cut_short or listed.incomplete_rows > 0)
        and any(PATTERN in each for each in selection.workflows or (PATTERN,)),
        listed_at=None if listed is None else listed.fetched_at,
    )
    if listed is None:
        missing = tuple(each for each in dict.fromkeys(selection.workflows) if not allows(each))
    else:
        is_cut_short = listed.cut_short or listed.incomplete_rows > 0
        missing = _missing(selection, names, is_cut_short=is_cut_short)
    known = {stream: count for stream, count in taken if count is not None}
    return Plan(tuple(sorted((stream for stream, _ in taken), key=rank)), omitted, missing, known)


def rank(stream: Stream) -> tuple[str, str]:
    """Return by what lists are ordered whose next rows were created at the same time."""
    return stream.workflow, stream.status or ""


def needs_names(selection: Selection) -> bool:
    """Return whether the account's workflows are needed to know the lists: not for one plain name."""
    return not selection.workflow


def filter_of(
    selection: Selection, stream: Stream, lookback: timedelta, *, is_older: bool = False
) -> InstanceFilter:
    """Return what the API is asked for: the status, and when instances may have been created.

    Args:
        selection: which instances.
        stream: the list.
        lookback: how long before `since` an instance may have been created that ended since.
        is_older: ask for those that were created before that.
    """
    bound = bound_of(selection, stream, lookback)
    start = bound if selection.by_end and is_ended(stream.status) else _at(selection.since)
    ends = [_at(selection.until), _at(selection.created_until)]
    if is_older and bound is not None:
        # Whether the API's bounds are inclusive is documented nowhere: a row may come in both parts.
        start, ends = None, [*ends, bound + _MILLISECOND]
    starts = [start, _at(selection.created_since)]
    return InstanceFilter(
        status=stream.status,
        date_start=max((each for each in starts if each is not None), default=None),
        date_end=min((each for each in ends if each is not None), default=None),
    )


def bound_of(selection: Selection, stream: Stream, lookback: timedelta) -> datetime | None:
    """Return the creation time from which on a list is read at first, though older ones may be meant, too.

    None where what was asked for bounds the list, or nothing does.
    """
    since = _at(selection.since)
    if since is None or not selection.by_end or not is_ended(stream.status):
        return None
    bound = _before(since, lookback)
    created_since, created_until = _at(selection.created_since), _at(selection.created_until)
    if bound is None or (created_since is not None and created_since >= bound):
        return None
    return None if created_until is not None and created_until <= bound else bound


def may_have_rows(selection: Selection, stream: Stream, lookback: timedelta) -> bool:
    """Return whether any time lies between the bounds of a list."""
    bounds = filter_of(selection, stream, lookback)
    return bounds.date_start is None or bounds.date_end is None or bounds.date_start <= bounds.date_end


def _at(point: TimePoint | None) -> datetime | None:
    return None if point is None else point.at


def _before(moment: datetime, lookback: timedelta) -> datetime | None:
    try:
        return moment - lookback
    except OverflowError:
        return None


def _count(workflow: Workflow | None, stream: Stream) -> int | None:
    """Return how many instances the account counts in a list; None if it does not say."""
    if workflow is None or not workflow.instances:
        return None
    if stream.status is None:
        return sum(workflow.instances.values())
    return workflow.instances.get(stream.status)


def _missing(selection: Selection, names: Sequence[str], *, is_cut_short: bool) -> tuple[str, ...]:
    """Return what was asked for and fits no workflow.

    `*` fits an account without any, and a name that a list which was cut short does not have may exist.
    """
    return tuple(
        each
        for each in dict.fromkeys(selection.workflows)
        if each != PATTERN
        and not (is_cut_short and PATTERN not in each)
        and not any(is_match(name, each) for name in names)
    )
