"""What was asked, as values that can say themselves: to the API, in words, and as a command."""

from collections.abc import Collection, Iterable
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

from bot.browse.command.options import (
    DEFAULT_ROWS,
    LIST_OPTIONS,
    MAX_TABLE_ROWS,
    OVERVIEW_OPTIONS,
    View,
    max_rows,
)
from bot.browse.command.written_names import write_names
from bot.browse.selection import Selection
from bot.cloudflare.models import (
    MAX_PER_PAGE,
    InstanceFilter,
    PageNumber,
    PageQuery,
    Position,
    Status,
)
from bot.language.command import Command
from bot.language.options import Say
from bot.language.times import TimePoint
from bot.language.tokens import COMMAND
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
        start: a page number or cursor that was typed; None means the first page. Only a list that is
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

    def describe(self, say: Say) -> tuple[str, ...]:
        """Describe each filter of the list in a phrase; `say` joins words with the moment behind them."""
        return LIST_OPTIONS.phrases(self, say)

    def command(self, verb: str = "list", own_words: Collection[str] = ()) -> str:
        """Return the command for the same list, or of another verb about the same instances.

        Args:
            verb: the verb.
            own_words: words behind it, in lower case, that it does not read as names.
        """
        names = write_names(self.selection.workflows, own_words)
        return " ".join((COMMAND, verb, names, *LIST_OPTIONS.echo(self)))


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


def overview_command(account: str | None) -> Command:
    """Return the command for every workflow of an account; None means the default one."""
    return Command(OverviewQuery(account).command())


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
