"""The filters that Cloudflare lacks: by their keys, and in people's words."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.browse.requests import ListInstances, ListWorkflows
from bot.browse.selection import Conditions, Selection
from bot.cloudflare.models import Status
from bot.failures.requests import ListFailures
from bot.language.errors import QueryError
from tests.support.commands import read
from tests.support.list_commands import read_known, read_list

NAMES = ("orders", "emails", "image-pipeline")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("id:ord-59", Conditions(id="ord-59")),
        ("longer:10m", Conditions(longer=timedelta(minutes=10))),
        ("longer:1h30m shorter:2d", Conditions(longer=timedelta(minutes=90), shorter=timedelta(days=2))),
        ('longer:"2 hours"', Conditions(longer=timedelta(hours=2))),
        ("longer:2 hours", Conditions(longer=timedelta(hours=2))),
        ("shorter: 30s", Conditions(shorter=timedelta(seconds=30))),
        ("slower:5m", Conditions(longer=timedelta(minutes=5))),
        ("took:>5m", Conditions(longer=timedelta(minutes=5))),
        ("duration:<5m", Conditions(shorter=timedelta(minutes=5))),
        ("trigger:cron", Conditions(trigger="cron")),
        ("trigger:SCHEDULE", Conditions(trigger="cron")),
        ('trigger:"carrier pigeon"', Conditions(trigger="carrier pigeon")),
        ("source:api", Conditions(trigger="api")),
        ("version:4F2A", Conditions(version="4f2a")),
        ("version_id:4f2a-11", Conditions(version="4f2a-11")),
        ("--version 4f2a", Conditions(version="4f2a")),
        ("--longer 10m", Conditions(longer=timedelta(minutes=10))),
    ],
)
def test_each_condition_is_read(text: str, where: Conditions) -> None:
    assert read_list(f"orders {text}").selection == Selection(("orders",), where=where)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("error:timeout", Conditions(error="timeout")),
        ('error:"card declined"', Conditions(error="card declined")),
        ("error:card declined since:2h", Conditions(error="card declined")),
        ("error: card declined, since:2h", Conditions(error="card declined")),
        ("message:timeout", Conditions(error="timeout")),
        ("errored error:timeout", Conditions(error="timeout")),
        ("step:charge-card", Conditions(step="charge-card")),
        ('step:"charge card"', Conditions(step="charge card")),
        ("cause:4f2a91", Conditions(cause="4f2a91")),
        ("error:timeout step:charge-card", Conditions(error="timeout", step="charge-card")),
    ],
)
def test_a_condition_of_failures_asks_for_errored_instances(text: str, where: Conditions) -> None:
    selection = read_list(f"orders {text}").selection
    assert (selection.statuses, selection.where) == ((Status("errored"),), where)


@pytest.mark.parametrize(
    ("text", "problem", "proposals"),
    [
        ("longer:10", "is no length of time", ["longer:10s", "longer:10m", "longer:10h"]),
        ("longer:0s", "is no length of time", [""]),
        ("longer:0.5s", "is no length of time", [""]),
        ("longer:10mni", "is no length of time", ["longer:10min"]),
        ("shorter:-5m", "is no length of time", ["shorter:5m"]),
        ("shorter:forever", "is no length of time", [""]),
        ("longer:" + "9" * 4000, "is no length of time", [""]),
        ("longer:9999999w", "is no length of time", [""]),
        ("longer:", "is no length of time", [""]),
        ("longer:1h shorter:30m", "is not longer than", ["longer:30m shorter:1h"]),
        ("longer:1h shorter:1h", "is not longer than", ["longer:1h"]),
        ("took:1h", "longer or shorter", ["longer:1h", "shorter:1h"]),
        ("trigger:crom", "is no trigger I know", ["trigger:cron"]),
        ("trigger:pigeon", "is no trigger I know", [""]),
        ("version:x/y", "other signs than", [""]),
        ("version:", "has no value", [""]),
        ("error:", "has no value", [""]),
        ('id:""', "has no value", [""]),
        ("complete error:timeout", "is about errored instances", ["complete"]),
        ("running,paused step:charge", "is about errored instances", ["running,paused"]),
        ("error:timeout page:2", "searched row by row", ["error:timeout"]),
        ("longer:10m cursor:abc", "searched row by row", ["longer:10m"]),
        ("errorr:timeout", "is a filter I don't know", ["error:timeout"]),
        ("output:x", "does not have yet", [""]),
        ("timeout", "beside a workflow's name", ["", "error:timeout"]),
        ("insufficient_funds", "beside a workflow's name", ["", "error:insufficient_funds"]),
        ("errored,paused,banana", "beside a workflow's name", ["errored,paused"]),
        ("ord-59*", "fits no workflow", ["orders", "id:ord-59"]),
        ("errored card declined", "beside a workflow's name", ["errored", 'errored error:"card declined"']),
    ],
)
def test_a_condition_that_cannot_be_is_refused_with_what_may_be_meant(
    text: str, problem: str, proposals: list[str]
) -> None:
    with pytest.raises(QueryError) as refused:
        read_known(f"orders {text}", *NAMES)
    assert problem in refused.value.problem
    assert [proposal.whole() for proposal in refused.value.proposals] == [
        f"/workflows orders {text}".rstrip() for text in proposals
    ]


SAID = [
    ("running longer than 1h", "status:running longer:1h"),
    ("took more than 10 min", 'longer:"10 min"'),
    ("that took longer than an hour", 'longer:"an hour"'),
    ("over 2h", "longer:2h"),
    ("> 2h", "longer:2h"),
    (">2h", "longer:2h"),
    ("<10s", "shorter:10s"),
    ("in under 10s", "shorter:10s"),
    ("faster than 1m", "shorter:1m"),
    ("running for 2h", "status:running longer:2h"),
    ("paused for 3 days", "status:paused longer:3days"),
    ("stuck for 2h", "status:queued,running,waiting longer:2h"),
    ("stuck for more than 3h", "status:queued,running,waiting longer:3h"),
    ("stuck", "status:queued,running,waiting longer:1h"),
    ("took > 10m", "longer:10m"),
    ("ended", "status:errored,terminated,complete"),
    ("unfinished", "status:queued,running,paused,waitingForPause,waiting,rollingBack"),
    ("timeout errors", "status:errored error:timeout"),
    ("card declined exceptions", 'status:errored error:"card declined"'),
    ("errors containing timeout", "status:errored error:timeout"),
    ("from cron", "trigger:cron"),
    ("triggered by an event", "trigger:event"),
    ("scheduled", "trigger:cron"),
    ("on version 4f2a", "version:4f2a"),
    ("version 4f2a", "version:4f2a"),
    ("starting with ord-59", "id:ord-59"),
    ("failed with card declined", 'status:errored error:"card declined"'),
    ("failed with a timeout error", "status:errored error:timeout"),
    ('failed with "card declined"', 'status:errored error:"card declined"'),
    ("failed because of timeout", "status:errored error:timeout"),
    ("errored due to rate limit", 'status:errored error:"rate limit"'),
    ("with error timeout", "status:errored error:timeout"),
    ("error timeout", "status:errored error:timeout"),
    ("TimeoutError", "status:errored error:TimeoutError"),
    ("ECONNRESET", "status:errored error:ECONNRESET"),
    ("502", "status:errored error:502"),
    ("that failed in charge-card", "status:errored step:charge-card"),
    ("failed at step charge-card", "status:errored step:charge-card"),
    ("in step charge card", 'status:errored step:"charge card"'),
]
"""Words behind a workflow's name, and the filters that they are read as."""


