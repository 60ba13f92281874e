"""The filters of a list of instances, and the options of the overview."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

from bot.browse.command.condition_options import CONDITION_OPTIONS
from bot.cloudflare.models import ENDED_STATUSES, STATUSES, Cursor, PageNumber, Status
from bot.language import filters, times
from bot.language.errors import QueryError, nearest, one_of
from bot.language.options import Field, Option, Options
from bot.language.times import TimePoint
from bot.language.tokens import COMMAND, Token, in_quotes, quote

if TYPE_CHECKING:
    from bot.browse.model import ListQuery

View = Literal["rows", "table"]
"""How a list looks: a paragraph for each instance, or Slack's own table."""
VIEWS: Final[dict[str, View]] = {"rows": "rows", "table": "table"}

DEFAULT_ROWS: Final = 10
MAX_ROWS: Final = 20
MAX_TABLE_ROWS: Final = 100
_FOR_A_TABLE: Final = frozenset(map(str, range(MAX_ROWS + 1, MAX_TABLE_ROWS + 1)))


def default_rows(view: View) -> int:
    """Return how many rows a message shows if nobody says how many."""
    return MAX_TABLE_ROWS if view == "table" else DEFAULT_ROWS


def max_rows(view: View) -> int:
    """Return how many rows a message can show."""
    return MAX_TABLE_ROWS if view == "table" else MAX_ROWS


def _write_statuses(statuses: Sequence[Status]) -> str:
    """Return statuses as they stand behind the key: those that need quotes as filters of their own."""
    known: list[str] = []
    words: list[str] = []
    for status in statuses:
        if status in STATUSES:
            known.append(status)
            continue
        words += [",".join(known)] * bool(known) + [in_quotes(status)]
        known = []
    words += [",".join(known)] * bool(known)
    return " status:".join(words)


def _write_time(moment: TimePoint) -> str:
    """Return a time's words as a value; colons need no quotes there."""
    return quote(moment.text) if " " in moment.text else moment.text


def _is_about(asked: "ListQuery") -> str:
    """Return what `since:` and `until:` of a list are about."""
    if not asked.selection.by_end:
        return "created"
    return "ended" if ENDED_STATUSES.issuperset(asked.selection.statuses) else "ended or created"


def read_rows(word: Token, view: View) -> int:
    """Return how many rows a message is to show.

    Raises:
        QueryError: it shows no such number; the error proposes a table where that has room for them.
    """
    try:
        return filters.read_number(word, "rows", max_rows(view))
    except QueryError as error:
        if view == "rows" and word.value in _FOR_A_TABLE:
            error.choices += (f"rows:{word.value} view:table",)
        raise


def _read_view(word: Token) -> View:
    """Return a view, whatever its case.

    Raises:
        QueryError: it is none.
    """
    view = VIEWS.get(word.value.lower())
    if view is None:
        close = nearest(word.value, tuple(VIEWS))
        raise word.wrong(
            "is no view",
            expected=one_of([f"view:{name}" for name in VIEWS]),
            nearest=f"view:{close}" if close else None,
        )
    return view


def _page_of(asked: "ListQuery") -> int | None:
    return asked.start.number if isinstance(asked.start, PageNumber) else None


def _cursor_of(asked: "ListQuery") -> str | None:
    return asked.start.token if isinstance(asked.start, Cursor) else None


