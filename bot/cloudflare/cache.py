"""Pages remembered for a short while, and one flight per key: a thousand askers cost one request."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Generic, Protocol, TypeVar

from cachetools import TTLCache

from bot.cloudflare.client import WorkflowsClient
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import Cursor, InstanceDetail, InstancePage, PageQuery, Workflow, WorkflowList
from bot.cloudflare.packing import PackedPage, Packer

_K = TypeVar("_K", bound=Hashable)
_T = TypeVar("_T")
_K_contra = TypeVar("_K_contra", contravariant=True)
_T_co = TypeVar("_T_co", covariant=True)

_WORKFLOW_LISTS: Final = 64


class SingleFlight:
    """Runs one coroutine per key at a time; all who ask meanwhile get its result.

    The flight is a task of its own, so an asker who is cancelled takes nobody down. A failure reaches
    everyone on board and is remembered by nobody.
    """

    def __init__(self) -> None:
        self._flights: dict[Hashable, asyncio.Task[Any]] = {}

    async def run(self, key: Hashable, start: Callable[[], Awaitable[_T]]) -> tuple[_T, bool]:
        """The result for a key, and whether this asker started the flight."""
        flight = self._flights.get(key)
        leads = flight is None
        if flight is None:
            flight = asyncio.ensure_future(_run(start))
            self._flights[key] = flight
            flight.add_done_callback(lambda done: self._finish(key, done))
        return await asyncio.shield(flight), leads

    def _finish(self, key: Hashable, flight: asyncio.Task[Any]) -> None:
        del self._flights[key]
        if not flight.cancelled():
            flight.exception()  # seen here, in case every asker has left

    async def close(self) -> None:
        """End the flights that are still in the air."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)


async def _run(start: Callable[[], Awaitable[_T]]) -> _T:
    return await start()


@dataclass(frozen=True, slots=True)
class CacheTimes:
    """How long a page counts as fresh.

    Attributes:
        first: for first pages and workflow lists, which may change at any moment.
        rest: for what stands still: pages behind a cursor, or bounded by a latest creation time, and
            instances that have ended.
        pages: how many answers of each kind are kept.
    """

    first: timedelta = timedelta(seconds=15)
    rest: timedelta = timedelta(minutes=5)
    pages: int = 500


@dataclass(frozen=True, slots=True)
class _Flight:
    """Who may share a flight.

    A refresh joins none that may have left before it was asked for, and a person none that background work
    may have been refused.
    """

    fresh: bool
    priority: Priority


def observe_nothing(_: str) -> None:
    """For callers that do not count."""


class _Readable(Protocol[_K_contra, _T_co]):
    def get(self, key: _K_contra, /) -> _T_co | None: ...


class _Memory(Generic[_K, _T]):
    """Answers for a while: `rest` for those that stand still, `first` for all others."""

    def __init__(self, size: int, times: CacheTimes, now: Callable[[], float]) -> None:
        self._first: TTLCache[_K, _T] = TTLCache(size, times.first.total_seconds(), timer=now)
        self._rest: TTLCache[_K, _T] = TTLCache(size, times.rest.total_seconds(), timer=now)

    def get(self, key: _K) -> _T | None:
        return self._first.get(key) or self._rest.get(key)

    def put(self, key: _K, answer: _T, *, stands_still: bool) -> None:
        self._first.pop(key, None)
        self._rest.pop(key, None)
        (self._rest if stands_still else self._first)[key] = answer


class _Pages:
    """The same for pages, all but the last used of which are packed."""

    def __init__(self, size: int, times: CacheTimes, now: Callable[[], float]) -> None:
        self._packer = Packer()
        self._memory: _Memory[PageQuery, PackedPage] = _Memory(size, times, now)

    def get(self, key: PageQuery) -> InstancePage | None:
        packed = self._memory.get(key)
        return None if packed is None else self._packer.open(packed)

    def put(self, key: PageQuery, page: InstancePage, *, stands_still: bool) -> None:
        self._memory.put(key, self._packer.pack(page), stands_still=stands_still)


