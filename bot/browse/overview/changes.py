"""What has changed in the workflows of an account since earlier counts of it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.browse.conditions import ERRORED
from bot.browse.overview.trouble import DAY, CountSample, WorkflowRow, count_before

_LEAST_POINTS: Final = 3
"""Fewer are no chart."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What has changed in some workflows since the last look.

    Attributes:
        since: when that was.
        errored: how many more are errored, in all workflows that have more.
        workflows: how many of those there are.
        complete: whether all workflows that there are were counted then and now.
    """

    since: datetime
    errored: int
    workflows: int
    complete: bool = True


def changes_of(
    rows: Sequence[WorkflowRow], look: CountSample | None, *, is_whole: bool = True
) -> Changes | None:
    """Return what has changed since the last look; None where there was none.

    Args:
        rows: the workflows.
        look: the last look.
        is_whole: whether these are all workflows that there are.
    """
    if look is None:
        return None
    rises = [row.since_look.by for row in rows if row.since_look is not None]
    counted = (row.workflow for row in rows if row.workflow.instances is not None)
    known = sum(count_before(workflow, look, ERRORED) is not None for workflow in counted)
    return Changes(look.at, sum(rises), len(rises), complete=is_whole and known == len(rows))


def errored_over_time(
    rows: Sequence[WorkflowRow], samples: Sequence[CountSample], now: datetime
) -> tuple[tuple[datetime, int], ...]:
    """Return how many instances were errored at each sample of the last day, and now.

    Workflows that one of these samples lacks are left out of all. Empty if nothing has risen, or there are
    too few samples to draw.
    """
    day = [sample for sample in samples if now - DAY <= sample.at < now]
    common = [row for row in rows if row.workflow.instances is not None]
    common = [row for row in common if all(row.name in sample.counts for sample in day)]
    points = [(sample.at, sum(sample.counts[row.name].get(ERRORED, 0) for row in common)) for sample in day]
    points.append((now, sum(row.errored for row in common)))
    if len(points) < _LEAST_POINTS or all(count <= points[0][1] for _, count in points):
        return ()
    return tuple(points)
