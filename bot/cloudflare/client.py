"""One account's Workflows over aiohttp. Moves bytes; what they mean is `protocol`'s business."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, TypeVar

import aiohttp
import stamina
from aiohttp.http_exceptions import ContentEncodingError
from yarl import URL

from bot.cloudflare import protocol
from bot.cloudflare.endpoint import Endpoint
from bot.cloudflare.errors import InvalidResponse, NotAuthorized, RateLimited, TLSError, Unavailable
from bot.cloudflare.limiter import Budget, Priority
from bot.cloudflare.models import (
    ApiMessage,
    InstanceDetail,
    InstancePage,
    PageNumber,
    PageQuery,
    Workflow,
    WorkflowList,
)
from bot.cloudflare.protocol import Request
from bot.cloudflare.refusals import Response, rate_limit

MAX_BODY: Final = 8 * 1024 * 1024
"""Bytes. A hundred rows take some 50 KB, a thousand workflows less than a megabyte a page."""

_ATTEMPTS: Final = 3
_SHORT: Final = timedelta(seconds=3)
"""A pause that somebody who waits for an answer may be made to sit through."""

_T = TypeVar("_T")


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Call:
    """One request that was made, for whoever counts them; `query` is as it was sent, percent-encoded."""

    path: str
    query: str
    outcome: str
    seconds: float


def observe_nothing(_: Call) -> None:
    """For callers that do not count."""


class WorkflowsClient:
    """Reads one account's workflows and instances.

    Args:
        session: who made it closes it.
        endpoint: the account.
        budget: shared by all clients of one token; None where the engine has no limit.
        deadline: for a whole answer, retries and pauses included.
        observe: told of every request made.
        now: the clock that says when an answer arrived.
    """

    def __init__(  # noqa: PLR0913 - all but the first two have their usual value
        self,
        session: aiohttp.ClientSession,
        endpoint: Endpoint,
        *,
        budget: Budget | None = None,
        deadline: timedelta = timedelta(seconds=20),
        observe: Callable[[Call], None] = observe_nothing,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._session = session
        self._endpoint = endpoint
        self._headers = {"Accept": "application/json", **endpoint.credentials.headers()}
        self._budget = budget
        self._deadline = deadline.total_seconds()
        self._observe = observe
        self._now = now

    async def list_instances(
        self, query: PageQuery, priority: Priority = Priority.INTERACTIVE
    ) -> InstancePage:
        """One page of a workflow's instances.

        Raises:
            CloudflareError: one of `errors`.
        """
        async with self._within_deadline():
            return await self._get(
                protocol.instances_request(query),
                lambda answer: protocol.read_instances(answer, query.position, self._now()),
                priority,
            )

    async def list_workflows(
        self, search: str | None = None, priority: Priority = Priority.INTERACTIVE
    ) -> WorkflowList:
        """Every workflow, in as few requests as there are pages.

        Raises:
            CloudflareError: one of `errors`.
        """
        page: PageNumber | None = PageNumber(1)
        rows: dict[str, Workflow] = {}
        messages: list[ApiMessage] = []
        unread = 0
        async with self._within_deadline():
            while page is not None:
                request = protocol.workflows_request(search, page)
                answer = await self._get(request, partial(protocol.read_workflows, page=page), priority)
                known = len(rows)
                rows.update((workflow.name, workflow) for workflow in answer.rows)
                messages.extend(answer.messages)
                unread += answer.unread
                page = answer.next if len(rows) > known else None  # the local engine repeats its one page
        return WorkflowList(tuple(rows.values()), tuple(messages), self._now(), unread)

    async def get_workflow(self, name: str, priority: Priority = Priority.INTERACTIVE) -> Workflow:
        """One workflow.

        Raises:
            CloudflareError: one of `errors`.
        """
        async with self._within_deadline():
            return await self._get(protocol.workflow_request(name), protocol.read_workflow, priority)

    async def get_instance(
        self, workflow: str, instance: str, priority: Priority = Priority.INTERACTIVE
    ) -> InstanceDetail:
        """One instance, without its steps.

        Raises:
            CloudflareError: one of `errors`.
        """
        request = protocol.instance_request(workflow, instance)
        async with self._within_deadline():
            return await self._get(request, protocol.read_instance, priority)

    @asynccontextmanager
    async def _within_deadline(self) -> AsyncIterator[None]:
        """All that one answer takes, retries and pauses included, within the deadline."""
        try:
            async with asyncio.timeout(self._deadline):
                yield
        except TimeoutError as error:
            raise Unavailable(f"no answer within {self._deadline:g} s") from error

    async def _get(self, request: Request, read: Callable[[Response], _T], priority: Priority) -> _T:
        """Ask, and ask again where that is safe and may help."""
        async for attempt in stamina.retry_context(
            on=_retry_delay,
            attempts=_ATTEMPTS,
            timeout=None,  # the deadline around it counts
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
            response = await self._send(request)
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

    async def _send(self, request: Request) -> Response:
        url = f"{self._endpoint.root}{request.path}"
        if request.query:
            url = f"{url}?{request.query}"
        try:
            # Our own timer: where aiohttp's ends at the same moment as the deadline, it swallows that.
            async with (
                asyncio.timeout(self._deadline / 2),
                self._session.get(
                    URL(url, encoded=True),
                    headers=self._headers,
                    allow_redirects=False,  # the credentials go to this host and no other
                    timeout=aiohttp.ClientTimeout(total=None, sock_connect=5),
                ) as answer,
            ):
                body = await _body(answer)
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return Response(answer.status, headers, body)
        except aiohttp.ClientSSLError as error:
            raise TLSError(f"TLS failed: {error.__class__.__name__}") from error
        except aiohttp.ClientConnectorError as error:
            raise Unavailable(f"no connection to {error.host}: {_why(error)}") from error
        except TimeoutError as error:
            raise Unavailable(f"no answer within {self._deadline / 2:g} s") from error
        except aiohttp.ClientResponseError as error:
            raise InvalidResponse("the answer is not HTTP as it should be") from error
        except ValueError as error:
            # aiohttp refuses a header that would carry a line break; the settings refuse such secrets first.
            raise NotAuthorized("the credentials hold characters that no HTTP header can") from error
        except (aiohttp.ClientError, OSError) as error:
            raise Unavailable(_describe_disconnect(error)) from error


def _describe_disconnect(error: aiohttp.ClientError | OSError) -> str:
    """What became of a connection that was there."""
    if isinstance(error.__cause__, ContentEncodingError):
        return "the answer is compressed, and can't be unpacked"
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "the connection broke before an answer came"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the connection broke in the middle of the answer"
    return f"the connection broke: {_why(error) if isinstance(error, OSError) else type(error).__name__}"


def _why(error: OSError) -> str:
    """The operating system's reason, without the address that asyncio puts into it."""
    number = error.errno or 0
    return os.strerror(number).lower() if number > 0 else str(error.strerror)


async def _body(answer: aiohttp.ClientResponse) -> bytes:
    """The whole body, unless it is too large to be an answer of this API."""
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > MAX_BODY:
            raise InvalidResponse(f"the answer is larger than {MAX_BODY // 1024 // 1024} MiB")
    return bytes(body)


def _retry_delay(error: Exception) -> bool | timedelta:
    """Whether the same GET may fare better soon, and after which pause where the API named one."""
    if isinstance(error, RateLimited):
        return error.retry_after if error.retry_after <= _SHORT else False
    return isinstance(error, Unavailable) and not isinstance(error, TLSError)
