"""What counts of Cloudflare's analytics come to."""

from datetime import UTC, datetime, timedelta

from bot.cloudflare.analytics_queries import EventCount
from bot.stats.estimates import to_estimate
from bot.stats.model import Bucket
from bot.stats.statistics import Rate
from bot.stats.summary import edges

NOW = datetime(2026, 11, 29, 12, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def count(number: int, event: str, workflow: str = "orders", wall: timedelta | None = None) -> EventCount:
    return EventCount(number, wall, workflow=workflow, event=event)


def test_counts_are_put_together_by_workflow_and_over_time() -> None:
    bounds = edges(NOW - 3 * HOUR, NOW, UTC)
    at = bounds[0]
    found = to_estimate(
        [
            count(90, "WORKFLOW_QUEUED"),
            count(60, "WORKFLOW_SUCCESS", wall=timedelta(minutes=120)),
            count(20, "WORKFLOW_FAILURE", wall=timedelta(minutes=900)),
            count(5, "WORKFLOW_SUCCESS", "emails"),
        ],
        [
            EventCount(80, event="WORKFLOW_QUEUED", at=at - HOUR / 2),
            EventCount(10, event="WORKFLOW_QUEUED", at=at + 2 * HOUR),
            EventCount(20, event="WORKFLOW_FAILURE", at=at + 3 * HOUR),
            EventCount(60, event="WORKFLOW_SUCCESS", at=at),
        ],
        bounds,
    )
    assert found.started == {"orders": 90}
    assert found.ended == {"orders": Rate(20, 80), "emails": Rate(0, 5)}
    assert found.mean == timedelta(minutes=2)
    assert [(bucket.runs, bucket.failed) for bucket in found.buckets] == [(80, 0), (0, 0), (10, 0), (0, 20)]
    assert found.buckets[0] == Bucket(at, 80, 0)


def test_nothing_counted_has_no_rate_and_no_mean() -> None:
    found = to_estimate([], [], edges(NOW - HOUR, NOW, UTC))
    assert not found.started
    assert not found.ended
    assert found.mean is None
