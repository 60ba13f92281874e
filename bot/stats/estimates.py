"""What Cloudflare's analytics say of workflows: about all runs of a time, in two queries for any number."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final

from bot.cloudflare.analytics import AnalyticsClient
from bot.cloudflare.analytics_queries import LONGEST_REACH, Dimension, EventCount, EventQuery, EventType
from bot.cloudflare.limiter import Priority
from bot.stats.model import Bucket, Estimate
from bot.stats.statistics import Rate
from bot.stats.summary import edges, place_in

_EVENTS: Final = (EventType.WORKFLOW_QUEUED, EventType.WORKFLOW_SUCCESS, EventType.WORKFLOW_FAILURE)


async def read_estimate(
    client: AnalyticsClient, workflows: Sequence[str], since: datetime, until: datetime, zone: tzinfo
) -> Estimate:
    """Return about how many instances of some workflows were created and ended within a time.

    Args:
        client: of their account.
        workflows: their names.
        since: where the time begins; analytics reach back `LONGEST_REACH`.
        until: where it ends, not in the future.
        zone: whose days the stretches of time have.

    Raises:
        CloudflareError: a request failed, or a response can't be read.
    """
    begin = max(since, until - LONGEST_REACH)
    by_workflow, by_hour = await asyncio.gather(
        *(
            client.count_events(
                EventQuery(begin, until, (dimension, Dimension.EVENT), _EVENTS, tuple(workflows)),
                Priority.BACKGROUND,
            )
            for dimension in (Dimension.WORKFLOW, Dimension.HOUR)
        )
    )
    return to_estimate(by_workflow.rows, by_hour.rows, edges(begin, until, zone))


def to_estimate(
    by_workflow: Iterable[EventCount], by_hour: Iterable[EventCount], bounds: Sequence[datetime]
) -> Estimate:
    """Return the estimate that counts of events come to.

    Args:
        by_workflow: events by workflow and type.
        by_hour: the same by hour and type; an hour counts where it begins.
        bounds: of the stretches of time, as `edges` returns them.
    """
    started: Counter[str] = Counter()
    ended: dict[str, Rate] = {}
    took, completed = timedelta(), 0
    for row in by_workflow:
        name = row.workflow or ""
        if row.event == EventType.WORKFLOW_QUEUED:
            started[name] += row.count
            continue
        has_failed = row.event == EventType.WORKFLOW_FAILURE
        ended[name] = ended.get(name, Rate()) + Rate(row.count if has_failed else 0, row.count)
        if not has_failed and row.wall_time is not None:
            took, completed = took + row.wall_time, completed + row.count
    runs: Counter[int] = Counter()
    failed: Counter[int] = Counter()
    for row in by_hour:
        place = None if row.at is None else place_in(max(row.at, bounds[0]), bounds)
        if place is not None and row.event in {EventType.WORKFLOW_QUEUED, EventType.WORKFLOW_FAILURE}:
            (runs if row.event == EventType.WORKFLOW_QUEUED else failed)[place] += row.count
    return Estimate(
        started=started,
        ended=ended,
        buckets=tuple(Bucket(start, runs[place], failed[place]) for place, start in enumerate(bounds[:-1])),
        mean=took / completed if completed and took else None,
    )
