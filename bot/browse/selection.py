"""Which instances: what lists, failures, searches, digests and exports all begin with. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Final

from bot.cloudflare.models import ENDED_STATUSES, Status
from bot.language import times
from bot.language.durations import parse_duration
from bot.language.times import Clock, TimePoint

PATTERN: Final = "*"
"""What stands for any characters in the name of a workflow; alone it means every workflow."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One list of the API: the instances of one workflow, all or those of one status.

    Attributes:
        workflow: the workflow's name.
        status: None means all.
    """

    workflow: str
    status: Status | None = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the API can't filter by, so that rows are looked at here; None means any.

    Attributes:
        id: what the instance's id begins with.
        error: a part of the error's name or message, whatever its case.
        longer: it ran for at least so long, or has been running for.
        shorter: it ran for less than that, and has ended.
        trigger: what started it, as the API writes it: `api`, `binding`, `cron`, `event`, `unknown`.
        version: what its version's id begins with.
        step: the name of the step that it failed in.
        cause: the key of the fingerprint of why it failed, see `bot.cloudflare.causes`.
    """

    id: str | None = None
    error: str | None = None
    longer: timedelta | None = None
    shorter: timedelta | None = None
    trigger: str | None = None
    version: str | None = None
    step: str | None = None
    cause: str | None = None

    def __bool__(self) -> bool:
        """Return whether there is any."""
        return any(getattr(self, each.name) is not None for each in fields(self))

    @property
    def needs_cause(self) -> bool:
        """Return whether the cause of each failure has to be known, which takes a request for each."""
        return not (self.error is None and self.step is None and self.cause is None)


NO_CONDITIONS: Final = Conditions()


@dataclass(frozen=True, slots=True)
class Selection:
    """Which instances of an account.

    Attributes:
        workflows: names, and patterns with `*` in them; none means every workflow.
        account: as settings name it; None means the default account.
        statuses: none means all.
        since: earliest time of the end for statuses that have one, else of the creation; see `by_end`.
        until: the latest time, likewise.
        created_since: earliest creation time, whatever the statuses: the API's `date_start`.
        created_until: latest creation time, likewise: `date_end`.
        where: what is looked at here, row by row.
    """

    workflows: tuple[str, ...] = ()
    account: str | None = None
    statuses: tuple[Status, ...] = ()
    since: TimePoint | None = None
    until: TimePoint | None = None
    created_since: TimePoint | None = None
    created_until: TimePoint | None = None
    where: Conditions = NO_CONDITIONS

    @property
    def by_end(self) -> bool:
        """Return whether `since` and `until` mean the end, by which the rows come then, too.

        So it is if an ended status is asked for. Instances that have not ended count by their creation.
        """
        is_bounded = self.since is not None or self.until is not None
        return is_bounded and not ENDED_STATUSES.isdisjoint(self.statuses)

    @property
    def workflow(self) -> str:
        """Return the only workflow's name; empty if there is no such one, or a pattern."""
        return self.workflows[0] if len(self.workflows) == 1 and PATTERN not in self.workflows[0] else ""

    @property
    def status(self) -> Status | None:
        """Return the only status; None for several, and for all."""
        return self.statuses[0] if len(self.statuses) == 1 else None

    @property
    def stream(self) -> Stream | None:
        """Return the one list of the API that has exactly these instances, in its order; None without one."""
        if not self.workflow or len(self.statuses) > 1 or self.by_end or self.where:
            return None
        return Stream(self.workflow, self.status)

    def has(self, workflow: str) -> bool:
        """Return whether a workflow is one of these, by its name."""
        return not self.workflows or any(is_match(workflow, each) for each in self.workflows)

    def streams(self, names: Sequence[str]) -> tuple[Stream, ...]:
        """Return the lists that have these instances, by the names of the account's workflows.

        A name that is no pattern is taken as it is, whether or not it is among them.
        """
        plain = [each for each in self.workflows if PATTERN not in each]
        matching = [name for name in names if self.has(name) and name not in plain]
        return tuple(
            Stream(workflow, status)
            for workflow in dict.fromkeys([*plain, *matching])
            for status in self.statuses or (None,)
        )


def is_match(workflow: str, pattern: str) -> bool:
    """Return whether a workflow's name is meant by a name or a pattern, whatever its case."""
    if PATTERN not in pattern:
        return workflow == pattern
    escaped = pattern.replace("[", "[[]").replace("?", "[?]")
    return fnmatchcase(workflow.casefold(), escaped.casefold())


def at(selection: Selection, clock: Clock) -> Selection:
    """Return the same instances as they are meant now: `since:7d` is another time a minute later."""
    return replace(selection, since=_slide(selection.since, clock), until=_slide(selection.until, clock))


def _slide(point: TimePoint | None, clock: Clock) -> TimePoint | None:
    if point is None or parse_duration(point.text) in {None, timedelta()}:
        return point
    return times.read(point.text, clock)
