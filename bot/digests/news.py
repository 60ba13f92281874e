"""What is new in an account: where to look for it, and how it falls into groups."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, zip_longest
from typing import Final

from bot.browse.causes import FailedInstance
from bot.cloudflare.causes import Cause
from bot.cloudflare.models import Instance, Status, Workflow, is_ended
from bot.digests.model import Baseline
from bot.digests.report import MOST_GROUPS, MOST_OF_A_GROUP, Group, NewInstance
from bot.failures.grouping import GroupKey, group_by_cause

OVERLAP: Final = timedelta(minutes=2)
"""How long after its end an instance may take to come to light: the list is eventually consistent."""

_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A workflow that may have news.

    Attributes:
        name: its name.
        rise: by how much its count rose since the last digest; 0 where it did not, or nobody can tell.
        was_active: whether anything was running or started since; if not, and its count did not rise, there
            is news only of an instance that was restarted by hand.
    """

    name: str
    rise: int
    was_active: bool


@dataclass(frozen=True, slots=True)
class WorkflowFindings:
    """News of one workflow.

    Attributes:
        workflow: its name.
        new_instances: the newest first.
        exact: False where there may be more.
    """

    workflow: str
    new_instances: Sequence[NewInstance]
    exact: bool


def candidates(rows: Iterable[Workflow], status: Status, baseline: Baseline | None) -> tuple[Candidate, ...]:
    """Return where to look: first what is behind, then where the count rose, then where it fell or is equal.

    An instance that is past its retention leaves its count, so that an equal one may hide a new failure, as
    that of a nightly job does which fails each night. Such workflows come last, those that started something
    most recently before the others, and those where nothing was going on behind all others.
    """
    ranked = []
    for row in rows:
        count = None if row.instances is None else row.instances.get(status, 0)
        if count == 0:
            continue
        before = baseline.counts_of(row.name) if baseline is not None else None
        change = 0 if before is None or count is None else count - before.get(status, 0)
        is_behind = baseline is not None and row.name in baseline.behind
        was_active = (
            count is None
            or baseline is None
            or before is None
            or _was_active(row, baseline.at_of(row.name), before)
        )
        fell = count is None or change < 0
        rank = (is_behind, change > 0, was_active, fell, change, row.triggered_on or _EARLIEST)
        ranked.append((rank, Candidate(row.name, max(change, 0), was_active)))
    ranked.sort(key=lambda pair: (pair[0], pair[1].name), reverse=True)
    return tuple(candidate for _, candidate in ranked)


def _was_active(row: Workflow, since: datetime, before: Mapping[Status, int]) -> bool:
    """Return whether an instance can have come to its status by itself since a moment."""
    unfinished = any(count for status, count in before.items() if not is_ended(status))
    return unfinished or row.triggered_on is None or row.triggered_on > since - OVERLAP


def is_undated(row: Instance) -> bool:
    """Return whether the time when an instance came to its status is unknown.

    The local engine's phantoms have no status either: they are rows of ids that never existed.
    """
    return row.status is not None and _moved_at(row) is None


def moved_after(rows: Iterable[Instance], after: datetime) -> Iterator[NewInstance]:
    """Return the instances that came to their status after a moment."""
    for row in rows:
        at = _moved_at(row)
        if at is not None and at > after:
            yield NewInstance(row.id, at, row.ended_on)


def _moved_at(row: Instance) -> datetime | None:
    return row.ended_on or row.modified_on or row.created_on


def key(workflow: str, instance: str) -> str:
    """Return the key of an instance in an account."""
    return f"{workflow}/{instance}"


def to_describe(found: Sequence[WorkflowFindings], most: int) -> tuple[FailedInstance, ...]:
    """Return the new instances to describe: the newest of each workflow in turn.

    Only of the workflows with most news, as no more groups are shown.
    """
    busiest = sorted(found, key=lambda one: -len(one.new_instances))[:MOST_GROUPS]
    columns = [
        [FailedInstance(one.workflow, each.id, each.ended_on) for each in one.new_instances]
        for one in busiest
    ]
    in_turn = chain.from_iterable(zip_longest(*columns))
    return tuple(each for each in in_turn if each is not None)[:most]


def group_news(
    found: Sequence[WorkflowFindings], causes: Mapping[tuple[str, str], Cause | None] | None
) -> tuple[tuple[Group, ...], dict[str, int]]:
    """Return the groups to show, and how many new instances of each workflow are in none of them.

    Args:
        found: all news.
        causes: of the instances that were asked about, None where it could not be read. If none was asked
            about, the new instances of a workflow are one group.
    """
    failed: list[tuple[str, NewInstance, Cause | None]] = []
    ungrouped: Counter[str] = Counter()
    for one in found:
        for new_instance in one.new_instances:
            place = (one.workflow, new_instance.id)
            if causes is not None and place not in causes:
                ungrouped[one.workflow] += 1
                continue
            failed.append((one.workflow, new_instance, Cause() if causes is None else causes[place]))
    exact = {one.workflow: one.exact and one.workflow not in ungrouped for one in found}
    groups = [
        _group(key, members, exact=exact[key.workflow]) for key, members in group_by_cause(failed).items()
    ]
    groups.sort(key=lambda group: (-group.total, -group.shown[0].at.timestamp(), group.workflow))
    for left_out in groups[MOST_GROUPS:]:
        ungrouped[left_out.workflow] += left_out.total
    return tuple(groups[:MOST_GROUPS]), dict(ungrouped)


def _group(key: GroupKey, members: Sequence[tuple[NewInstance, Cause | None]], *, exact: bool) -> Group:
    """Return a group, its cause in the newest's own words."""
    cause = members[0][1] or Cause()
    return Group(
        workflow=key.workflow,
        error=cause.name,
        message=cause.message,
        shown=tuple(new_instance for new_instance, _ in members[:MOST_OF_A_GROUP]),
        total=len(members),
        exact=exact,
        step=cause.step,
        described=key.fingerprint is not None,
    )
