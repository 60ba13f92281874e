"""The overview: the workflows of an account, those with trouble first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.browse.bookmark import OverviewBookmark
from bot.browse.overview.changes import changes_of, errored_over_time
from bot.browse.overview.count_samples import CountSamples
from bot.browse.overview.counting import MOST_COUNTED, count_instances
from bot.browse.overview.paging import WORKFLOWS_PER_SCREEN, Turns, in_order
from bot.browse.overview.recent_failures import RecentFailures
from bot.browse.overview.trouble import (
    Baselines,
    CountSample,
    Failures,
    WorkflowRow,
    by_name,
    by_trouble,
    compare,
)
from bot.browse.screen import Overview
from bot.browse.several.planning import WorkflowFilter, allow_all
from bot.cloudflare.accounts import Accounts
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import CloudflareError
from bot.cloudflare.models import Workflow, WorkflowList
from bot.language.name_matching import holds


@dataclass(frozen=True, slots=True)
class _Account:
    """What is known of an account's workflows.

    Attributes:
        name: as settings name it.
        workflows: answers for it.
        fetched_at: when its workflows were listed.
        then: earlier counts to compare with.
        uncounted: workflows that could not be counted, and why.
    """

    name: str
    workflows: CachedWorkflows
    fetched_at: datetime
    then: Baselines
    uncounted: dict[str, CloudflareError]


class OverviewReader:
    """Reads overviews: one request, and one more for each workflow with new failures, at most ten.

    Args:
        accounts: each account's workflows by the account's name, the default first.
        samples: earlier counts.
    """

    def __init__(self, accounts: Mapping[str, CachedWorkflows], samples: CountSamples) -> None:
        self._accounts = Accounts(accounts)
        self._samples = samples
        self._failures = RecentFailures()

    async def read(
        self, mark: OverviewBookmark, team: str, *, fresh: bool = False, allows: WorkflowFilter = allow_all
    ) -> Overview:
        """Return some workflows of an account with their counts.

        Args:
            mark: the place.
            team: whose looks it is compared with.
            fresh: ask anew.
            allows: says which of them may be seen, by their names.

        Raises:
            CloudflareError: the API's answer is no list, or has no counts and those can't be read, either.
            UnknownAccount: settings name no such account.
        """
        name, workflows = self._accounts.get(mark.overview.account)
        search = (mark.overview.search or "").casefold()
        found = await workflows.list_workflows(mark.overview.search, fresh=fresh)
        # The local engine ignores a search, so names are looked at here, too.
        visible = [row for row in found.rows if search in row.name.casefold() and allows(row.name)]
        if search and not visible:  # `order processing` is none for Cloudflare, which compares the letters
            found = await workflows.list_workflows(fresh=fresh)
            visible = [row for row in found.rows if holds(row.name, search) and allows(row.name)]
        samples = await self._samples.recent(team, name)
        then = Baselines.of(samples or (), found.fetched_at)
        account = _Account(name, workflows, found.fetched_at, then, {})
        is_whole = not (found.cut_short or found.incomplete_rows)
        if mark.order is None:
            rows = await self._rank(account, visible, fresh=fresh)
            mark = replace(mark, order=tuple(row.name for row in rows if row.trouble is not None))
            turns = Turns.of([row.name for row in rows], mark)
            if is_whole and samples is not None and not mark.overview.search:
                await self._keep(team, account, found, rows)
        else:
            key_of = in_order(mark.order)
            rows = [self._row(account, each) for each in sorted(visible, key=lambda each: key_of(each.name))]
            turns = Turns.of([row.name for row in rows], mark)
            shown = slice(turns.first, turns.first + WORKFLOWS_PER_SCREEN)
            counted = await self._count(account, [row.workflow for row in rows[shown]], fresh=fresh)
            rows[shown] = await self._add_failures(account, counted, fresh=fresh)
        return Overview(
            query=mark.overview,
            account=name,
            rows=rows[turns.first : turns.first + WORKFLOWS_PER_SCREEN],
            first=turns.first + 1,
            total=len(rows),
            failed=_all_failures(rows, is_whole=is_whole),
            changes=changes_of(rows, account.then.look, is_whole=is_whole),
            over_time=errored_over_time(rows, samples or (), found.fetched_at),
            here=turns.here,
            previous=turns.previous,
            next=turns.next,
            messages=found.messages,
            fetched_at=found.fetched_at,
            incomplete_rows=found.incomplete_rows,
            unread_fields=found.unread_fields,
            uncounted=account.uncounted,
            cut_short=found.cut_short,
            compared=samples is not None,
        )

    async def _rank(
        self, account: _Account, visible: Sequence[Workflow], *, fresh: bool
    ) -> list[WorkflowRow]:
        """Return all rows in their order, as far as they can be counted."""
        first = sorted(visible, key=lambda row: (row.instances is not None, by_name(row.name)))
        counted = await self._count(account, first[:MOST_COUNTED], fresh=fresh)
        others = [self._row(account, each) for each in first[MOST_COUNTED:]]
        rows = await self._add_failures(account, [*counted, *others], fresh=fresh)
        return sorted(rows, key=by_trouble)

    async def _count(
        self, account: _Account, workflows: Sequence[Workflow], *, fresh: bool
    ) -> list[WorkflowRow]:
        counted, uncounted = await count_instances(account.workflows, workflows, fresh=fresh)
        account.uncounted.update(uncounted)
        return [self._row(account, each) for each in counted]

    async def _add_failures(
        self, account: _Account, rows: Sequence[WorkflowRow], *, fresh: bool
    ) -> list[WorkflowRow]:
        """Return rows with how many failed lately, which is read for some of them."""
        await self._failures.read(account.name, account.workflows, rows, account.fetched_at, fresh=fresh)
        return [self._row(account, row.workflow) if row.errored else row for row in rows]

    def _row(self, account: _Account, workflow: Workflow) -> WorkflowRow:
        failures = self._failures.known(account.name, workflow, account.fetched_at)
        return compare(workflow, account.then, account.fetched_at, failures)

    async def _keep(
        self, team: str, account: _Account, found: WorkflowList, rows: Sequence[WorkflowRow]
    ) -> None:
        """Keep the counts of all workflows, also of those that the person may not see."""
        counted = {row.name: row.workflow for row in rows}
        whole = [counted.get(each.name, each) for each in found.rows]
        await self._samples.keep(team, account.name, CountSample.of(whole, account.fetched_at))


def _all_failures(rows: Sequence[WorkflowRow], *, is_whole: bool) -> Failures | None:
    """Return how many failed lately in all workflows; None if that is known of none.

    Args:
        rows: the workflows.
        is_whole: whether these are all that there are.
    """
    known = [row.failures for row in rows if row.failures is not None]
    if not known:
        return None
    return Failures(
        hour=sum(each.hour for each in known),
        day=sum(each.day for each in known),
        complete=is_whole and len(known) == len(rows) and all(each.complete for each in known),
    )
