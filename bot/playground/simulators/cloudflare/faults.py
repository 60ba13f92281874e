"""Faults between a client and Cloudflare, one class for each.

A fault wraps the healthy account: it replaces, delays or changes the answer.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeAlias

from aiohttp import web

from bot.playground.simulators.cloudflare.calls import Operation
from bot.playground.simulators.cloudflare.envelope import body_of, failure, json_response

INTERNAL_ERROR: Final = "workflows.api.error.internal_server"
HealthyHandler: TypeAlias = Callable[[], Awaitable[web.Response]]


class Fault(Protocol):
    """A fault of one request."""

    async def answer(self, request: web.Request, healthy: HealthyHandler) -> web.Response:
        """Answer the request; ``healthy`` returns the answer without the fault."""
        ...


@dataclass(frozen=True, slots=True)
class Slow:
    """Delay the answer by ``seconds`` of real time; ``then`` is another fault that follows."""

    seconds: float
    then: Fault | None = None

    async def answer(self, request: web.Request, healthy: HealthyHandler) -> web.Response:
        """Wait, then answer."""
        await asyncio.sleep(self.seconds)
        return await healthy() if self.then is None else await self.then.answer(request, healthy)


@dataclass(frozen=True, slots=True)
class Held:
    """Keep answers until they are ``released``; ``reached`` is set when a request waits for one.

    ``then`` is another fault that follows.
    """

    then: Fault | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request, healthy: HealthyHandler) -> web.Response:
        """Wait, then answer."""
        self.reached.set()
        await self.released.wait()
        return await healthy() if self.then is None else await self.then.answer(request, healthy)


@dataclass(frozen=True, slots=True)
class JsonError:
    """Answer with an error in the API's envelope; by default an internal error."""

    status: int = 500
    code: int = 10001
    message: str = INTERNAL_ERROR

    async def answer(self, _request: web.Request, _healthy: HealthyHandler) -> web.Response:
        """Return the envelope of an error; with a status below 400 only ``success`` is false."""
        return json_response(failure(self.code, self.message), self.status)


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """Answer with the error page of Cloudflare's edge when the origin does not answer."""

    status: int = 503
    title: str = "Service Temporarily Unavailable"

    async def answer(self, _request: web.Request, _healthy: HealthyHandler) -> web.Response:
        """Return HTML."""
        page = (
            f"<!DOCTYPE html><html><head><title>{self.title}</title></head><body>{self.title}</body></html>"
        )
        return web.Response(status=self.status, text=page, content_type="text/html")


@dataclass(frozen=True, slots=True)
class Challenge:
    """Answer with a firewall's challenge page: HTML and ``cf-mitigated: challenge``."""

    status: int = 200

    async def answer(self, request: web.Request, healthy: HealthyHandler) -> web.Response:
        """Return the HTML of a challenge for browsers."""
        page = await HtmlPage(self.status, "Just a moment...").answer(request, healthy)
        page.headers["cf-mitigated"] = "challenge"
        return page


@dataclass(frozen=True, slots=True)
class PlainText:
    """Answer with a line of text."""

    status: int = 502
    text: str = "error code: 502"

    async def answer(self, _request: web.Request, _healthy: HealthyHandler) -> web.Response:
        """Return text."""
        return web.Response(status=self.status, text=self.text)