STATUS: Final[Option[tuple[Status, ...]]] = Option(
    key="status",
    example="status:errored,terminated",
    help=f"{one_of(STATUSES)}, or several. The words alone work too; "
    "a status newer than this bot goes in quotes",
    read=lambda word, _: filters.read_statuses(word),
    write=_write_statuses,
    get=lambda asked: asked.selection.statuses or None,
    parameter="status",
    synonyms=("state", "is", "with", "only"),
    default="all",
    field=Field("Status", hint="Several may be chosen; none means any"),
)
SINCE: Final[Option[Any]] = Option(
    key="since",
    example="since:24h",
    help="only instances that *ended* since a time if `errored`, `terminated` or `complete` ones are asked "
    "for, else those *created* since",
    read=lambda word, _: filters.required(word, times.EXPECTED),
    write=_write_time,
    phrase=lambda moment, asked, say: say(f"{_is_about(asked)} since", moment.at),
    synonyms=("from", "after", "start"),
    default="no bound",
    field=Field(
        "Since",
        hint=f"When they ended, for errored, terminated and complete ones; else when they were created. "
        f"In your own time zone. Every way to write a time: {COMMAND} help times",
        placeholder="24h, today, monday 09:00",
    ),
)
UNTIL: Final[Option[Any]] = Option(
    key="until",
    example='until:"yesterday 17:30"',
    help="only those that *ended*, or were *created*, until a time, likewise",
    read=lambda word, _: filters.required(word, times.EXPECTED),
    write=_write_time,
    phrase=lambda moment, asked, say: say(f"{_is_about(asked)} until", moment.at),
    synonyms=("to", "before", "end"),
    default="no bound",
    field=Field("Until", placeholder="1h, yesterday 17:30"),
)
CREATED: Final[Option[Any]] = Option(
    key="created",
    example="created:2h",
    help="only instances *created* since a time, whatever their status",
    read=lambda word, _: filters.required(word, times.EXPECTED),
    write=_write_time,
    get=lambda asked: asked.selection.created_since,
    phrase=lambda moment, _, say: say("created since", moment.at),
    parameter="date_start",
    aliases=("created_since",),
    synonyms=("created_after",),
    default="no bound",
    field=Field("Created since", placeholder="24h, today, monday 09:00"),
)
CREATED_UNTIL: Final[Option[Any]] = Option(
    key="created_until",
    example="created_until:1h",
    help="only instances *created* until a time, whatever their status",
    read=lambda word, _: filters.required(word, times.EXPECTED),
    write=_write_time,
    get=lambda asked: asked.selection.created_until,
    phrase=lambda moment, _, say: say("created until", moment.at),
    parameter="date_end",
    synonyms=("created_before",),
    default="no bound",
    field=Field("Created until", placeholder="1h, yesterday 17:30"),
)
ROWS: Final[Option[int]] = Option(
    key="rows",
    example="rows:20",
    help=f"rows in a message: 1 to {MAX_ROWS}, with `view:table` 1 to {MAX_TABLE_ROWS}",
    read=lambda word, _: read_rows(word, "rows"),
    get=lambda asked: None if asked.rows == default_rows(asked.view) else asked.rows,
    parameter="per_page",
    synonyms=("limit", "count", "size"),
    default=f"`{DEFAULT_ROWS}` or `{MAX_TABLE_ROWS}`",
    field=Field(
        "Rows",
        hint=f"1 to {MAX_ROWS} in one message, in a table up to {MAX_TABLE_ROWS}; "
        f"{DEFAULT_ROWS} or {MAX_TABLE_ROWS} if left empty",
    ),
)
VIEW: Final[Option[View]] = Option(
    key="view",
    example="view:table",
    help=f"`rows`, or `table` for up to {MAX_TABLE_ROWS} instances that a click on a column sorts",
    read=lambda word, _: _read_view(word),
    get=lambda asked: None if asked.view == "rows" else asked.view,
    synonyms=("format", "layout", "style"),
    default="`rows`",
    field=Field("View"),
)
PAGE: Final[Option[int]] = Option(
    key="page",
    example="page:3",
    help="the page to start at, counted in rows of a message",
    read=lambda word, _: filters.read_number(word, "page"),
    get=_page_of,
    phrase=lambda number, *_: f"from page {number}",
    parameter="page",
    default="the first",
)
CURSOR: Final[Option[str]] = Option(
    key="cursor",
    example="cursor:TOKEN",
    help="a cursor of the API to start at",
    read=lambda word, _: filters.required(word, "a token that the API gave"),
    write=quote,
    get=_cursor_of,
    phrase=lambda *_: "from a cursor",
    parameter="cursor",
    default="the first page",
)
DIRECTION: Final[Option[str]] = Option(
    key="direction",
    example="direction:asc",
    help="`asc` or `desc` sets the order. It needs `cursor:`",
    read=lambda word, _: filters.read_direction(word),
    parameter="direction",
    default="newest first",
)
ACCOUNT: Final[Option[str]] = Option(
    key="account",
    example="account:staging",
    help="another account than the default",
    read=lambda word, command: filters.read_account(word, command.accounts),
    write=quote,
    default="the default account",
    field=Field("Account"),
)
SEARCH: Final[Option[str]] = Option(
    key="search",
    example="search:order",
    help="only workflows whose names contain a text",
    read=lambda word, _: filters.required(word, "a part of a workflow's name"),
    write=quote,
    parameter="search",
    synonyms=("name",),
    default="every workflow",
)

_UNKNOWN: Final = "is a filter I don't know"
_LATER: Final = "is a filter that this bot does not have yet"
_LEFT_OUT: Final = "leaves a status out, which Cloudflare can't"
NOT: Final = "not"
"""The key of an excluded status, which is always refused."""
LATER: Final = ("output", "params", "payload")
"""What people filter by and Cloudflare's list does not."""


LIST_OPTIONS: Final = Options(
    (
        STATUS,
        SINCE,
        UNTIL,
        CREATED,
        CREATED_UNTIL,
        *CONDITION_OPTIONS,
        ROWS,
        VIEW,
        PAGE,
        CURSOR,
        DIRECTION,
        ACCOUNT,
    ),
    unknown=_UNKNOWN,
    others={
        SEARCH.key: "can't be used in a list, as it looks for workflows",
        NOT: _LEFT_OUT,
        **dict.fromkeys(LATER, _LATER),
    },
)
OVERVIEW_OPTIONS: Final = Options((SEARCH, ACCOUNT), unknown=_UNKNOWN)
