"""What instances come to: counts, spreads of time, by version and over time. Pure."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from bot.cloudflare.models import Instance, Status, is_ended
from bot.stats.model import Bucket, Runs, Unfinished, VersionRuns, WorkflowStats
from bot.stats.statistics import Rate, is_greater, least_share, spread_of

_COMPLETE: Final = Status("complete")
_ERRORED: Final = Status("errored")
_QUEUED: Final = Status("queued")
_ZERO: Final = timedelta(0)
_HOUR: Final = timedelta(hours=1)
_LONGEST_BY_HOUR: Final = 2 * timedelta(days=1)
_HOURS: Final = (1, 2, 3)
_MOST_BUCKETS: Final = 18
"""Slack's chart has twenty points; the first and the last stretch may be a part of one each."""


def summarize(rows: Iterable[Instance], now: datetime) -> Runs:
    """Return what instances come to; `now` is when they were read."""
    rows = tuple(rows)
    completed = [row for row in rows if row.status == _COMPLETE]
    runs = [row.ended_on - row.started_on for row in completed if row.started_on is not None and row.ended_on]
    queues = [row.started_on - row.created_on for row in rows if row.started_on and row.created_on]
    unfinished = [row for row in rows if not is_ended(row.status)]
    return Runs(
        count=len(rows),
        by_status=Counter(row.status for row in rows),
        queue=spread_of(max(span, _ZERO) for span in queues),
        run=spread_of(max(span, _ZERO) for span in runs),
        queued=_unfinished((row.created_on for row in unfinished if not _has_started(row)), now),
        going=_unfinished((row.started_on for row in unfinished if _has_started(row)), now),
        untimed=len(completed) - len(runs),
    )


def _has_started(row: Instance) -> bool:
    return row.started_on is not None or row.status != _QUEUED


def _unfinished(begins: Iterable[datetime | None], now: datetime) -> Unfinished:
    moments = list(begins)
    known = [begin for begin in moments if begin is not None]
    return Unfinished(len(moments), max(now - min(known), _ZERO) if known else None)


def by_version(rows: Iterable[Instance], now: datetime) -> tuple[VersionRuns, ...]:
    """Return what the instances of each version come to, the newest version first.

    A version is as old as the first of its instances that was seen. Instances that name none are left out.
    """
    found: defaultdict[str, list[Instance]] = defaultdict(list)
    for row in rows:
        if row.version_id and row.created_on:
            found[row.version_id].append(row)
    versions = [
        VersionRuns(version, min(row.created_on for row in of if row.created_on), summarize(of, now))
        for version, of in found.items()
    ]
    total = sum((each.runs.failures for each in versions), Rate())
    judged = (
        VersionRuns(each.version, each.first, each.runs, is_worse=_is_worse(each.runs.failures, total))
        for each in versions
    )
    return tuple(sorted(judged, key=lambda each: (each.first, each.version), reverse=True))


def _is_worse(failures: Rate, total: Rate) -> bool:
    """Return whether more of a version's runs failed than of all others."""
    return is_greater(failures, Rate(total.part - failures.part, total.whole - failures.whole))


def worst_first(workflows: Iterable[WorkflowStats]) -> tuple[WorkflowStats, ...]:
    """Return workflows with those first that fail most, as far as their runs prove it."""
    return tuple(
        sorted(
            workflows,
            key=lambda each: (-least_share(each.runs.failures), -each.runs.count, each.workflow.casefold()),
        )
    )


def edges(since: datetime, until: datetime, zone: tzinfo) -> tuple[datetime, ...]:
    """Return where the stretches of a chart begin, and behind them where the last one ends.

    Up to two days they are some whole hours long, else whole days of a zone. The first one begins no later
    than `since`, and none begins at or behind `until`; there are at most twenty.

    Args:
        since: the beginning, before `until`.
        until: the end.
        zone: whose days count.
    """
    found = [*_starts(since, until, zone), until]
    return tuple(each.astimezone(UTC) for each in found)


def _starts(since: datetime, until: datetime, zone: tzinfo) -> Iterator[datetime]:
    length = until - since
    if length <= _LONGEST_BY_HOUR:
        width = next(hours for hours in _HOURS if length <= hours * _HOUR * _MOST_BUCKETS)
        start = since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        while start < until:
            yield start
            start += width * _HOUR
        return
    days = -(-length.days // _MOST_BUCKETS) if length.days else 1
    day = since.astimezone(zone).date()
    while (start := datetime(day.year, day.month, day.day, tzinfo=zone)) < until:
        yield start
        day += timedelta(days=days)


def over_time(rows: Iterable[Instance], bounds: Sequence[datetime]) -> tuple[Bucket, ...]:
    """Count instances by when they were created.

    Args:
        rows: the instances; those outside the bounds, or without a time, are left out.
        bounds: as `edges` returns them.
    """
    runs: Counter[int] = Counter()
    failed: Counter[int] = Counter()
    for row in rows:
        place = None if row.created_on is None else place_in(row.created_on, bounds)
        if place is not None:
            runs[place] += 1
            failed[place] += row.status == _ERRORED
    return tuple(Bucket(start, runs[place], failed[place]) for place, start in enumerate(bounds[:-1]))


def place_in(at: datetime, bounds: Sequence[datetime]) -> int | None:
    """Return in which stretch between bounds a moment lies; the last one has its end in it."""
    if not bounds[0] <= at <= bounds[-1] or len(bounds) < 2:
        return None
    return min(bisect_right(bounds, at), len(bounds) - 1) - 1
