"""The API with a cache: callers that wait for the same answer share one request."""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from cachetools import LRUCache

from bot.cloudflare.causes import Cause, cause_of
from bot.cloudflare.client import WorkflowsClient
from bot.cloudflare.errors import InvalidResponse, ShareUsedUp
from bot.cloudflare.instance_models import InstanceDetail, StepResult
from bot.cloudflare.limiter import Priority, charged_person
from bot.cloudflare.models import (
    Cursor,
    InstancePage,
    PageQuery,
    Version,
    Workflow,
    WorkflowList,
)
from bot.cloudflare.single_flight import SingleFlight
from bot.cloudflare.timed_cache import CacheTimes, DetailCache, PageCache, TimedCache, is_final

_K = TypeVar("_K", bound=Hashable)
_T = TypeVar("_T")
_K_contra = TypeVar("_K_contra", contravariant=True)
_T_co = TypeVar("_T_co", covariant=True)

_WORKFLOW_LISTS: Final = 64


@dataclass(frozen=True, slots=True)
class _Sharing:
    """Which calls may share a request.

    A refresh does not share a request that started before it. An interactive call does not share a background
    request, whose budget may be used up.
    """

    fresh: bool
    priority: Priority


def observe_nothing(_: str) -> None:
    """Ignore an observation."""


class _Readable(Protocol[_K_contra, _T_co]):
    def get(self, key: _K_contra, /) -> _T_co | None: ...


@dataclass(frozen=True, slots=True)
class FoundCause:
    """Why an instance failed.

    Attributes:
        cause: why.
        is_final: the instance has ended, and all of it could be read: unless it is restarted, it stays so.
    """

    cause: Cause
    is_final: bool