class CachedWorkflows:
    """The same questions as `WorkflowsClient`, answered from memory while the answer is fresh.

    Args:
        client: of one account; a cache belongs to one account, so no key can name another's page.
        times: how long to remember.
        now: a monotonic clock in seconds.
        observe: told "hit", "miss" or "joined" for each question.
    """

    def __init__(
        self,
        client: WorkflowsClient,
        times: CacheTimes,
        now: Callable[[], float],
        observe: Callable[[str], None] = observe_nothing,
    ) -> None:
        self._client = client
        self._flights = SingleFlight()
        self._observe = observe
        self._pages = _Pages(times.pages, times, now)
        self._lists: _Memory[str | None, WorkflowList] = _Memory(_WORKFLOW_LISTS, times, now)
        self._workflows: _Memory[str, Workflow] = _Memory(times.pages, times, now)
        self._instances: _Memory[tuple[str, str], InstanceDetail] = _Memory(times.pages, times, now)

    async def list_instances(
        self, query: PageQuery, *, fresh: bool = False, priority: Priority = Priority.INTERACTIVE
    ) -> InstancePage:
        """One page of a workflow's instances; `fresh` goes around the memory and renews it.

        Raises:
            CloudflareError: one of `errors`.
        """

        async def ask() -> InstancePage:
            page = await self._client.list_instances(query, priority)
            self.store(query, page)
            return page

        return await self._answer(self._pages, query, ask, _Flight(fresh, priority))

    def is_cached(self, query: PageQuery, page: InstancePage) -> bool:
        """Whether the answer to a question is in memory, and is this very page."""
        if self._pages.get(query) is not page:
            return False
        self._observe("hit")
        return True

    def store(self, query: PageQuery, page: InstancePage) -> None:
        """Remember a page as the answer to a question that is known to have the same one.

        One that could not be read in full is not remembered for long: the next answer may be whole.
        """
        latest = query.filter.date_end
        # New instances never enter a page that lies behind a cursor, or that ends at a moment gone by.
        still = isinstance(query.position, Cursor) or (latest is not None and latest <= page.fetched_at)
        self._pages.put(query, page, stands_still=still and not page.incomplete_rows)

    async def list_workflows(
        self, search: str | None = None, *, fresh: bool = False, priority: Priority = Priority.INTERACTIVE
    ) -> WorkflowList:
        """Every workflow of the account, or every one that matches a search.

        Raises:
            CloudflareError: one of `errors`.
        """

        async def ask() -> WorkflowList:
            workflows = await self._client.list_workflows(search, priority)
            self._lists.put(search, workflows, stands_still=False)
            return workflows

        return await self._answer(self._lists, search, ask, _Flight(fresh, priority))

    async def get_workflow(
        self, name: str, *, fresh: bool = False, priority: Priority = Priority.INTERACTIVE
    ) -> Workflow:
        """One workflow.

        Raises:
            CloudflareError: one of `errors`.
        """

        async def ask() -> Workflow:
            workflow = await self._client.get_workflow(name, priority)
            self._workflows.put(name, workflow, stands_still=False)
            return workflow

        return await self._answer(self._workflows, name, ask, _Flight(fresh, priority))

    async def get_instance(
        self, workflow: str, instance: str, *, fresh: bool = False, priority: Priority = Priority.INTERACTIVE
    ) -> InstanceDetail:
        """One instance, without its steps.

        Raises:
            CloudflareError: one of `errors`.
        """
        key = (workflow, instance)

        async def ask() -> InstanceDetail:
            detail = await self._client.get_instance(workflow, instance, priority)
            self._instances.put(key, detail, stands_still=detail.end is not None)
            return detail

        return await self._answer(self._instances, key, ask, _Flight(fresh, priority))

    async def _answer(
        self, memory: _Readable[_K, _T], key: _K, ask: Callable[[], Awaitable[_T]], flight: _Flight
    ) -> _T:
        known = None if flight.fresh else memory.get(key)
        if known is not None:
            self._observe("hit")
            return known
        answer, leads = await self._flights.run((id(memory), key, flight), ask)
        self._observe("miss" if leads else "joined")
        return answer

    async def close(self) -> None:
        """End what is still being fetched."""
        await self._flights.close()
