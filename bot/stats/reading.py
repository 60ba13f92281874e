"""Read what statistics are made of: the newest instances of each workflow, and the steps of some."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.browse.browser import Browser
from bot.browse.resolving import ResolvedNames, list_for_names, resolve_names
from bot.browse.rights import Audience, has_patterns
from bot.browse.selection import Selection
from bot.browse.several.planning import Plan, plan
from bot.cloudflare.accounts import Accounts
from bot.cloudflare.analytics import AnalyticsClient
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import CloudflareError, RateLimited, Unavailable
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import Status, WorkflowList
from bot.stats.estimates import read_estimate
from bot.stats.model import Estimate, Seen, Stats, StatsQuery, StepSample, WorkflowStats
from bot.stats.sample import AT_ONCE, Sample, SampleLimits, read_samples
from bot.stats.steps import StepReader, pick_evenly
from bot.stats.summary import by_version, edges, over_time, summarize, worst_first

MOST_PAGES: Final = 10
"""Pages of a hundred instances that are read of a single workflow; of several, each gets its part of them."""
MOST_DETAILS: Final = 20
"""Instances whose steps are read."""
_READING: Final = timedelta(seconds=8)
"""When to begin no more requests: what was read until then is shown."""
_GRACE: Final = timedelta(seconds=4)
"""How long after that to wait for answers."""
_WITH_STEPS: Final = frozenset({Status("complete"), Status("errored")})
_BACKGROUND: Final = Priority.BACKGROUND


class StatsReader:
    """Reads statistics.

    Args:
        accounts: each account's workflows by the account's name, the default first.
        browser: reads their lists.
        analytics: what asks the analytics of each account that has a token for them.
        now: the clock.
        mask: returns the name of a step without secrets.
    """

    def __init__(
        self,
        accounts: Mapping[str, CachedWorkflows],
        browser: Browser,
        analytics: Mapping[str, AnalyticsClient],
        now: Callable[[], datetime],
        mask: Callable[[str], str],
    ) -> None:
        self._accounts = Accounts(accounts)
        self._browser = browser
        self._analytics = analytics
        self._now = now
        self._mask = mask

    async def resolve(
        self, selection: Selection, audience: Audience, *, fresh: bool
    ) -> tuple[ResolvedNames, WorkflowList]:
        """Return the workflows that names mean, and all of the account.

        Raises:
            CloudflareError: the account's workflows are needed for it, and can't be read.
            NoSuchWorkflow, NoSuchWorkflows, UserError, UnknownAccount: as `resolve_names`.
        """
        account, workflows = self._accounts.get(selection.account)
        listed = await list_for_names(workflows, selection, fresh=fresh)
        return resolve_names(selection, account, listed, audience), listed

    def plan(self, asked: StatsQuery) -> Plan:
        """Return the lists that statistics are read from."""
        return plan(asked.selection, asked.listed, asked.names.__contains__, timedelta())

    async def read(self, asked: StatsQuery, planned: Plan, *, fresh: bool) -> Stats:
        """Return the statistics of some workflows.

        Args:
            asked: which ones.
            planned: their lists.
            fresh: ask anew.

        Raises:
            CloudflareError: none of them could be read.
            UnknownAccount: settings name no such account.
        """
        selection = asked.selection
        account, workflows = self._accounts.get(selection.account)
        names = [stream.workflow for stream in planned.streams]
        end = asyncio.get_running_loop().time() + _READING.total_seconds()
        limits = SampleLimits(max(MOST_PAGES // max(len(names), 1), 1) - 1, end, _GRACE)
        samples, (estimate, error) = await asyncio.gather(
            read_samples(self._browser, selection, names, limits, fresh=fresh),
            self._estimate(account, asked),
        )
        is_one = len(asked.names) == 1 == len(samples)
        # Thousands of instances take some tenths of a second, in which an ack would come too late.
        built = await asyncio.to_thread(build, asked, account, samples, self._now())
        return replace(
            built,
            left_out=planned.omitted.count,
            unlisted=has_patterns(selection) and not asked.listed.is_complete,
            idle=len(asked.names) - len(names) - planned.omitted.count,
            steps=await _read_steps(workflows, samples[0], end, StepReader(self._mask)) if is_one else None,
            estimate=estimate,
            estimate_error=error,
        )

    async def _estimate(
        self, account: str, asked: StatsQuery
    ) -> tuple[Estimate | None, CloudflareError | None]:
        """Return what analytics say, or why they say nothing; neither where they can't be asked."""
        client = self._analytics.get(account)
        if client is None or asked.selection.where or not asked.names:
            return None, None
        since, until = asked.bounds(self._now())
        try:
            return await read_estimate(client, asked.names, since, until, asked.zone), None
        except CloudflareError as error:
            return None, error


def build(asked: StatsQuery, account: str, samples: Sequence[Sample], now: datetime) -> Stats:
    """Return the statistics of what was read of the lists.

    Args:
        asked: what was asked.
        account: the account's name.
        samples: of each workflow.
        now: when it was read.
    """
    since, until = asked.bounds(now)
    read = [each for each in samples if each.rows or each.error is None]
    rows = [row for each in read for row in each.rows]
    # A list that was not read to its end says nothing of what is older.
    begins = [since, *(each.oldest for each in read if not each.is_all and each.oldest is not None)]
    return Stats(
        asked=asked,
        account=account,
        since=since,
        until=until,
        workflows=worst_first(
            WorkflowStats(
                each.workflow, summarize(each.rows, now), Seen(each.is_all, each.oldest, each.error)
            )
            for each in read
        ),
        total=summarize(rows, now),
        buckets=over_time(rows, edges(max(begins), until, asked.zone)),
        versions=by_version(rows, now) if len(samples) == 1 else (),
        unread_rows=sum(each.unread_rows for each in samples),
        unread={each.workflow: each.error for each in samples if each.error and not each.rows},
        read_at=min((each.read_at for each in read if each.read_at), default=None),
    )


async def _read_steps(
    workflows: CachedWorkflows, sample: Sample, end: float, reader: StepReader
) -> StepSample | None:
    """Return the steps of some of the instances that ended, spread evenly; None where there are none."""
    ended = [row for row in sample.rows if row.status in _WITH_STEPS]
    if not ended:
        return None
    queue = iter(pick_evenly(ended, MOST_DETAILS))
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

    try:
        async with asyncio.timeout_at(end + _GRACE.total_seconds()):
            await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    except TimeoutError:
        errors.append(Unavailable("there was no answer in time"))
    return StepSample(read, len(ended), reader.steps(), reader.is_cut, errors[0] if errors else None)
