"""Ask one account's Workflows API, within a request budget and a deadline, with retries."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, TypeVar

import aiohttp
import stamina

from bot.cloudflare import requests, responses
from bot.cloudflare.bounds import BoundedLists
from bot.cloudflare.concurrency import ConcurrencyLimit
from bot.cloudflare.endpoint import Endpoint
from bot.cloudflare.errors import InvalidResponse, RateLimited, TLSError, Unavailable
from bot.cloudflare.http_responses import Response, rate_limit
from bot.cloudflare.instance_models import InstanceDetail, StepResult
from bot.cloudflare.limiter import Budget, Priority
from bot.cloudflare.models import (
    InstancePage,
    PageNumber,
    PageQuery,
    Version,
    Workflow,
    WorkflowList,
    WorkflowPage,
)
from bot.cloudflare.phantoms import ListedInstances
from bot.cloudflare.requests import Request
from bot.cloudflare.transport import Transport
from bot.cloudflare.workflow_pages import read_workflows

_ATTEMPTS: Final = 3
_LONGEST_DELAY: Final = timedelta(seconds=3)
"""The longest `Retry-After` that a request waits for, since a person may be waiting for the answer."""

_T = TypeVar("_T")


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Call:
    """One request that was sent.

    Attributes:
        path: the path below the account's base URL.
        query: the query string as sent, percent-encoded.
        outcome: the HTTP status, `unavailable` or `nonsense`.
        seconds: how long it took.
    """

    path: str
    query: str
    outcome: str
    seconds: float


def observe_nothing(_: Call) -> None:
    """Ignore a call."""


class WorkflowsClient:
    """Reads one account's workflows and instances.

    Args:
        session: the aiohttp session. Its owner closes it.
        endpoint: the account.
        budget: shared by all clients of one token; None for an engine without a limit.
        concurrency: how many answers are awaited at once; None for any number.
        deadline: for a whole answer, with retries and pauses, from the request's turn on.
        observe: called after each request.
        now: the clock.
    """

    def __init__(  # noqa: PLR0913 - the keyword arguments have defaults
        self,
        session: aiohttp.ClientSession,
        endpoint: Endpoint,
        *,
        budget: Budget | None = None,
        concurrency: ConcurrencyLimit | None = None,
        deadline: timedelta = timedelta(seconds=20),
        observe: Callable[[Call], None] = observe_nothing,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._transport = Transport(session, endpoint, deadline / 2)
        self._bounded = BoundedLists() if endpoint.may_ignore_bounds else None
        self._listed = ListedInstances(time.monotonic) if endpoint.makes_phantoms else None
        self._budget = budget
        self._concurrency = concurrency
        self._deadline = deadline.total_seconds()
        self._observe = observe
        self._now = now

    async def list_instances(
        self, query: PageQuery, priority: Priority = Priority.INTERACTIVE
    ) -> InstancePage:
        """List one page of a workflow's instances.

        Raises:
            CloudflareError: The request failed, or the response can't be read.
        """
        ask = partial(self._ask_page, priority)
        async with self._wait_for_turn(priority):
            return await (ask(query) if self._bounded is None else self._bounded.list(query, ask))

    async def _ask_page(self, priority: Priority, query: PageQuery) -> InstancePage:
        page = await self._ask(
            requests.instances_request(query),
            lambda response: responses.read_instances(response, query.position, self._now()),
            priority,
        )
        if self._listed is not None:
            self._listed.remember(query.workflow, page)
        return page

    async def list_workflows(
        self, search: str | None = None, priority: Priority = Priority.INTERACTIVE
    ) -> WorkflowList:
        """List all workflows, with one request per page, up to `workflow_pages.MOST_PAGES`.

        Raises:
            CloudflareError: The request failed, or the response can't be read.
        """

        async def ask(page: PageNumber) -> WorkflowPage:
            request = requests.workflows_request(search, page)
            return await self._ask(request, partial(self._read_workflows, page), priority)

        async with self._wait_for_turn(priority):
            return await read_workflows(ask, self._now)

    async def get_workflow(self, name: str, priority: Priority = Priority.INTERACTIVE) -> Workflow:
        """Get one workflow.

        Raises:
            CloudflareError: The request failed, or the response can't be read.
        """
        async with self._wait_for_turn(priority):
            return await self._ask(
                requests.workflow_request(name),
                lambda response: responses.read_workflow(response, self._now()),
                priority,
            )

    async def get_version(
        self, workflow: str, version: str, priority: Priority = Priority.INTERACTIVE
    ) -> Version:
        """Get one version of a workflow.

        Raises:
            CloudflareError: The request failed, or the response can't be read.
        """
        async with self._wait_for_turn(priority):
            return await self._ask(
                requests.version_request(workflow, version),
                lambda response: responses.read_version(response, self._now()),
                priority,
            )

    async def get_instance(
        self,
        workflow: str,
        instance: str,
        priority: Priority = Priority.INTERACTIVE,
        *,
        steps: bool = False,
    ) -> InstanceDetail:
        """Get one instance, without its steps unless they are asked for.

        The local engine is not asked for an id that its list does not hold.

        Raises:
            CloudflareError: The request failed, or the response can't be read.
        """
        request = requests.instance_request(workflow, instance, steps=steps)
        async with self._wait_for_turn(priority):
            if self._listed is not None:
                await self._listed.confirm(workflow, instance, partial(self._ask_page, priority))
            reader = await self._ask(
                request, lambda response: responses.open_instance(response, self._now()), priority
            )
            for _ in reader.read_steps():
                await asyncio.sleep(0)  # thousands of steps hold up no other task
            return reader.detail()

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
        """Get the whole result of one step, or of one of its attempts; see `requests.step_request`.

        Raises:
            StepNotAvailable: There is no such step or attempt; wrangler's local engine has none at all.
            CloudflareError: The request failed, or the response can't be read.
        """
        request = requests.step_request(workflow, instance, name, kind, attempt)
        async with self._wait_for_turn(priority):
            return await self._ask(
                request, lambda response: responses.read_step(response, self._now()), priority
            )

    def _read_workflows(self, page: PageNumber, response: Response) -> WorkflowPage:
        return responses.read_workflows(response, page, self._now())

    @asynccontextmanager
    async def _wait_for_turn(self, priority: Priority) -> AsyncIterator[None]:
        """Wait for a turn; from then on limit a whole answer, with retries and pauses, to the deadline.

        Raises:
            RateLimited: The budget is used up for longer than a request waits: a turn would be of no use.
            QueueFull: The turn would come too late.
            Unavailable: There was no answer by the deadline.
        """
        if self._budget is not None:
            try:
                self._budget.check(priority)
            except RateLimited as error:
                if error.retry_after > _LONGEST_DELAY:
                    raise
        async with self._concurrency.turn(priority) if self._concurrency else nullcontext():
            try:
                async with asyncio.timeout(self._deadline):
                    yield
            except TimeoutError as error:
                raise Unavailable(f"no answer within {self._deadline:g} s") from error

    async def _ask(self, request: Request, read: Callable[[Response], _T], priority: Priority) -> _T:
        """Send a request, and retry it if it is safe and the error may pass."""
        async for attempt in stamina.retry_context(
            on=_retry_delay,
            attempts=_ATTEMPTS if request.is_safe else 1,
            timeout=None,  # The deadline limits all attempts together.
            wait_initial=0.2,
            wait_max=1.0,
            wait_jitter=0.2,
        ):
            with attempt:
                return await self._try(request, read, priority)
        raise AssertionError("stamina returns or raises")  # pragma: no cover

    async def _try(self, request: Request, read: Callable[[Response], _T], priority: Priority) -> _T:
        number = self._budget.acquire(priority) if self._budget is not None else 0
        started = time.perf_counter()
        outcome = "unavailable"
        try:
            response = await self._transport.send(request)
            outcome = str(response.status)
            self._update_budget(number, response)
            return read(response)
        except InvalidResponse:
            outcome = "nonsense"
            raise
        except RateLimited as error:
            if self._budget is not None:
                self._budget.block_for(error.retry_after)
            raise
        finally:
            self._observe(Call(request.path, request.query, outcome, time.perf_counter() - started))

    def _update_budget(self, number: int, response: Response) -> None:
        reported = rate_limit(response.headers)
        if reported is not None and self._budget is not None:
            self._budget.update(number, reported)


def _retry_delay(error: Exception) -> bool | timedelta:
    """Return whether to retry after an error, or the pause that the API asked for."""
    if isinstance(error, RateLimited):
        return error.retry_after if error.retry_after <= _LONGEST_DELAY else False
    return isinstance(error, Unavailable) and not isinstance(error, TLSError)