class CachedWorkflows:
    """Answers like `WorkflowsClient`, from the cache while the answer is fresh.

    Args:
        client: of one account. The cache holds answers of this account only.
        times: how long answers are fresh.
        now: a monotonic clock in seconds.
        observe: called with "hit", "miss" or "joined" for each call.
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
        self._pages = PageCache(times.pages, times, now)
        self._known_workflows: tuple[Workflow, ...] = ()
        self._lists: TimedCache[str | None, WorkflowList] = TimedCache(_WORKFLOW_LISTS, times, now)
        self._workflows: TimedCache[str, Workflow] = TimedCache(times.pages, times, now)
        self._details = DetailCache(times, now)
        self._versions: LRUCache[tuple[str, str], Version] = LRUCache(times.pages)
        self._causes: TimedCache[tuple[str, str], FoundCause] = TimedCache(times.pages, times, now)

    async def list_instances(
        self, query: PageQuery, *, fresh: bool = False, priority: Priority = Priority.INTERACTIVE
    ) -> InstancePage:
        """List one page of a workflow's instances. `fresh` skips the cache and updates it.

        Raises:
            CloudflareError: The request failed, or the response can't be read.
        """

        async def ask() -> InstancePage:
            page = await self._client.list_instances(query, priority)
            self.store(query, page)
            return page

        return await self._get_or_ask(self._pages, query, ask, _Sharing(fresh, priority))

    async def fetch_instances(self, query: PageQuery, *, priority: Priority) -> InstancePage:
        """List one page of instances past the cache, where a whole list would push out what people look at.

        Raises:
            CloudflareError: The request failed, or the response can't be read.
        """
        return await self._client.list_instances(query, priority)

    def is_cached(self, query: PageQuery, page: InstancePage) -> bool:
        """Return whether the cached answer to a query is this very page."""
        if self._pages.get(query) is not page:
            return False
        self._observe("hit")
        return True

    def holds(self, query: PageQuery) -> bool:
        """Return whether the answer to a query is cached, so that it takes no request."""
        return self._pages.get(query) is not None

    def store(self, query: PageQuery, page: InstancePage) -> None:
        """Cache a page as the answer to a query.

        A page that could not be read in full is cached for the short time only: the next may be whole.
        """
        latest = query.filter.date_end
        # New instances never enter a page after a cursor, or a page that ends at a time in the past.
        is_stable = isinstance(query.position, Cursor) or (latest is not None and latest <= page.fetched_at)
        is_whole = not page.incomplete_rows and not page.unread_fields
        self._pages.put(query, page, is_stable=is_stable and is_whole)

    @property
    def known_workflows(self) -> tuple[Workflow, ...]:
        """The account's workflows as they were last listed, however long ago; none if they never were."""
        return self._known_workflows

    async def list_workflows(
        self, search: str | None = None, *, fresh: bool = False, priority: Priority = Priority.INTERACTIVE
    ) -> WorkflowList:
        """List all workflows of the account, or all that match a search.

        Raises:
            CloudflareError: The request failed, or the response can't be read.
        """

        async def ask() -> WorkflowList:
            workflows = await self._client.list_workflows(search, priority)
            if search is None:
                self._known_workflows = workflows.rows
            self._lists.put(search, workflows, is_stable=False)
            return workflows

        return await self._get_or_ask(self._lists, search, ask, _Sharing(fresh, priority))

    async def get_workflow(
        self, name: str, *, fresh: bool = False, priority: Priority = Priority.INTERACTIVE
    ) -> Workflow:
        """Get one workflow.

        Raises:
            CloudflareError: The request failed, or the response can't be read.
        """

        async def ask() -> Workflow:
            workflow = await self._client.get_workflow(name, priority)
            self._workflows.put(name, workflow, is_stable=False)
            return workflow

        return await self._get_or_ask(self._workflows, name, ask, _Sharing(fresh, priority))

    async def get_cause(
        self, workflow: str, instance: str, *, priority: Priority = Priority.INTERACTIVE
    ) -> FoundCause:
        """Get why an instance failed, for longer than its detail is kept.

        Where the steps can't be read, the error of the instance has to do.

        Raises:
            CloudflareError: The request failed, or the response can't be read.
        """
        key = (workflow, instance)

        async def ask() -> FoundCause:
            detail = await self.get_detail(workflow, instance, priority=priority)
            found = FoundCause(cause_of(detail), is_final(detail))
            self._causes.put(key, found, is_stable=found.is_final)
            return found

        return await self._get_or_ask(self._causes, key, ask, _Sharing(fresh=False, priority=priority))

    async def get_detail(
        self,
        workflow: str,
        instance: str,
        *,
        fresh: bool = False,
        priority: Priority = Priority.INTERACTIVE,
    ) -> InstanceDetail:
        """Get one instance with its steps. `fresh` skips the cache and updates it.

        Where the steps make an answer that can't be read, or that is too large, the instance comes without
        them; its `is_partial` says so, and `steps` is among its `unread_fields`.

        Raises:
            CloudflareError: The request failed, or the response can't be read.
        """
        key = (workflow, instance)

        async def ask() -> InstanceDetail:
            try:
                detail = await self._client.get_instance(workflow, instance, priority, steps=True)
            except InvalidResponse:
                bare = await self._client.get_instance(workflow, instance, priority)
                names = (*bare.unread_fields, "steps")
                detail = bare.model_copy(update={"is_partial": True, "unread_fields": names})
            self._details.put(key, detail)
            return detail

        return await self._get_or_ask(self._details, key, ask, _Sharing(fresh, priority))

    async def get_step(  # noqa: PLR0913 - what names one attempt of one step
        self,
        workflow: str,
        instance: str,
        name: str,
        kind: str,
        attempt: int | None = None,
        *,
        priority: Priority = Priority.INTERACTIVE,
    ) -> StepResult:
        """Get the whole result of one step, as `WorkflowsClient.get_step` does. It is not cached.

        Raises:
            CloudflareError: The request failed, or the response can't be read.
        """
        key = (workflow, instance, name, kind, attempt)
        result, _ = await self._flights.run(
            ("step", key, priority), lambda: self._client.get_step(*key, priority=priority)
        )
        return result

    async def get_version(
        self, workflow: str, version: str, *, priority: Priority = Priority.INTERACTIVE
    ) -> Version:
        """Get one version of a workflow; it never changes, and is kept for as long as there is room.

        Raises:
            CloudflareError: The request failed, or the response can't be read.
        """
        key = (workflow, version)

        async def ask() -> Version:
            self._versions[key] = await self._client.get_version(workflow, version, priority)
            return self._versions[key]

        return await self._get_or_ask(self._versions, key, ask, _Sharing(fresh=False, priority=priority))

    def known_version(self, workflow: str, version: str) -> Version | None:
        """Return a version of a workflow if it was asked for before; nothing is asked for it."""
        return self._versions.get((workflow, version))

    def workflows_with(self, instance: str) -> tuple[str, ...]:
        """Return the workflows that have an instance by the pages used last; nothing is asked for it."""
        return self._pages.workflows_with(instance)

    async def _get_or_ask(
        self, cache: _Readable[_K, _T], key: _K, ask: Callable[[], Awaitable[_T]], sharing: _Sharing
    ) -> _T:
        known = None if sharing.fresh else cache.get(key)
        if known is not None:
            self._observe("hit")
            return known
        while True:
            try:
                answer, leads = await self._flights.run((id(cache), key, sharing), ask)
            except ShareUsedUp as error:
                if error.person == charged_person():
                    raise
                continue  # who began this request has none left; one of those who joined it begins another
            self._observe("miss" if leads else "joined")
            return answer

    async def close(self) -> None:
        """Cancel the running requests."""
        await self._flights.close()
