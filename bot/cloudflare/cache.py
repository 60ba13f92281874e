"""Pages remembered for a short while, and one flight per key: a thousand askers cost one request."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeVar

from cachetools import TTLCache

from bot.cloudflare.budget import Purpose
from bot.cloudflare.client import WorkflowsClient
from bot.cloudflare.models import Cursor, InstancePage, PageQuery, Workflow, WorkflowList

_K = TypeVar("_K", bound=Hashable)
_T = TypeVar("_T")

_WORKFLOW_LISTS: Final = 64


class SingleFlight:
    """Runs one coroutine per key at a time; all who ask meanwhile get its result.

    The flight is a task of its own, so an asker who is cancelled takes nobody down. A failure reaches
    everyone on board and is remembered by nobody.
    """

    def __init__(self) -> None:
        self._flights: dict[Hashable, asyncio.Task[Any]] = {}

    async def board(self, key: Hashable, start: Callable[[], Awaitable[_T]]) -> tuple[_T, bool]:
        """The result for a key, and whether this asker started the flight."""
        flight = self._flights.get(key)
        leads = flight is None
        if flight is None:
            flight = asyncio.ensure_future(_run(start))
            self._flights[key] = flight
            flight.add_done_callback(lambda done: self._land(key, done))
        return await asyncio.shield(flight), leads

    def _land(self, key: Hashable, flight: asyncio.Task[Any]) -> None:
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
        rest: for pages that stand still: behind a cursor, or bounded by a latest creation time.
        pages: how many pages of each kind are kept.
    """

    first: timedelta = timedelta(seconds=15)
    rest: timedelta = timedelta(minutes=5)
    pages: int = 500


def observe_nothing(_: str) -> None:
    """For callers that do not count."""


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
        first, rest = times.first.total_seconds(), times.rest.total_seconds()
        self._first: TTLCache[PageQuery, InstancePage] = TTLCache(times.pages, first, timer=now)
        self._rest: TTLCache[PageQuery, InstancePage] = TTLCache(times.pages, rest, timer=now)
        self._lists: TTLCache[str | None, WorkflowList] = TTLCache(_WORKFLOW_LISTS, first, timer=now)
        self._workflows: TTLCache[str, Workflow] = TTLCache(times.pages, first, timer=now)

    async def list_instances(
        self, query: PageQuery, *, fresh: bool = False, purpose: Purpose = Purpose.PERSON
    ) -> InstancePage:
        """One page of a workflow's instances; `fresh` goes around the memory and renews it.

        Raises:
            CloudflareError: one of `errors`.
        """
        return await self._answer(
            self._pages(query), query, lambda: self._client.list_instances(query, purpose), fresh=fresh
        )

    def keep(self, query: PageQuery, page: InstancePage) -> None:
        """Remember a page as the answer to a question that is known to have the same one."""
        self._pages(query)[query] = page

    def _pages(self, query: PageQuery) -> TTLCache[PageQuery, InstancePage]:
        """New instances never enter a page that lies behind a cursor or has a latest creation time."""
        stands_still = isinstance(query.position, Cursor) or query.filter.date_end is not None
        return self._rest if stands_still else self._first

    async def list_workflows(
        self, search: str | None = None, *, fresh: bool = False, purpose: Purpose = Purpose.PERSON
    ) -> WorkflowList:
        """Every workflow of the account, or every one that matches a search.

        Raises:
            CloudflareError: one of `errors`.
        """
        return await self._answer(
            self._lists, search, lambda: self._client.list_workflows(search, purpose), fresh=fresh
        )

    async def get_workflow(
        self, name: str, *, fresh: bool = False, purpose: Purpose = Purpose.PERSON
    ) -> Workflow:
        """One workflow.

        Raises:
            CloudflareError: one of `errors`.
        """
        return await self._answer(
            self._workflows, name, lambda: self._client.get_workflow(name, purpose), fresh=fresh
        )

    async def _answer(
        self, memory: TTLCache[_K, _T], key: _K, ask: Callable[[], Awaitable[_T]], *, fresh: bool
    ) -> _T:
        known = None if fresh else memory.get(key)
        if known is not None:
            self._observe("hit")
            return known

        async def fetch() -> _T:
            answer = await ask()
            memory[key] = answer
            return answer

        answer, leads = await self._flights.board((id(memory), key), fetch)
        self._observe("miss" if leads else "joined")
        return answer

    async def close(self) -> None:
        """End what is still being fetched."""
        await self._flights.close()
