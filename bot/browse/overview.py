"""The overview: the workflows of an account, those with trouble first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from bot.browse.bookmark import OverviewBookmark
from bot.browse.count_samples import CountSamples
from bot.browse.counting import MOST_COUNTED, count_instances
from bot.browse.planning import WorkflowFilter, allow_all
from bot.browse.recent_failures import RecentFailures
from bot.browse.screen import Overview
from bot.browse.trouble import (
    Baselines,
    CountSample,
    Failures,
    WorkflowRow,
    by_name,
    by_trouble,
    changes_of,
    compare,
    errored_over_time,
)
from bot.cloudflare.accounts import Accounts
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import CloudflareError
from bot.cloudflare.models import Workflow, WorkflowList

WORKFLOWS_PER_SCREEN: Final = 10


@dataclass(frozen=True, slots=True)
class _Account:
    """What is known of an account's workflows.

    Attributes:
        name: as settings name it.
        workflows: answers for it.
        fetched_at: when its workflows were listed.
        samples: of its counts, the oldest first; None where they could not be read.
        then: those of them to compare with.
        uncounted: workflows that could not be counted, and why.
    """

    name: str
    workflows: CachedWorkflows
    fetched_at: datetime
    samples: Sequence[CountSample] | None
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
        samples = await self._samples.recent(team, name)
        then = Baselines.of(samples or (), found.fetched_at)
        account = _Account(name, workflows, found.fetched_at, samples, then, {})
        if mark.order is None:
            rows = await self._ranked(account, visible, fresh=fresh)
            mark = replace(mark, order=tuple(row.name for row in rows if row.trouble is not None))
            place = min(mark.offset, _last_screen(len(rows)))
        else:
            key_of = _keys(mark.order)
            rows = [self._row(account, each) for each in sorted(visible, key=lambda each: key_of(each.name))]
            place = _place(rows, mark)
            shown = rows[place : place + WORKFLOWS_PER_SCREEN]
            counted = await self._counted(account, [row.workflow for row in shown], fresh=fresh)
            rows[place : place + WORKFLOWS_PER_SCREEN] = await self._with_failures(account, counted)
        if samples is not None and not mark.overview.search:
            await self._keep(team, account, found, rows)
        return _overview(mark, account, found, rows, place)

    async def _ranked(
        self, account: _Account, visible: Sequence[Workflow], *, fresh: bool
    ) -> list[WorkflowRow]:
        """Return all rows in their order, as far as they can be counted."""
        first = sorted(visible, key=lambda row: (row.instances is not None, by_name(row.name)))
        counted = await self._counted(account, first[:MOST_COUNTED], fresh=fresh)
        rows = await self._with_failures(
            account, [*counted, *(self._row(account, each) for each in first[MOST_COUNTED:])]
        )
        return sorted(rows, key=by_trouble)

    async def _counted(
        self, account: _Account, workflows: Sequence[Workflow], *, fresh: bool
    ) -> list[WorkflowRow]:
        counted, uncounted = await count_instances(account.workflows, workflows, fresh=fresh)
        account.uncounted.update(uncounted)
        return [self._row(account, each) for each in counted]

    async def _with_failures(self, account: _Account, rows: Sequence[WorkflowRow]) -> list[WorkflowRow]:
        """Return rows with how many failed lately, which is read for some of them."""
        await self._failures.read(account.name, account.workflows, rows, account.fetched_at)
        return [self._row(account, row.workflow) for row in rows]

    def _row(self, account: _Account, workflow: Workflow) -> WorkflowRow:
        row = compare(workflow, account.then, account.fetched_at)
        return replace(row, failures=self._failures.known(account.name, row, account.fetched_at))

    async def _keep(
        self, team: str, account: _Account, found: WorkflowList, rows: Sequence[WorkflowRow]
    ) -> None:
        """Keep the counts, of all workflows whoever looks, if that is all of them."""
        if found.cut_short or found.incomplete_rows:
            return
        counted = {row.name: row.workflow for row in rows}
        whole = [counted.get(each.name, each) for each in found.rows]
        await self._samples.keep(team, account.name, CountSample.of(whole, account.fetched_at))


def _overview(
    mark: OverviewBookmark,
    account: _Account,
    found: WorkflowList,
    rows: Sequence[WorkflowRow],
    place: int,
) -> Overview:
    size, order = WORKFLOWS_PER_SCREEN, mark.order
    start = OverviewBookmark(mark.overview)
    behind, before = place + size, place - size
    at_previous = replace(start, order=order, after=rows[before - 1].name if before > 0 else None)
    return Overview(
        query=mark.overview,
        account=account.name,
        rows=rows[place:behind],
        first=place + 1,
        total=len(rows),
        failed=_all_failures(rows),
        changes=changes_of(rows, account.then.look),
        over_time=errored_over_time(rows, account.samples or (), account.fetched_at),
        # On the first screen the order is lifted, so that what is wrong now comes first.
        here=replace(start, order=order, after=rows[place - 1].name) if place else start,
        previous=at_previous if place else None,
        next=replace(start, order=order, after=rows[behind - 1].name) if behind < len(rows) else None,
        messages=found.messages,
        fetched_at=found.fetched_at,
        incomplete_rows=found.incomplete_rows,
        unread_fields=found.unread_fields,
        uncounted=account.uncounted,
        cut_short=found.cut_short,
        compared=account.samples is not None,
    )


def _all_failures(rows: Sequence[WorkflowRow]) -> Failures | None:
    """Return how many failed lately in all workflows; None if that is known of none."""
    known = [row.failures for row in rows if row.failures is not None]
    if not known:
        return None
    return Failures(
        hour=sum(each.hour for each in known),
        day=sum(each.day for each in known),
        complete=len(known) == len(rows) and all(each.complete for each in known),
    )


def _keys(order: Sequence[str]) -> Callable[[str], tuple[Any, ...]]:
    """Return what names are sorted by while one turns pages, whatever becomes of the workflows meanwhile."""
    places = {name: place for place, name in enumerate(order)}
    return lambda name: (0, places[name]) if name in places else (1, *by_name(name))


def _place(rows: Sequence[WorkflowRow], mark: OverviewBookmark) -> int:
    """Return the number of the first row of a screen in all rows, from 0."""
    if mark.after is None:
        return min(mark.offset, _last_screen(len(rows)))
    key_of = _keys(mark.order or ())
    last = key_of(mark.after)
    return next((place for place, row in enumerate(rows) if key_of(row.name) > last), _last_screen(len(rows)))


def _last_screen(rows: int) -> int:
    """Return the row where the last screen of so many rows starts."""
    return max(rows - 1, 0) // WORKFLOWS_PER_SCREEN * WORKFLOWS_PER_SCREEN
