"""Questions of every kind, and texts that nobody would type in good faith."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Any

from hypothesis import strategies as st

from bot.browse.command.condition_options import TRIGGERS
from bot.browse.command.options import VIEWS, max_rows
from bot.browse.model import ListQuery, OverviewQuery
from bot.browse.selection import PATTERN, Conditions, Selection
from bot.cloudflare.models import DIRECTIONS, ENDED_STATUSES, STATUSES, Cursor, PageNumber, Status
from bot.language.times import Clock, TimePoint, read
from tests.support.commands import ACCOUNTS, NOW

# What JSON can carry: no lone surrogates.
ANY_CHARACTER = st.characters(codec="utf-8")
HOSTILE = (
    "status:errored",
    "--page",
    "—since",
    "list",
    "help",
    "errored",
    "/workflows",
    '"',
    "'",
    "\\",
    '\\"',
    "“x”",
    " ",
    "\n",
    "`",
    "<!channel>",
    "<@U1>",
    "&amp;",
    "https://example.com",
    "//",
    "a:b",
    ":",
    "=",
    "\u202e",
    "🔴",
    "//8+/A==",
    "since:",
    "--",
    "?",
    "-h",
)

any_text = st.text(ANY_CHARACTER, max_size=40)
hostile_text = st.lists(st.sampled_from(HOSTILE) | any_text, min_size=1, max_size=4).map("".join)
workflow_names = st.from_regex(r"[a-zA-Z0-9_][a-zA-Z0-9_-]{0,63}", fullmatch=True) | hostile_text.map(
    lambda text: text[:64]
).filter(lambda name: bool(name) and PATTERN not in name)
patterns = st.builds(
    "{}*{}".format, st.text("abcXYZ019-_", max_size=20), st.text("abcXYZ019-_*", min_size=1, max_size=20)
).filter(lambda pattern: bool(pattern.strip(PATTERN)))
cursors = hostile_text.filter(lambda text: bool(text.strip())) | st.binary(min_size=1, max_size=60).map(
    lambda token: b64encode(token).decode()
)
statuses = (
    st.none() | st.sampled_from(STATUSES) | st.sampled_from([Status("zzz"), Status("x y"), Status('q"')])
)
accounts = st.none() | st.sampled_from(ACCOUNTS)
clocks = st.builds(
    Clock,
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - as it asks
    st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
relative_times = st.builds("{}{}".format, st.integers(0, 999), st.sampled_from("smhdw"))
absolute_times = st.datetimes(
    datetime(2001, 1, 1),  # noqa: DTZ001 - as it asks
    datetime(2026, 11, 1),  # noqa: DTZ001 - as it asks
    timezones=st.just(UTC),
).map(lambda at: at.isoformat().replace("+00:00", "Z"))
calendar_times = st.sampled_from(["today", "yesterday", "friday", "yesterday 09:00", "9am", "23:59"])
times = relative_times | absolute_times | calendar_times


texts = hostile_text.filter(lambda text: bool(text.strip()))
keys = st.none() | st.text("0123456789abcdef-", min_size=1, max_size=36)
lengths = st.none() | st.integers(1, 10_000_000).map(lambda seconds: timedelta(seconds=seconds))
conditions = st.builds(
    Conditions,
    id=st.none() | texts,
    error=st.none() | texts,
    longer=lengths,
    shorter=st.none(),
    trigger=st.none() | st.sampled_from((*TRIGGERS, "x y", 'q"')),
    version=keys,
    step=st.none() | texts,
    cause=keys,
)


some_names = st.lists(workflow_names | patterns, max_size=4, unique=True).map(tuple)
some_statuses = st.lists(statuses.filter(bool), max_size=3, unique=True)
starts = st.none() | st.builds(Cursor, cursors) | st.builds(PageNumber, st.integers(1, 1_000_000))
views = st.sampled_from(list(VIEWS.values()))
directions = st.none() | st.sampled_from(DIRECTIONS)


@cache  # to put a strategy together takes longer than to draw from it
def _bounds(clock: Clock) -> st.SearchStrategy[list[TimePoint]]:
    return st.lists(times.map(lambda text: read(text, clock)), max_size=2)


@st.composite
def selections(draw: Any, clock: Clock = Clock(NOW)) -> ListQuery:  # noqa: B008 - frozen
    """Any list that can be asked for at this moment and has no place in it, whatever it takes to read it."""
    since, until = _ordered(draw(_bounds(clock)), clock)
    created = draw(_bounds(clock))
    chosen = draw(some_statuses)
    if ENDED_STATUSES.isdisjoint(chosen) and (since or until):
        created = []
    created_since, created_until = _ordered(created, clock)
    view = draw(views)
    where = draw(conditions)
    if where.needs_cause and "errored" not in chosen:
        chosen = [Status("errored")]
    selection = Selection(
        draw(some_names),
        draw(accounts),
        tuple(status for status in chosen if status is not None),
        since,
        until,
        created_since,
        created_until,
        where,
    )
    return ListQuery(selection, rows=draw(st.integers(1, max_rows(view))), view=view)


@st.composite
def list_queries(draw: Any, clock: Clock = Clock(NOW)) -> ListQuery:  # noqa: B008 - frozen
    """Any list that can be asked for at this moment."""
    since, until = _ordered(draw(_bounds(clock)), clock)
    start = draw(starts)
    view = draw(views)
    status = draw(statuses)
    if start is not None and status in ENDED_STATUSES:
        since = until = None
    return ListQuery.of(
        workflow=draw(workflow_names),
        account=draw(accounts),
        status=status,
        since=since,
        until=until,
        rows=draw(st.integers(1, max_rows(view))),
        view=view,
        start=start,
        direction=draw(directions) if isinstance(start, Cursor) else None,
    )


def _ordered(moments: Sequence[TimePoint], clock: Clock) -> tuple[TimePoint | None, TimePoint | None]:
    passed = sorted((moment for moment in moments if moment.at <= clock.now), key=lambda moment: moment.at)
    if len(passed) == 2 and passed[0].at < passed[1].at:
        return passed[0], passed[1]
    return (passed[0] if passed else None), None


overview_queries = st.builds(
    OverviewQuery, account=accounts, search=st.none() | hostile_text.filter(lambda text: bool(text.strip()))
)

words = st.sampled_from(
    (
        "list",
        "help",
        "orders",
        "my-flow",
        "errored",
        "Errored",
        "waitingforpause",
        "status:errored",
        "status:failed",
        'status:"new one"',
        "status:'a\"b'",
        "since:2h",
        "since:yesterday",
        'since:"yesterday 09:00"',
        "until:1h",
        "until:now",
        "rows:5",
        "rows:21",
        "view:table",
        "as a table",
        "--table",
        "rows:0000000019",
        "page:3",
        "page:x",
        "cursor:abc",
        "cursor:/+/=",
        "direction:asc",
        "account:prod",
        "account:PROD",
        "search:x",
        "--status",
        "--page",
        "3",
        "--per-page=20",
        "—status",
        "“my flow”",
        "‘x’",
        '"',
        "statsu:errored",
        "sinc:2h",
        'sinc:"yesterday 09:00"',
        "<https://a.example|a.example>",
        "--help",
        "/workflows",
        "since:9999999w" * 15,
    )
)
commands = st.lists(words | hostile_text, max_size=6).map(" ".join)
