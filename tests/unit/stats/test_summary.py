"""What instances come to: counts, spreads, versions, and stretches of time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cloudflare.models import STATUSES, Instance, Status
from bot.stats.model import Bucket, Seen, Unfinished, WorkflowStats
from bot.stats.statistics import Rate, spread_of
from bot.stats.summary import by_version, edges, over_time, place_in, summarize, worst_first
from bot.ui.limits import CHART_POINTS
from tests.support.properties import examples

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York", "Pacific/Apia")

moments = st.none() | st.integers(0, 10_000).map(lambda minutes: NOW - timedelta(minutes=minutes))
rows = st.lists(
    st.builds(
        Instance,
        id=st.uuids().map(str),
        status=st.none() | st.sampled_from([*STATUSES, Status("brandNew")]),
        created_on=moments,
        started_on=moments,
        ended_on=moments,
        version_id=st.sampled_from([None, "", "one", "two", "three"]),
    ),
    max_size=40,
)


def row(
    status: str, created: float = 60, started: float | None = 50, ended: float | None = None, **fields: str
) -> Instance:
    """Return an instance; its times are minutes ago."""

    def ago(minutes: float | None) -> datetime | None:
        return None if minutes is None else NOW - timedelta(minutes=minutes)

    return Instance(
        id=fields.get("id", "1"),
        status=Status(status),
        created_on=ago(created),
        started_on=ago(started),
        ended_on=ago(ended),
        version_id=fields.get("version"),
    )


def minutes(*numbers: float) -> list[timedelta]:
    return [timedelta(minutes=number) for number in numbers]


def test_those_that_go_on_are_in_no_spread_and_counted_apart() -> None:
    found = summarize(
        [
            row("complete", 60, 50, 20),
            row("errored", 60, 55, 54),
            row("terminated", 60, 55, 1),
            row("running", 90, 80),
            row("waiting", 60, 45),
            row("queued", 7, None),
            row("queued", 3, None),
        ],
        NOW,
    )
    assert found.count == 7
    assert found.failures == Rate(1, 2)
    assert found.run == spread_of(minutes(30))
    assert found.queue == spread_of(minutes(10, 5, 5, 10, 15))
    assert found.going == Unfinished(2, timedelta(minutes=80))
    assert found.queued == Unfinished(2, timedelta(minutes=7))
    assert (found.completed, found.failed, found.terminated) == (1, 1, 1)
    assert found.untimed == 0


def test_an_engine_that_sends_no_times_leaves_them_open() -> None:
    found = summarize([row("complete", 60, None), row("errored", 60, None), row("running", 60, None)], NOW)
    assert found.failures == Rate(1, 2)
    assert found.run.count == found.queue.count == 0
    assert found.untimed == 1
    assert found.going == Unfinished(1, None)


def test_clocks_that_disagree_make_no_time_negative() -> None:
    found = summarize([row("complete", 50, 60, 70)], NOW)
    assert found.run.shortest == found.queue.shortest == timedelta()


@given(rows)
def test_every_instance_is_counted_once(found: list[Instance]) -> None:
    runs = summarize(found, NOW)
    assert runs.count == len(found) == sum(runs.by_status.values())
    ended = runs.completed + runs.failed + runs.terminated
    assert ended + runs.going.count + runs.queued.count == runs.count
    assert runs.run.count + runs.untimed == runs.completed


@given(rows)
def test_every_instance_with_a_version_is_in_one(found: list[Instance]) -> None:
    versions = by_version(found, NOW)
    assert sum(each.runs.count for each in versions) == sum(
        bool(each.version_id and each.created_on) for each in found
    )
    firsts = [each.first for each in versions]
    assert firsts == sorted(firsts, reverse=True)


def test_the_deployment_that_fails_is_named() -> None:
    good = [row("complete", 100 + number, 90, 80, version="old") for number in range(30)]
    bad = [row("errored", 10 + number, 9, 8, version="new") for number in range(6)]
    assert [(each.version, each.is_worse) for each in by_version([*good, *bad], NOW)] == [
        ("new", True),
        ("old", False),
    ]
    one = [row("errored", 10, 9, 8, version="new")]
    assert not any(each.is_worse for each in by_version([*good[:3], *one], NOW))


def test_the_worst_comes_first_as_far_as_its_runs_prove_it() -> None:
    def stats(name: str, failed: int, completed: int) -> WorkflowStats:
        of = [row("errored")] * failed + [row("complete")] * completed
        return WorkflowStats(name, summarize(of, NOW), Seen(is_all=True, oldest=None))

    given_ = [
        stats("idle", 0, 0),
        stats("once", 1, 0),
        stats("half", 50, 50),
        stats("fine", 0, 9),
        stats("rare", 1, 99),
    ]
    assert [each.workflow for each in worst_first(given_)] == ["half", "once", "rare", "fine", "idle"]


lengths = st.one_of(st.integers(0, 60 * 24 * 60), st.integers(0, 60 * 24 * 800)).map(
    lambda number: timedelta(minutes=number)
)


@settings(max_examples=examples(200))
@given(lengths, st.integers(0, 60 * 24 * 400), st.sampled_from(ZONES))
def test_stretches_hold_the_time_and_fit_into_a_chart(length: timedelta, back: int, zone: str) -> None:
    until = NOW - timedelta(minutes=back)
    found = edges(until - length, until, ZoneInfo(zone))
    assert found[-1] == until
    assert list(found) == sorted(set(found)) or length == timedelta()
    if length:
        assert found[0] <= until - length
        assert len(found) - 1 <= CHART_POINTS
    for start in found[:-1]:
        local = start.astimezone(ZoneInfo(zone))
        by_hour = length <= 48 * HOUR
        assert (
            (start.minute, start.second) == (0, 0)
            if by_hour
            else (local.hour, local.minute) in {(0, 0), (1, 0)}
        )


@given(rows, lengths, st.sampled_from(ZONES))
def test_every_instance_of_the_time_is_in_one_stretch(
    found: list[Instance], length: timedelta, zone: str
) -> None:
    bounds = edges(NOW - length, NOW, ZoneInfo(zone))
    buckets = over_time(found, bounds)
    within = [each for each in found if each.created_on and bounds[0] <= each.created_on <= NOW]
    assert sum(bucket.runs for bucket in buckets) == (len(within) if buckets else 0)
    assert sum(bucket.failed for bucket in buckets) == sum(
        each.status == "errored" for each in within if buckets
    )


def test_a_moment_is_in_the_stretch_that_begins_with_it() -> None:
    bounds = edges(NOW - 3 * HOUR, NOW, UTC)
    assert [place_in(NOW - hours * HOUR, bounds) for hours in (4, 3, 2.5, 1, 0)] == [None, 0, 0, 2, 2]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC"])
def test_days_are_those_of_a_zone(zone: str) -> None:
    late = Instance(id="1", status=Status("errored"), created_on=datetime(2026, 11, 26, 23, 30, tzinfo=UTC))
    buckets = over_time([late], edges(NOW - 5 * 24 * HOUR, NOW, ZoneInfo(zone)))
    day = next(bucket for bucket in buckets if bucket.runs)
    assert isinstance(day, Bucket)
    assert day.start.astimezone(ZoneInfo(zone)).day == (27 if zone == "Europe/Berlin" else 26)
