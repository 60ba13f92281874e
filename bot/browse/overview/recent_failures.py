"""When the failures of workflows ended: read once for as long as their counts stay the same."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

import structlog
from cachetools import LRUCache

from bot.browse.overview.trouble import DAY, Failures, WorkflowRow, by_need_to_read, count_failures
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import CloudflareError
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import MAX_PER_PAGE, InstanceFilter, InstancePage, PageQuery, Status, Workflow

_log = structlog.get_logger(__name__)

MOST_READ: Final = 10
"""Pages of instances that one overview asks for."""
_TIMEOUT: Final = timedelta(seconds=1)
"""How long an overview waits for them."""
_MOST_WHOLE: Final = 3 * MAX_PER_PAGE
"""Failures of a workflow that are all read. Of more the newest hundred are."""
_KEEP: Final = timedelta(minutes=10)
"""Counts may stay the same while one failure goes and another one comes."""
_MOST_KEPT: Final = 5_000
_ERRORED: Final = Status("errored")
_NONE: Final = Failures(0, 0)


_State: TypeAlias = tuple[Mapping[Status, int] | None, datetime | None, datetime | None]


@dataclass(frozen=True, slots=True)
class _Ends:
    """When failures ended.

    Attributes:
        state: what the list of workflows said of theirs before, see `_state`.
        read_at: when they were read.
        ends: those of the day before, as far as they are known.
        complete: whether there can be no others.
        known: whether any end is known; the local engine tells none.
    """

    state: _State
    read_at: datetime
    ends: tuple[datetime, ...]
    complete: bool
    known: bool


class RecentFailures:
    """Reads how many instances of workflows failed lately, and remembers it.

    The API counts instances by status and not by time. So the newest hundred errored ones of a workflow, or
    all of them if they are few more, are listed as background work, and again only once its counts, or when
    it last started one, are others.
    """

    def __init__(self) -> None:
        self._kept: LRUCache[tuple[str, str], _Ends] = LRUCache(_MOST_KEPT)

    def known(self, account: str, workflow: Workflow, now: datetime) -> Failures | None:
        """Return how many failed lately if that is known without a request."""
        if workflow.instances is not None and not workflow.instances.get(_ERRORED):
            return _NONE
        kept = self._fresh(account, workflow, now)
        return count_failures(kept.ends, now, complete=kept.complete) if kept and kept.known else None

    async def read(
        self,
        account: str,
        workflows: CachedWorkflows,
        rows: Sequence[WorkflowRow],
        now: datetime,
        *,
        fresh: bool = False,
    ) -> None:
        """Read what is not known of some rows, the likeliest first, at most `MOST_READ` and for a second.

        One that can't be read stays as it is.

        Args:
            account: its name.
            workflows: answers for it.
            rows: its workflows.
            now: when they were listed.
            fresh: read what is known, too, after what is not: a failed instance that is restarted and fails
                again changes no count.
        """
        known = {row.name: self._fresh(account, row.workflow, now) for row in rows if row.errored}
        unread = {name for name, kept in known.items() if kept is None}
        old = {name for name, kept in known.items() if fresh and kept is not None and kept.read_at < now}
        wanted = [row for row in rows if row.name in unread | old]
        wanted = sorted(wanted, key=lambda row: (row.name in old, by_need_to_read(row)))[:MOST_READ]
        spare = iter(range(len(wanted) + 1, MOST_READ + 1))
        try:
            async with asyncio.timeout(_TIMEOUT.total_seconds()):
                await asyncio.gather(*(self._read(account, workflows, row, now, spare) for row in wanted))
        except TimeoutError:
            _log.info("failures_not_read_in_time", account=account)

    async def _read(
        self, account: str, workflows: CachedWorkflows, row: WorkflowRow, now: datetime, spare: Iterator[int]
    ) -> None:
        """Read the newest failures of a workflow, and all if a few spare requests are enough for that."""
        query = PageQuery(row.name, InstanceFilter(status=_ERRORED), None, MAX_PER_PAGE)
        pages: list[InstancePage] = []
        try:
            while not pages or (row.errored <= _MOST_WHOLE and pages[-1].next and next(spare, None)):
                position = pages[-1].next if pages else None
                pages.append(await _read_page(workflows, replace(query, position=position), now))
                self._kept[account, row.name] = _ends(pages, _state(row.workflow))
        except CloudflareError as error:
            _log.info("failures_not_read", account=account, error=type(error).__name__)

    def _fresh(self, account: str, workflow: Workflow, now: datetime) -> _Ends | None:
        """Return what was read of a workflow if that is not old, and its state is the same."""
        kept = self._kept.get((account, workflow.name))
        is_fresh = kept and kept.state == _state(workflow) and abs(now - kept.read_at) <= _KEEP
        return kept if is_fresh else None


def _state(workflow: Workflow) -> _State:
    """Return what is another one once an instance may have failed: counts, and when one was started."""
    return workflow.instances, workflow.triggered_on, workflow.modified_on


async def _read_page(workflows: CachedWorkflows, query: PageQuery, now: datetime) -> InstancePage:
    """Return a page that is no older than the counts: an older one may lack a failure that they have."""
    page = await workflows.list_instances(query, priority=Priority.BACKGROUND)
    if page.fetched_at >= now:
        return page
    return await workflows.list_instances(query, fresh=True, priority=Priority.BACKGROUND)


def _ends(pages: Sequence[InstancePage], state: _State) -> _Ends:
    rows = {row.id: row for page in pages for row in page.rows}  # a row may be on two pages
    ends = [row.ended_on for row in rows.values() if row.ended_on is not None]
    is_whole = pages[-1].next is None and not any(page.cut_short or page.incomplete_rows for page in pages)
    read_at = pages[0].fetched_at
    return _Ends(
        state,
        read_at,
        tuple(end for end in ends if read_at - end <= DAY),
        complete=is_whole and len(ends) == len(rows),
        known=bool(ends) or not rows,
    )
