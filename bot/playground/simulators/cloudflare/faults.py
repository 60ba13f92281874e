"""What can go wrong between a client and Cloudflare, one small type for each.

A fault stands in front of the healthy account: it answers instead of it, late, or after changing its answer.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from aiohttp import web

from bot.playground.simulators.cloudflare.calls import Operation
from bot.playground.simulators.cloudflare.envelope import body_of, failure, json_response

HealthyHandler: TypeAlias = Callable[[], Awaitable[web.Response]]


class Fault(Protocol):
    """Something that goes wrong with one request."""

    async def answer(self, request: web.Request, healthy: HealthyHandler) -> web.Response:
        """Answer the request; ``healthy`` gives the answer it would have had."""
        ...


@dataclass(frozen=True, slots=True)
class Slow:
    """Answer after so many seconds of real time, with another fault if there is one."""

    seconds: float
    then: Fault | None = None

    async def answer(self, request: web.Request, healthy: HealthyHandler) -> web.Response:
        """Wait, then let the next in line answer."""
        await asyncio.sleep(self.seconds)
        return await healthy() if self.then is None else await self.then.answer(request, healthy)


@dataclass(frozen=True, slots=True)
class JsonError:
    """Refuse in the API's envelope; by default as it does when it fails itself."""

    status: int = 500
    code: int = 10001
    message: str = "workflows.api.error.internal_server"

    async def answer(self, _request: web.Request, _healthy: HealthyHandler) -> web.Response:
        """Answer the failure envelope; a status below 400 makes it ``success: false`` in a good answer."""
        return json_response(failure(self.code, self.message), self.status)


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """Answer with the web page Cloudflare's edge shows when what is behind it does not answer."""

    status: int = 503
    title: str = "Service Temporarily Unavailable"

    async def answer(self, _request: web.Request, _healthy: HealthyHandler) -> web.Response:
        """Answer HTML."""
        page = (
            f"<!DOCTYPE html><html><head><title>{self.title}</title></head><body>{self.title}</body></html>"
        )
        return web.Response(status=self.status, text=page, content_type="text/html")


@dataclass(frozen=True, slots=True)
class Challenge:
    """Answer with a firewall's challenge page: HTML and ``cf-mitigated: challenge``."""

    status: int = 200

    async def answer(self, request: web.Request, healthy: HealthyHandler) -> web.Response:
        """Answer HTML that a browser would solve."""
        page = await HtmlPage(self.status, "Just a moment...").answer(request, healthy)
        page.headers["cf-mitigated"] = "challenge"
        return page


@dataclass(frozen=True, slots=True)
class PlainText:
    """Answer with a line of text."""

    status: int = 502
    text: str = "error code: 502"

    async def answer(self, _request: web.Request, _healthy: HealthyHandler) -> web.Response:
        """Answer text."""
        return web.Response(status=self.status, text=self.text)


@dataclass(frozen=True, slots=True)
class TruncatedJson:
    """Send only the first half of the healthy answer, as if it were all."""

    async def answer(self, _request: web.Request, healthy: HealthyHandler) -> web.Response:
        """Answer half a JSON text, with a ``Content-Length`` that fits it."""
        body = body_of(await healthy())
        return web.Response(body=body[: len(body) // 2], content_type="application/json")


@dataclass(frozen=True, slots=True)
class WrongShape:
    """Send valid JSON that is not what was asked for."""

    body: Any = field(default_factory=lambda: ["not", "an", "envelope"])
    status: int = 200

    async def answer(self, _request: web.Request, _healthy: HealthyHandler) -> web.Response:
        """Answer the JSON."""
        return json_response(self.body, self.status)


@dataclass(frozen=True, slots=True)
class Changed:
    """Replace parts of the healthy envelope: its ``messages``, its ``result_info``, its ``success``."""

    parts: Mapping[str, Any]

    async def answer(self, _request: web.Request, healthy: HealthyHandler) -> web.Response:
        """Answer the healthy envelope with these parts."""
        answer = await healthy()
        return json_response(json.loads(body_of(answer)) | dict(self.parts), answer.status)


@dataclass(frozen=True, slots=True)
class ChangedRows:
    """Replace fields of the healthy answer's rows, of all or of some; what is not a list is one row."""

    fields: Mapping[str, Any]
    rows: slice = field(default_factory=lambda: slice(None))

    async def answer(self, _request: web.Request, healthy: HealthyHandler) -> web.Response:
        """Answer the healthy envelope with these fields in its rows; a refusal stays as it is."""
        answer = await healthy()
        envelope = json.loads(body_of(answer))
        match envelope["result"]:
            case list() as rows:
                rows[self.rows] = [{**row, **self.fields} for row in rows[self.rows]]
            case dict() as row:
                row.update(self.fields)
        return json_response(envelope, answer.status)


@dataclass(frozen=True, slots=True)
class Throttled:
    """Refuse with 429 and code 971, with or without ``retry-after`` (seconds, or an HTTP date)."""

    retry_after: int | str | None = 30

    async def answer(self, _request: web.Request, _healthy: HealthyHandler) -> web.Response:
        """Answer 429."""
        answer = json_response(failure(971, "Please wait and consider throttling your request speed"), 429)
        if self.retry_after is not None:
            answer.headers["retry-after"] = str(self.retry_after)
        return answer


@dataclass(frozen=True, slots=True)
class Redirected:
    """Send the client elsewhere; one that follows may take its credentials along."""

    location: str
    status: int = 302

    async def answer(self, _request: web.Request, _healthy: HealthyHandler) -> web.Response:
        """Answer the redirect."""
        return web.Response(status=self.status, headers={"Location": self.location})


@dataclass(slots=True)
class _Injected:
    fault: Fault
    times: int | None
    operation: Operation | None


@dataclass(slots=True)
class FaultQueue:
    """The faults to come, first injected first served."""

    _waiting: list[_Injected] = field(default_factory=list)

    def put(self, fault: Fault, times: int | None, operation: Operation | None) -> None:
        """Let the next ``times`` requests meet a fault, or all where it is None."""
        self._waiting.append(_Injected(fault, times, operation))

    def take(self, operation: Operation) -> Fault | None:
        """Give the fault this request meets, if any."""
        for injected in self._waiting:
            if injected.operation in (None, operation):
                self._count(injected)
                return injected.fault
        return None

    def clear(self) -> None:
        """Forget all faults."""
        self._waiting.clear()

    def _count(self, injected: _Injected) -> None:
        if injected.times is None:
            return
        injected.times -= 1
        if injected.times <= 0:
            self._waiting.remove(injected)
