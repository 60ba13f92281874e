"""What was asked, as values that can say themselves: to the API, in words, and as a command."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Final

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    WrapSerializer,
)

from bot.browse.options import DEFAULT_ROWS, LIST_OPTIONS, MAX_TABLE_ROWS, OVERVIEW_OPTIONS, View, max_rows
from bot.browse.phrases import write_names
from bot.browse.selection import Selection
from bot.cloudflare.models import (
    MAX_PER_PAGE,
    InstanceFilter,
    PageNumber,
    PageQuery,
    Position,
    Status,
)
from bot.cloudflare.requests import instances_request
from bot.language import times
from bot.language.command import Command
from bot.language.errors import QueryError, typed
from bot.language.options import Say
from bot.language.times import Clock, TimePoint
from bot.language.tokens import COMMAND, quote
from bot.slack.requests import Request


def _has_room(view: View, read: ValidationInfo) -> View:
    """Refuse what a button carries if its view does not show that many rows."""
    if read.data.get("rows", 0) > max_rows(view):
        raise ValueError("a message does not show that many rows")
    return view


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Which instances, and how many of them one message shows.

    Attributes:
        selection: which instances.
        rows: 1 to `max_rows` of the view.
        start: a page number or cursor that somebody typed; None means the first page. Only a list that is
            one of the API's has pages.
        direction: `asc` or `desc`, with a typed cursor only.
        view: how the rows look.
    """

    selection: Selection
    rows: Annotated[int, Field(ge=1, le=MAX_TABLE_ROWS)] = DEFAULT_ROWS
    start: Position | None = None
    direction: str | None = None
    view: Annotated[View, AfterValidator(_has_room), Field(validate_default=True)] = "rows"

    @classmethod
    def of(  # noqa: PLR0913 - the filters that one of the API's lists has
        cls,
        workflow: str,
        account: str | None = None,
        status: Status | None = None,
        *,
        since: TimePoint | None = None,
        until: TimePoint | None = None,
        rows: int = DEFAULT_ROWS,
        start: Position | None = None,
        direction: str | None = None,
        view: View = "rows",
    ) -> "ListQuery":
        """Return the list of one workflow's instances, all or those of one status."""
        statuses = () if status is None else (status,)
        selection = Selection((workflow,), account, statuses, since=since, until=until)
        return cls(selection, rows, start, direction, view)

    @property
    def workflow(self) -> str:
        """Return the only workflow's name; empty without such a one."""
        return self.selection.workflow

    @property
    def account(self) -> str | None:
        """Return the account; None means the default one."""
        return self.selection.account

    @property
    def status(self) -> Status | None:
        """Return the only status; None for several, and for all."""
        return self.selection.status

    @property
    def since(self) -> TimePoint | None:
        """Return the selection's `since`."""
        return self.selection.since

    @property
    def until(self) -> TimePoint | None:
        """Return the selection's `until`."""
        return self.selection.until

    @property
    def without_filters(self) -> "ListQuery":
        """Return the list of everything that its workflows have."""
        return ListQuery(Selection(self.selection.workflows, self.selection.account))

    def of_workflow(self, workflow: str) -> "ListQuery":
        """Return the same list of one other workflow."""
        return self.of_workflows((workflow,))

    def of_workflows(self, workflows: Iterable[str]) -> "ListQuery":
        """Return the same list of other workflows, each once."""
        return replace(self, selection=replace(self.selection, workflows=tuple(dict.fromkeys(workflows))))

    @property
    def filter(self) -> InstanceFilter:
        """Return the query as the API's own parameters."""
        chosen = self.selection
        starts = [each.at for each in (chosen.since, chosen.created_since) if each is not None]
        ends = [each.at for each in (chosen.until, chosen.created_until) if each is not None]
        return InstanceFilter(
            status=self.status,
            date_start=max(starts, default=None),
            date_end=min(ends, default=None),
            direction=self.direction,
        )

    @property
    def per_page(self) -> int:
        """Return how many rows to fetch at once: many screens' worth, and no page end cuts a screen.

        A typed page number counts pages of as many rows as are shown, so that it means what it says.
        """
        if isinstance(self.start, PageNumber):
            return self.rows
        return MAX_PER_PAGE // self.rows * self.rows

    def page(self, position: Position | None) -> PageQuery:
        """Return one page of the query."""
        return PageQuery(self.workflow, self.filter, position, self.per_page)

    @property
    def from_start(self) -> "ListQuery":
        """Return the same list from its first page."""
        return replace(self, start=None, direction=None)

    def to_params(self) -> str:
        """Return the first page's query string, as the API gets it."""
        return instances_request(self.page(self.start)).query

    def describe(self, say: Say) -> tuple[str, ...]:
        """Describe each filter of the list in a phrase; `say` joins words with the moment behind them."""
        return LIST_OPTIONS.phrases(self, say)

    def command(self) -> str:
        """Return the command for the same list."""
        return " ".join((COMMAND, "list", write_names(self.selection.workflows), *LIST_OPTIONS.echo(self)))


_FLAT: Final = {"since": "created_since", "until": "created_until", "ended": "since", "ended_until": "until"}
"""Times of a list of one workflow as buttons write them, and as a selection calls them."""


