"""Words that ask how workflows do, and those that do not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.browse.command.pending_query import PendingQuery
from bot.browse.model import HelpQuery, ListQuery
from bot.browse.requests import DescribeInstance, ListInstances, ListWorkflows
from bot.browse.selection import Selection, at
from bot.export.requests import StartExport
from bot.language.command import Command
from bot.language.errors import QueryError
from bot.language.times import Clock, TimePoint
from bot.routing.command_reader import read_command
from bot.slack.requests import Request
from bot.stats.requests import OWN_WORDS, RefreshStats, ShowStats, set_since
from tests.support.commands import ACCOUNTS, HERE, NOW

NAMES = ("orders", "image-pipeline", "emails", "health-check")


def known(text: str) -> Request:
    """Read a command with the names of the account's workflows at hand."""
    return read_command(replace(Command.from_slack(text, ACCOUNTS, HERE, "UTC", NOW), workflows=NAMES))


def unknown(text: str) -> Request:
    """Read a command without the names."""
    return read_command(Command.from_slack(text, ACCOUNTS, HERE, "UTC", NOW))


@pytest.mark.parametrize("read", [known, unknown])
@pytest.mark.parametrize(
    ("text", "names", "words"),
    [
        ("stats", (), {}),
        ("stats *", (), {}),
        ("Statistics", (), {}),
        ("stats orders", ("orders",), {}),
        ("stats orders,emails", ("orders", "emails"), {}),
        ("stats image-* since:24h", ("image-*",), {"since": "24h"}),
        ("stats since:24h", (), {"since": "24h"}),
        ("stats orders created:2d", ("orders",), {"created": "2d"}),
        ("orders stats", ("orders",), {}),
        ("health orders", ("orders",), {}),
        ("orders health", ("orders",), {}),
        ("summary of orders today", ("orders",), {"since": "today"}),
        ("how is orders doing", ("orders",), {}),
        ("how are orders doing today?", ("orders",), {"since": "today"}),
        ("how's orders going", ("orders",), {}),
        ("how has orders been doing", ("orders",), {}),
        ("how long does orders take", ("orders",), {}),
        ("is orders healthy", ("orders",), {}),
        ("success rate", (), {}),
        ("success rate of orders", ("orders",), {}),
        ("what is the failure rate of orders since:2h", ("orders",), {"since": "2h"}),
        ("orders error rate", ("orders",), {}),
        ("p95", (), {}),
        ("p95 orders", ("orders",), {}),
        ("what is the p95 of orders", ("orders",), {}),
        ("show me the stats of orders", ("orders",), {}),
        ("stats orders account:staging-eu", ("orders",), {}),
        ("/workflows stats orders", ("orders",), {}),
    ],
)
def test_statistics_are_asked_for(
    read: object, text: str, names: tuple[str, ...], words: dict[str, str]
) -> None:
    assert callable(read)
    request = read(text)
    assert isinstance(request, ShowStats), request
    assert request.query.query.selection.workflows in {names, names or ("*",)}
    assert request.query.words == words


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("health", ListWorkflows),
        ("summary", ListWorkflows),
        ("health-check", ListInstances),
        ("list orders", ListInstances),
        ("orders success", ListInstances),
        ("stats help", HelpQuery),
        ("stats orders ord-59603", DescribeInstance),
        ('"stats"', ListInstances),
    ],
)
def test_something_else_is_asked_for(text: str, kind: type[Request]) -> None:
    assert isinstance(unknown(text), kind)


def test_a_workflow_of_that_name_is_no_word_for_statistics() -> None:
    read = read_command(
        replace(Command.from_slack("p95", ACCOUNTS, HERE, "UTC", NOW), workflows=("p95", "orders"))
    )
    assert isinstance(read, ListInstances)


@pytest.mark.parametrize(
    "text",
    [
        "errored",
        "rows:5",
        "page:2",
        "view:table",
        "cursor:x",
        "id:ord",
        "error:declined",
        "longer:10m",
        "search:x",
    ],
)
def test_what_statistics_do_not_have_is_refused(text: str) -> None:
    with pytest.raises(QueryError) as refused:
        unknown(f"stats orders {text}")
    assert all("stats" in proposal.whole() for proposal in refused.value.proposals)


clock = Clock(NOW)
points = st.sampled_from(["24h", "7d", "90m"]).map(lambda text: TimePoint(text, NOW - timedelta(days=2)))


@pytest.mark.parametrize(
    "name", sorted({*OWN_WORDS, "csv", "jsonl", "as", "running", "step", "all", "failed"})
)
@pytest.mark.parametrize("make", [ShowStats, StartExport, ListInstances])
def test_a_workflow_that_is_called_like_a_word_of_the_verb_is_read_again(
    make: type[ShowStats | StartExport | ListInstances], name: str
) -> None:
    for names in ((name,), ("orders", name), (name, "orders"), ("slow", name) if name != "slow" else (name,)):
        command = make(PendingQuery(ListQuery(Selection(names)))).command()
        request = unknown(command)
        assert isinstance(request, make), command
        assert request.query.query.selection.workflows == names, command


@given(
    st.lists(st.sampled_from([*NAMES, "order-*", "stats", "last one", "p95"]), max_size=3, unique=True),
    st.none() | points,
    st.none() | st.just("Staging-EU"),
)
def test_the_line_below_asks_for_the_same(
    names: list[str], begin: TimePoint | None, account: str | None
) -> None:
    selection = Selection(tuple(names), account, since=begin)
    request = unknown(RefreshStats(selection).command())
    assert isinstance(request, ShowStats), request
    found = request.query.query.selection
    assert found.workflows in {selection.workflows, selection.workflows or ("*",)}
    assert found.account == account
    assert request.query.words == ({} if begin is None else {"since": begin.text})


def test_a_length_of_time_is_meant_from_now_on_and_a_moment_stays() -> None:
    before = Selection(("orders",), since=TimePoint("7d", NOW - timedelta(days=30)))
    assert at(before, clock).since == set_since(before, "7d", clock).since
    fixed = Selection(("orders",), since=TimePoint("2026-11-20T00:00:00Z", NOW - timedelta(days=3)))
    assert at(fixed, clock) == fixed
    assert set_since(replace(fixed, until=TimePoint("1h", NOW)), "24h", clock).until is None