@pytest.mark.parametrize(("text", "filters"), SAID)
@pytest.mark.parametrize("names", [(), NAMES])
def test_words_for_a_condition_are_taken_and_said(text: str, filters: str, names: tuple[str, ...]) -> None:
    for typed in (f"orders {text}", f"orders {text} since:2h", f"orders {text} yesterday"):
        found = read_known(typed, *names)
        assert isinstance(found, ListInstances)
        expected = read_list(f"orders {filters}").selection
        selection = found.query.query.selection
        assert replace(selection, since=None, until=None) == expected
        assert found.readings


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("what failed in orders", "orders status:errored"),
        ("errors in orders", "orders status:errored"),
        ("error orders", "orders status:errored"),
        ("orders with errors today", "orders status:errored since:today"),
        ("orders with errors", "orders status:errored"),
        ("orders failed on monday", 'orders status:errored since:monday until:"end of monday"'),
        ("orders failed from 2am to 4am", "orders status:errored since:2am until:4am"),
        ("orders failed in emails", "orders,emails status:errored"),
        ("failed with timeout in orders", "orders status:errored error:timeout"),
        ("timeout errors in orders", "orders status:errored error:timeout"),
        ("email errors", "emails status:errored"),
        ("orders errors", "orders status:errored"),
        ("recent errors", "* status:errored"),
        ("failed in all workflows", "* status:errored"),
        ("what is broken right now", "* status:errored"),
        ("orders errored now", "orders status:errored"),
        ("orders errored ended since 2h", "orders status:errored since:2h"),
        ("orders,errored", "orders status:errored"),
        ("orders,errored,emails", "orders,emails status:errored"),
        ("which failed in charge-card", "* status:errored step:charge-card"),
        ("orders failed by cron", "orders status:errored trigger:cron"),
        ("orders over the last 2h", 'orders since:"last 2h"'),
        ("orders for 2h", "orders since:2h"),
        ("orders in the last 24h", 'orders since:"last 24h"'),
        ("orders failed with timeout as a table", "orders status:errored error:timeout view:table"),
        ("orders failed with timeout top 5", "orders status:errored error:timeout rows:5"),
        ("orders,emails failed with timeout", "orders,emails status:errored error:timeout"),
        ("orders error:timeout emails", "orders,emails status:errored error:timeout"),
        ("<orders> errored", "orders status:errored"),
    ],
)
def test_other_words_are_no_part_of_a_condition(text: str, meant: str) -> None:
    found = read_known(text, *NAMES)
    expected = read_known(meant, *NAMES)
    assert isinstance(found, ListInstances | ListFailures)
    assert isinstance(expected, ListInstances)
    assert found.query == expected.query


@pytest.mark.parametrize("name", ["TimeoutError", "scheduled", "cron", "502", "stuck", "longer", "error"])
def test_a_real_workflow_may_be_called_like_a_condition(name: str) -> None:
    for text in (name, f"list {name}", f'list "{name}" status:errored'):
        found = read_known(text, name, "orders")
        assert isinstance(found, ListInstances)
        assert found.query.query.selection.workflows == (name,)
        assert not found.query.query.selection.where


@pytest.mark.parametrize("text", ["orders <placeholder>", "orders <2h>"])
def test_a_placeholder_is_no_comparison(text: str) -> None:
    try:
        found = read(text)
    except QueryError:
        return
    assert isinstance(found, ListInstances | ListWorkflows)
    assert isinstance(found, ListWorkflows) or not found.query.query.selection.where