@dataclass(frozen=True, slots=True)
class TruncatedJson:
    """Send only the first half of the healthy answer."""

    async def answer(self, _request: web.Request, healthy: HealthyHandler) -> web.Response:
        """Return half of the JSON text, with a matching ``Content-Length``."""
        body = body_of(await healthy())
        return web.Response(body=body[: len(body) // 2], content_type="application/json")


@dataclass(frozen=True, slots=True)
class WrongShape:
    """Answer with valid JSON of a wrong shape."""

    body: Any = field(default_factory=lambda: ["not", "an", "envelope"])
    status: int = 200

    async def answer(self, _request: web.Request, _healthy: HealthyHandler) -> web.Response:
        """Return the JSON."""
        return json_response(self.body, self.status)


@dataclass(frozen=True, slots=True)
class Changed:
    """Replace parts of the healthy envelope: its ``messages``, its ``result_info``, its ``success``."""

    parts: Mapping[str, Any]

    async def answer(self, _request: web.Request, healthy: HealthyHandler) -> web.Response:
        """Return the healthy envelope with these parts."""
        answer = await healthy()
        return json_response(json.loads(body_of(answer)) | dict(self.parts), answer.status)


@dataclass(frozen=True, slots=True)
class ChangedRows:
    """Replace fields in rows of the healthy answer; an object counts as one row."""

    fields: Mapping[str, Any]
    rows: slice = field(default_factory=lambda: slice(None))

    async def answer(self, _request: web.Request, healthy: HealthyHandler) -> web.Response:
        """Return the healthy envelope with these fields in its rows; errors stay unchanged."""
        answer = await healthy()
        envelope = json.loads(body_of(answer))
        match envelope["result"]:
            case list() as rows:
                rows[self.rows] = [{**row, **self.fields} for row in rows[self.rows]]
            case dict() as row:
                row.update(self.fields)
        return json_response(envelope, answer.status)


@dataclass(frozen=True, slots=True)
class PartialAnswer:
    """Add an internal error to a described instance, and leave its last steps out; others stay unchanged.

    Production was seen to do so with HTTP 200: status and output were right, and some steps were missing.
    """

    missing: int = 1

    async def answer(self, _request: web.Request, healthy: HealthyHandler) -> web.Response:
        """Return the envelope with ``success: false`` and its result."""
        answer = await healthy()
        envelope = json.loads(body_of(answer))
        match envelope["result"]:
            case {"steps": [*steps]} as result:
                result["steps"] = steps[: max(0, len(steps) - self.missing)]
                envelope |= {"success": False, "errors": [{"code": 10001, "message": INTERNAL_ERROR}]}
        return json_response(envelope, answer.status)


@dataclass(frozen=True, slots=True)
class TooManyRequests:
    """Answer with 429 and code 971; ``retry_after`` is in seconds, an HTTP date, or None."""

    retry_after: int | str | None = 30

    async def answer(self, _request: web.Request, _healthy: HealthyHandler) -> web.Response:
        """Return 429."""
        answer = json_response(failure(971, "Please wait and consider throttling your request speed"), 429)
        if self.retry_after is not None:
            answer.headers["retry-after"] = str(self.retry_after)
        return answer


@dataclass(frozen=True, slots=True)
class Redirected:
    """Redirect the client, which must not send its credentials to another host."""

    location: str
    status: int = 302

    async def answer(self, _request: web.Request, _healthy: HealthyHandler) -> web.Response:
        """Return the redirect."""
        return web.Response(status=self.status, headers={"Location": self.location})


@dataclass(slots=True)
class _Injected:
    fault: Fault
    times: int | None
    operation: Operation | None
    workflow: str | None

    def is_for(self, operation: Operation, workflow: str) -> bool:
        """Return whether it is for a request of an operation, about a workflow."""
        return self.operation in (None, operation) and self.workflow in (None, workflow)


@dataclass(slots=True)
class FaultQueue:
    """The injected faults, in first-in-first-out order."""

    _waiting: list[_Injected] = field(default_factory=list)

    def put(
        self, fault: Fault, times: int | None, operation: Operation | None, workflow: str | None = None
    ) -> None:
        """Inject a fault into the next ``times`` requests, or into all if it is None."""
        self._waiting.append(_Injected(fault, times, operation, workflow))

    def take(self, operation: Operation, workflow: str = "") -> Fault | None:
        """Return the fault for the next request, if any."""
        for injected in self._waiting:
            if injected.is_for(operation, workflow):
                self._count(injected)
                return injected.fault
        return None

    def clear(self) -> None:
        """Remove all faults."""
        self._waiting.clear()

    def _count(self, injected: _Injected) -> None:
        if injected.times is None:
            return
        injected.times -= 1
        if injected.times <= 0:
            self._waiting.remove(injected)
