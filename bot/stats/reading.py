"""Read what statistics are made of: the newest instances of each workflow, and the steps of some."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from bot.browse.selection import Selection
from bot.cloudflare.accounts import Accounts
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import CloudflareError, RateLimited
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import Status, Workflow
from bot.stats.model import Seen, Stats, StepSample, WorkflowStats
from bot.stats.sample import AT_ONCE, ListReader, Sample
from bot.stats.steps import StepReader, pick_evenly
from bot.stats.summary import by_version, edges, over_time, summarize, worst_first

MOST_PAGES: Final = 10
"""Pages of a hundred instances that are read of a single workflow; of several, each gets its part of them."""
MOST_WORKFLOWS: Final = 50
MOST_DETAILS: Final = 20
"""Instances whose steps are read."""
_READING: Final = timedelta(seconds=8)
"""When to begin no more requests: what was read until then is shown."""
_WITH_STEPS: Final = frozenset({Status("complete"), Status("errored")})
_BACKGROUND: Final = Priority.BACKGROUND


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of some workflows.

    Attributes:
        samples: the newest instances of each one.
        left_out: how many more there are, which are too many.
        steps: the steps of some of the instances, if there is one workflow.
    """

    samples: Sequence[Sample]
    left_out: int = 0
    steps: StepSample | None = None


class StatsReader:
    """Reads statistics.

    Args:
        accounts: each account's workflows by the account's name, the default first.
        now: the clock.
    """

    def __init__(self, accounts: Mapping[str, CachedWorkflows], now: Callable[[], datetime]) -> None:
        self._accounts = Accounts(accounts)
        self._now = now

    async def workflows(self, account: str | None, *, fresh: bool) -> Sequence[Workflow]:
        """Return every workflow of an account.

        Raises:
            CloudflareError: the API's answer is no list of them.
            UnknownAccount: settings name no such account.
        """
        _, workflows = self._accounts.get(account)
        return (await workflows.list_workflows(fresh=fresh)).rows

    async def read(
        self, selection: Selection, chosen: Sequence[Workflow], zone: tzinfo, *, fresh: bool
    ) -> Stats:
        """Return the statistics of some workflows.

        Args:
            selection: which instances of theirs, with a `since`.
            chosen: the workflows.
            zone: whose days a chart over days has.
            fresh: ask anew.

        Raises:
            CloudflareError: none of them could be read.
            UnknownAccount: settings name no such account.
        """
        account, workflows = self._accounts.get(selection.account)
        read = sorted(chosen, key=_size, reverse=True)[:MOST_WORKFLOWS]
        end = asyncio.get_running_loop().time() + _READING.total_seconds()
        reader = ListReader(workflows, selection, max(MOST_PAGES // max(len(read), 1), 1), end, fresh=fresh)
        samples = await reader.read(read)
        steps = await _read_steps(workflows, samples[0], end) if len(chosen) == 1 else None
        reading = Reading(samples, len(chosen) - len(read), steps)
        return build(selection, account, reading, zone, self._now())


def build(selection: Selection, account: str, reading: Reading, zone: tzinfo, now: datetime) -> Stats:
    """Return the statistics of what was read.

    Args:
        selection: which instances.
        account: the account's name.
        reading: what was read of them.
        zone: whose days a chart over days has.
        now: when it was read.
    """
    since, until = bounds(selection, now)
    read = [each for each in reading.samples if each.rows or each.error is None]
    rows = [row for each in read for row in each.rows.values()]
    # A list that was not read to its end says nothing of what is older.
    begins = [since, *(each.oldest for each in read if not each.is_all and each.oldest is not None)]
    return Stats(
        selection=selection,
        account=account,
        since=since,
        until=until,
        workflows=worst_first(
            WorkflowStats(
                each.workflow, summarize(each.rows.values(), now), Seen(each.is_all, each.oldest, each.error)
            )
            for each in read
        ),
        total=summarize(rows, now),
        buckets=over_time(rows, edges(max(begins), until, zone)),
        versions=by_version(rows, now) if len(reading.samples) == 1 else (),
        steps=reading.steps,
        unread={each.workflow: each.error for each in reading.samples if each.error and not each.rows},
        left_out=reading.left_out,
        read_at=min((each.read_at for each in read if each.read_at), default=None),
        incomplete_rows=sum(each.incomplete_rows for each in read),
    )


def bounds(selection: Selection, now: datetime) -> tuple[datetime, datetime]:
    """Return when the time begins and ends that statistics are about.

    Raises:
        ValueError: the selection does not say when it begins.
    """
    since = selection.created_since or selection.since
    until = selection.created_until or selection.until
    if since is None:
        raise ValueError("statistics begin somewhere")
    return since.at, now if until is None else min(until.at, now)


def _size(workflow: Workflow) -> int:
    """Return how many instances a workflow has; one that is not counted comes first."""
    return sum(workflow.instances.values()) if workflow.instances is not None else 1 << 62


async def _read_steps(workflows: CachedWorkflows, sample: Sample, end: float) -> StepSample | None:
    """Return the steps of some of the instances that ended, spread evenly; None where there are none."""
    ended = [row for row in sample.rows.values() if row.status in _WITH_STEPS]
    if not ended:
        return None
    queue = iter(pick_evenly(ended, MOST_DETAILS))
    reader = StepReader()
    read = 0
    errors: list[CloudflareError] = []

    async def work() -> None:
        nonlocal read
        for row in queue:
            if asyncio.get_running_loop().time() >= end or any(isinstance(e, RateLimited) for e in errors):
                return
            try:
                detail = await workflows.get_detail(sample.workflow, row.id, priority=_BACKGROUND)
            except CloudflareError as error:
                errors.append(error)
                continue
            reader.add(detail)
            read += 1
            await asyncio.sleep(0)  # others get their turn

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return StepSample(read, len(ended), reader.steps(), reader.is_cut, errors[0] if errors else None)
