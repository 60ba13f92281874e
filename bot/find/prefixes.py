"""Find instances by a part of their ids, in the newest pages of lists: the API has no such filter."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.cloudflare.accounts import Accounts
from bot.cloudflare.errors import CloudflareError, RateLimited, WorkflowNotFound
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import MAX_PER_PAGE, InstanceFilter, InstancePage, PageQuery, Position
from bot.find.model import Candidate, Coverage, Hit
from bot.inspect.model import InstanceRef
from bot.slack.problem_log import log_problem


@dataclass(frozen=True, slots=True)
class ScanBounds:
    """How much a scan may take.

    Attributes:
        pages: of lists, each with up to a hundred instances.
        hits: it ends once so many are found.
        at_once: pages under way.
        time: for all of it.
    """

    pages: int = 30
    hits: int = 10
    at_once: int = 16
    time: timedelta = timedelta(seconds=4)


@dataclass(slots=True)
class PrefixScan:
    """Reads lists for ids that begin with a text, regardless of case; without any, for ids that hold it.

    The first page of each list comes before the second one of any.

    Attributes:
        accounts: all of them.
        text: the beginning.
        coverage: notes what was read.
        bounds: how much it may take.
        or_within: whether ids count that hold the text further on, as people know `ord-59603` by its number.
    """

    accounts: Accounts
    text: str
    coverage: Coverage
    bounds: ScanBounds
    or_within: bool = False
    _waiting: deque[tuple[Candidate, Position | None]] = field(default_factory=deque)
    _hits: dict[InstanceRef, Hit] = field(default_factory=dict)
    _holding: dict[InstanceRef, Hit] = field(default_factory=dict)
    _listed: set[InstanceRef] = field(default_factory=set)
    _pages: int = 0
    _unread: int = 0
    _is_cut: bool = False

    async def find(self, candidates: Sequence[Candidate]) -> tuple[Hit, ...]:
        """Return the instances in the lists of some workflows, the newest first."""
        self._waiting.extend((candidate, None) for candidate in candidates)
        try:
            async with asyncio.timeout(self.bounds.time.total_seconds()):
                while self._may_go_on():  # pages that follow appear while others are read
                    await asyncio.gather(*(self._read_pages() for _ in range(self.bounds.at_once)))
        except TimeoutError:
            self.coverage.out_of_time = True
        self.coverage.listed = len(self._listed)
        is_all_read = not (self._waiting or self._unread or self._is_cut)
        self.coverage.whole_lists = is_all_read and not self.coverage.incomplete_rows
        return tuple(sorted((self._hits or self._holding).values(), key=_newest_first))

    def _may_go_on(self) -> bool:
        return bool(self._waiting) and self._pages < self.bounds.pages and len(self._hits) < self.bounds.hits

    async def _read_pages(self) -> None:
        """Read one page after the other until there is no need."""
        while self._may_go_on():
            candidate, position = self._waiting.popleft()
            self._unread += 1  # until it is read
            if candidate.account in self.coverage.stopped:
                continue
            self._pages += 1
            try:
                page = await self._read(candidate, position)
            except RateLimited as error:
                self.coverage.stopped.setdefault(candidate.account, error)
            except WorkflowNotFound:
                self._unread -= 1  # it was deleted since it was listed, and its instances with it
            except CloudflareError as error:
                log_problem(error)
                self.coverage.failed[candidate.account, candidate.workflow.name] = error
            else:
                self._unread -= 1
                self._take(candidate, page)
                self._follow(candidate, position, page)

    def _take(self, candidate: Candidate, page: InstancePage) -> None:
        self._listed.add(candidate.holds(""))
        self.coverage.rows += len(page.rows)
        self.coverage.incomplete_rows += page.incomplete_rows
        folded = self.text.casefold()
        for row in page.rows:
            at = -1 if row.is_phantom else row.id.casefold().find(folded)
            if at == 0 or (at > 0 and self.or_within):
                kept = self._holding if at else self._hits
                kept.setdefault(candidate.holds(row.id), Hit(candidate.holds(row.id), row))

    def _follow(self, candidate: Candidate, position: Position | None, page: InstancePage) -> None:
        """Note where a list goes on, also behind an empty page, or that it was cut off."""
        if page.cut_short or (page.next is not None and page.next == position):
            self._is_cut = True
        elif page.next is not None:
            self._waiting.append((candidate, page.next))

    async def _read(self, candidate: Candidate, position: Position | None) -> InstancePage:
        _, workflows = self.accounts.get(candidate.account)
        query = PageQuery(candidate.workflow.name, InstanceFilter(), position, MAX_PER_PAGE)
        return await workflows.list_instances(query, priority=Priority.BACKGROUND)


def _newest_first(hit: Hit) -> tuple[float, str]:
    created = hit.row.created_on
    return (-created.timestamp() if created else 0.0, hit.row.id)
