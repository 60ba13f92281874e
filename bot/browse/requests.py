"""What people ask of lists: typed, by a button, or by the filter form."""

from dataclasses import dataclass, replace
from typing import ClassVar

from bot.browse.bookmark import KeptPlace, OverviewBookmark, Place
from bot.browse.command.pending_query import PendingQuery, TimesRefused
from bot.browse.command.written_names import quote_name, write_names
from bot.browse.model import AnyQuery, ListQuery, OverviewQuery
from bot.browse.selection import Selection
from bot.cloudflare.models import Instance, Status
from bot.language.command import Command
from bot.language.times import Clock
from bot.language.tokens import COMMAND, quote
from bot.slack.requests import Request


@dataclass(frozen=True, slots=True)
class OfInstances(Request):
    """Something about instances as it was typed; its times wait for a clock and a zone.

    Attributes:
        verb: what is asked of the instances.
        own_words: words behind the verb, in lower case, that it does not read as names.
        query: which instances, of a list.
    """

    verb: ClassVar[str] = "list"
    own_words: ClassVar[frozenset[str]] = frozenset()
    query: PendingQuery

    def command(self) -> str:
        """Return what to type for the same."""
        return self.again().whole()

    def again(self) -> Command:
        """Return the command for the same."""
        return Command(self.query.command(self.verb, self.own_words).removeprefix(f"{COMMAND} "))

    def resolve(self, clock: Clock) -> ListQuery:
        """Return the list at a moment, in a zone.

        Raises:
            TimesRefused: as `PendingQuery.resolve`. It proposes the same with each time that may be meant.
        """
        try:
            return self.query.resolve(clock)
        except TimesRefused as error:
            error.proposals = tuple(replace(self, query=query).again() for query in error.meant)
            raise


@dataclass(frozen=True, slots=True)
class ListInstances(OfInstances):
    """A list of instances."""

    kind: ClassVar[str] = "list"


@dataclass(frozen=True, slots=True)
class ListWorkflows(Request):
    """The overview as it was typed."""

    kind: ClassVar[str] = "overview"
    query: OverviewQuery


@dataclass(frozen=True, slots=True)
class NotYet(Request):
    """Something that this bot does not do yet.

    Attributes:
        verb: what it is, one of `bot.home.command.NOT_YET`.
        workflow: the workflow's name, if one was given.
        instance: the instance's id, likewise.
    """

    kind: ClassVar[str] = "not_yet"
    verb: str
    workflow: str | None = None
    instance: str | None = None


@dataclass(frozen=True, slots=True)
class ShowInstance(Request):
    """One instance in a modal: what the button of a row carries. The room `inspect` answers it.

    Attributes:
        workflow: the workflow's name.
        instance: the instance's id.
        account: as settings name it; None means the default account.
        row: what the list knew, which the modal shows at once; None where that did not fit.
    """

    kind: ClassVar[str] = "instance_show"
    workflow: str
    instance: str
    account: str | None = None
    row: Instance | None = None

    def command(self) -> str:
        """Return what to type for the same."""
        filters = [] if self.account is None else [f"account:{quote(self.account)}"]
        names = (quote_name(self.workflow), quote_name(self.instance))
        return " ".join((COMMAND, "show", *names, *filters))


@dataclass(frozen=True, slots=True)
class DescribeInstance(Request):
    """One instance in a message, as it was typed. The room `inspect` answers it.

    Attributes:
        workflow: the workflow's name as it was typed; None where it was left out.
        instance: the instance's id; None means the newest.
        status: of the newest; None means any.
        account: as settings name it; None means the default account.
        account_id: Cloudflare's id of the account that a dashboard link leads to.
    """

    kind: ClassVar[str] = "describe"
    workflow: str | None = None
    instance: str | None = None
    status: Status | None = None
    account: str | None = None
    account_id: str | None = None

    def command(self) -> str:
        """Return what to type for the same."""
        name = [quote_name(self.workflow)] if self.workflow else []
        which = [quote_name(self.instance)] if self.instance else ["latest", *filter(None, [self.status])]
        account = [f"account:{quote(self.account)}"] if self.account else []
        return " ".join((COMMAND, "show", *name, *which, *account))


@dataclass(frozen=True, slots=True)
class ShowFailures(Request):
    """What failed, by cause. The room `failures` answers it; the overview has buttons for it.

    Attributes:
        selection: which instances; without a time those of the last day.
    """

    kind: ClassVar[str] = "failures"
    selection: Selection

    def command(self) -> str:
        """Return what to type for the same."""
        chosen = self.selection
        times = {"since": chosen.since, "until": chosen.until}
        filters = {key: point.text for key, point in times.items() if point is not None}
        if chosen.account is not None:
            filters["account"] = chosen.account
        names = [write_names(chosen.workflows)] if chosen.workflows else []
        return " ".join((COMMAND, "failures", *names, *(f"{k}:{quote(v)}" for k, v in filters.items())))


@dataclass(frozen=True, slots=True)
class AtPlace(Request):
    """A request that leads to a place in a list."""

    place: Place

    def command(self) -> str:
        """Return what to type for the same list from its start."""
        if isinstance(self.place, KeptPlace):
            return self.place.again
        if isinstance(self.place, OverviewBookmark):
            return self.place.overview.command()
        return self.place.query.command()


@dataclass(frozen=True, slots=True)
class TurnPage(AtPlace):
    """Another page, in place of the message."""

    kind: ClassVar[str] = "turn"


@dataclass(frozen=True, slots=True)
class RefreshPage(AtPlace):
    """The same page as Cloudflare has it now, in place of the message."""

    kind: ClassVar[str] = "refresh"


@dataclass(frozen=True, slots=True)
class OpenList(AtPlace):
    """A list in a message of its own."""

    kind: ClassVar[str] = "open"


@dataclass(frozen=True, slots=True)
class SuggestWorkflow(Request):
    """Workflows for the overview's menu."""

    kind: ClassVar[str] = "workflow_open"
    typed: str = ""


@dataclass(frozen=True, slots=True)
class SuggestNames(Request):
    """Workflows and patterns for the filter form."""

    kind: ClassVar[str] = "filter_workflows"
    typed: str = ""


@dataclass(frozen=True, slots=True)
class ShareList(AtPlace):
    """The same page for everybody in the channel, in a message of its own."""

    kind: ClassVar[str] = "share"


@dataclass(frozen=True, slots=True)
class DeleteShared(Request):
    """The shared message that it was clicked in is to go."""

    kind: ClassVar[str] = "share_delete"


@dataclass(frozen=True, slots=True)
class OpenFilter(Request):
    """The form that narrows a list down."""

    kind: ClassVar[str] = "filter"
    query: AnyQuery

    def command(self) -> str:
        """Return what to type for the list."""
        return self.query.command()


@dataclass(frozen=True, slots=True)
class ApplyFilter(Request):
    """The submitted form: the list that it was opened from, and the fields of the interaction."""

    kind: ClassVar[str] = "apply_filter"
    query: AnyQuery
