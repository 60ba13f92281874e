"""What a search found, and where it looked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from bot.cloudflare.models import Instance, Workflow
from bot.find.targets import Target
from bot.inspect.model import InstanceRef


@dataclass(frozen=True, slots=True)
class Candidate:
    """A workflow that may have an instance.

    Attributes:
        account: as requests name it; None means the default account.
        workflow: what the account's list says of it.
    """

    account: str | None
    workflow: Workflow

    @property
    def is_empty(self) -> bool:
        """Return whether the account's list counts no instance of it."""
        counts = self.workflow.instances
        return counts is not None and not any(counts.values())

    def holds(self, instance: str) -> InstanceRef:
        """Return an instance of this workflow."""
        return InstanceRef(self.workflow.name, instance, self.account)


@dataclass(frozen=True, slots=True)
class SearchScope:
    """Where a person may look.

    Attributes:
        accounts: the names of the accounts, the default first.
        candidates: every workflow that they may look at.
        unread: why an account's workflows could not be listed, by the account's name; those that were known
            before are among the others.
        incomplete: the names of the accounts that may have more workflows than could be listed.
        some_hidden: whether an account may have workflows that they may not look at.
    """

    accounts: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    unread: tuple[tuple[str, Exception], ...] = ()
    incomplete: tuple[str, ...] = ()
    some_hidden: bool = False

    @property
    def is_complete(self) -> bool:
        """Return whether these are certainly all workflows that they may look at."""
        return not self.unread and not self.incomplete


@dataclass(frozen=True, slots=True)
class Hit:
    """An instance that was found.

    Attributes:
        subject: which one.
        row: what Cloudflare says of it.
    """

    subject: InstanceRef
    row: Instance


class Way(Enum):
    """What led to an instance."""

    NAMED = "named"
    CACHE = "cache"
    ANALYTICS = "analytics"
    ASKED = "asked"
    LISTED = "listed"
    """Its id begins with the target."""
    HELD = "held"
    """Its id holds the target further on, and no id begins with it."""


@dataclass(slots=True)
class Allowance:
    """How many more workflows a search may ask for an id."""

    left: int


@dataclass(slots=True)
class Coverage:
    """Where it was looked for one target.

    Attributes:
        askable: how many workflows can be asked: those that have instances.
        asked: how many of them were.
        failed: why a workflow could not be asked, by its account as requests name it and its name.
        stopped: why no more workflows of an account were asked, by the account as requests name it.
        out_of_time: whether time was up before all were asked.
        listed: workflows whose lists were read for ids that begin like the target.
        rows: instances that were on the pages of these lists.
        incomplete_rows: rows of these pages that could not be read in full, or not at all.
        whole_lists: whether the lists of all workflows were read to their ends, and every row of them.
    """

    askable: int = 0
    asked: int = 0
    failed: dict[tuple[str | None, str], Exception] = field(default_factory=dict)
    stopped: dict[str | None, Exception] = field(default_factory=dict)
    out_of_time: bool = False
    listed: int = 0
    rows: int = 0
    incomplete_rows: int = 0
    whole_lists: bool = False

    @property
    def left(self) -> int:
        """Return how many workflows were not asked."""
        return self.askable - self.asked

    @property
    def is_cut(self) -> bool:
        """Return whether something kept the search from where it wanted to look."""
        return bool(self.failed or self.stopped or self.out_of_time)

    def has_asked(self, candidate: Candidate) -> bool:
        """Return whether a workflow that was to be asked answered."""
        failed = (candidate.account, candidate.workflow.name) in self.failed
        return not (failed or candidate.account in self.stopped or self.out_of_time)


@dataclass(frozen=True, slots=True)
class TargetOutcome:
    """What became of one target.

    Attributes:
        target: what was looked for.
        coverage: where.
        hits: the instances; none if there is none where it was looked.
        way: what led to the hits.
        gone_from: workflows that had it by what analytics say, and have it no more.
        led_to: workflows that have it by what analytics say, and could not be asked.
        elsewhere: Cloudflare's id of the account that its link leads to, which is none of the bot's: it was
            not looked for; None where it was.
    """

    target: Target
    coverage: Coverage
    hits: tuple[Hit, ...] = ()
    way: Way = Way.ASKED
    gone_from: tuple[str, ...] = ()
    led_to: tuple[str, ...] = ()
    elsewhere: str | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The outcome of a search.

    Attributes:
        found: what became of each target.
        scope: where the person may look.
        left_out: how many more targets the text has.
    """

    found: Sequence[TargetOutcome]
    scope: SearchScope
    left_out: int = 0

    @property
    def hits(self) -> tuple[Hit, ...]:
        """Return every instance that was found, in the order of the targets."""
        return tuple(hit for found in self.found for hit in found.hits)
