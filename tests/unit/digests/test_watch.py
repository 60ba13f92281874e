"""Since when a worker has used its database without a break."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.digests.delivery.late_runs import Watch

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)


def _watched(*seconds: float) -> Watch:
    """Return a watch that found the database at these seconds after nine."""
    watch = Watch()
    for second in seconds:
        watch.note(NINE + timedelta(seconds=second))
    return watch


def test_a_worker_knows_nothing_of_a_database_that_it_has_not_found_yet() -> None:
    assert not Watch().has_seen(NINE)


@pytest.mark.parametrize(
    ("seconds", "since"),
    [((0,), 0), ((0, 2, 4), 0), ((0, 10, 20), 0), ((0, 2, 13), 13), ((0, 2, 1), 0)],
    ids=["first", "rounds", "slow rounds", "break", "clock put back"],
)
def test_a_break_begins_the_watch_anew(seconds: tuple[float, ...], since: float) -> None:
    watch = _watched(*seconds)
    assert watch.has_seen(NINE + timedelta(seconds=since))
    assert not watch.has_seen(NINE + timedelta(seconds=since - 1))


def test_a_failure_is_a_break_at_once() -> None:
    watch = _watched(0, 2)
    watch.note_failure()
    assert not watch.has_seen(NINE + timedelta(seconds=2))
    watch.note(NINE + timedelta(seconds=4))
    assert not watch.has_seen(NINE + timedelta(seconds=3))
    assert watch.has_seen(NINE + timedelta(seconds=4))