def _write(query: ListQuery, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
    """Return a list as buttons carry it: one workflow and status as they always did."""
    written: dict[str, Any] = write(query)
    chosen = query.selection
    if not chosen.workflow or len(chosen.statuses) > 1 or chosen.where:
        return written
    selection = written.pop("selection")
    times = {name: selection[key] for name, key in _FLAT.items() if key in selection}
    account = {"account": chosen.account} if chosen.account is not None else {}
    status = {"status": chosen.status} if chosen.status is not None else {}
    return {"workflow": chosen.workflow, **account, **status, **times, **written}


def _read(query: Any) -> Any:  # noqa: ANN401 - what a button carried, before it is checked
    """Return what `_write` made of a list, also an earlier version's, as a selection."""
    if not isinstance(query, dict) or "workflow" not in query:
        return query
    left = dict(query)
    selection = {"workflows": [left.pop("workflow")], "account": left.pop("account", None)}
    if (status := left.pop("status", None)) is not None:
        selection["statuses"] = [status]
    selection |= {key: left.pop(name) for name, key in _FLAT.items() if name in left}
    return {"selection": selection, **left}


AnyQuery = Annotated[ListQuery, BeforeValidator(_read), WrapSerializer(_write)]
"""A list as buttons carry it."""


@dataclass(frozen=True, slots=True)
class PendingQuery:
    """A list whose times wait for a clock, and for a zone where one was needed.

    Attributes:
        query: complete but for its times.
        since: the words of `since:`.
        until: the words of `until:`.
        created: the words of `created:`.
        created_until: the words of `created_until:`.
    """

    query: ListQuery
    since: str | None = None
    until: str | None = None
    created: str | None = None
    created_until: str | None = None

    @property
    def words(self) -> dict[str, str]:
        """Return the words of each time that was given, by its key."""
        found = {
            "since": self.since,
            "until": self.until,
            "created": self.created,
            "created_until": self.created_until,
        }
        return {key: text for key, text in found.items() if text is not None}

    @property
    def has_times(self) -> bool:
        """Return whether it means another list a minute later."""
        return bool(self.words)

    @property
    def needs_zone(self) -> bool:
        """Return whether a wall-clock time was typed."""
        return any(map(times.needs_zone, self.words.values()))

    def resolve(self, clock: Clock) -> ListQuery:
        """Return the query at a moment, in a zone.

        Raises:
            QueryError: a time can't be read, a list can't begin at it, no time lies between two, or two mean
                the same. The error proposes the list for each time that may have been meant.
        """
        since, until = self._bounds("since", "until", clock)
        created_since, created_until = self._bounds("created", "created_until", clock)
        selection = replace(
            self.query.selection,
            since=since,
            until=until,
            created_since=created_since,
            created_until=created_until,
        )
        if not selection.by_end:
            self._refuse_same("since", "created")
            self._refuse_same("until", "created_until")
        return replace(self.query, selection=selection)

    def command(self) -> str:
        """Return the command for the same list, its times as they were typed."""
        typed_times = (f"{key}:{quote(text)}" for key, text in self.words.items())
        return " ".join((self.query.command(), *typed_times))

    def _bounds(self, first: str, last: str, clock: Clock) -> tuple[TimePoint | None, TimePoint | None]:
        start = self._moment(first, clock)
        end = self._moment(last, clock, start)
        if start and end and start.at >= end.at:
            raise QueryError(
                f"{last}:{self.words[last]}",
                f"is not later than {typed(f'{first}:{self.words[first]}')}",
                expected=f"`{last}:` to be the later of the two",
            )
        return start, end

    def _refuse_same(self, key: str, other: str) -> None:
        """Refuse two times of the same kind that both mean the creation, of which one says nothing."""
        if key not in self.words or other not in self.words:
            return
        second = typed(f"{other}:{self.words[other]}")
        raise QueryError(
            f"{key}:{self.words[key]}",
            f"and {second} both mean the creation, as no ended status is asked for",
            expected="one of the two",
            nearest=("",),
        )

    def _moment(self, key: str, clock: Clock, after: TimePoint | None = None) -> TimePoint | None:
        text = self.words.get(key)
        if text is None:
            return None
        try:
            starts = key in ("since", "created")
            return _past(text, clock) if starts else times.read(text, clock, after.at if after else None)
        except QueryError as error:
            meant = {words: self._replace_time(text, words) for words in error.choices}
            meant = {words: query for words, query in meant.items() if query.is_readable(clock)}
            wrong = QueryError(f"{key}:{text}", error.problem, expected=error.expected, nearest=tuple(meant))
            wrong.proposals = tuple(Command(query.command()) for query in meant.values())
            raise wrong from error

    def _replace_time(self, text: str, words: str) -> "PendingQuery":
        """Return the query with other words for a time, also where another time holds the same words."""
        return PendingQuery(
            self.query, **{key: time.replace(text, words) for key, time in self.words.items()}
        )

    def is_readable(self, clock: Clock) -> bool:
        """Return whether the query has times that can be read, at a moment and in a zone."""
        try:
            self.resolve(clock)
        except QueryError:
            return False
        return True


def _past(text: str, clock: Clock) -> TimePoint:
    point = times.read(text, clock)
    if point.at > clock.now:
        earlier = times.day_earlier(text)
        raise QueryError(text, "lies in the future", expected="a time that has passed", nearest=earlier)
    return point


@dataclass(frozen=True, slots=True)
class OverviewQuery:
    """Every workflow of an account, or those whose names hold a text.

    Attributes:
        account: as settings name it; None means the default account.
        search: what the names must hold.
    """

    account: str | None = None
    search: str | None = None

    def command(self) -> str:
        """Return the command for the same overview."""
        return " ".join((COMMAND, *OVERVIEW_OPTIONS.echo(self)))


@dataclass(frozen=True, slots=True)
class HelpQuery(Request):
    """Help on how to use the bot.

    Attributes:
        topic: one of its topics; None means all.
        workflow: the name that stands in the examples; None means any.
    """

    kind: ClassVar[str] = "help"
    topic: str | None = None
    workflow: str | None = None
