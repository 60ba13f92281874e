"""Faults of Slack that tests can inject."""

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RateLimited:
    """HTTP 429 with ``Retry-After`` in seconds and the error ``ratelimited``."""

    retry_after: int = 1


@dataclass(frozen=True, slots=True)
class Failed:
    """An HTTP error, such as 500, or 404 for a ``response_url``; the body is sent unchanged."""

    status: int = 500
    body: str = "upstream error"
    content_type: str = "text/html"


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """HTTP 200 with ``ok: false`` and an error such as ``channel_not_found``."""

    error: str


@dataclass(frozen=True, slots=True)
class Slow:
    """The normal answer after a delay."""

    seconds: float

    async def wait(self) -> None:
        """Let the delay pass."""
        await asyncio.sleep(self.seconds)


@dataclass(frozen=True, slots=True)
class Held:
    """The normal answer once it is `released`; `reached` is set when a call waits for it."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self) -> None:
        """Wait until it is released."""
        self.reached.set()
        await self.released.wait()


@dataclass(frozen=True, slots=True)
class AnswerLost:
    """The call takes effect, but the connection breaks before the answer: a blind retry posts twice."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """The connection breaks before the call takes effect."""


Fault = RateLimited | Failed | ErrorCode | Slow | Held | AnswerLost | Dropped

RESPONSE_URL = "response_url"


class FaultQueue:
    """Faults for the next calls of a Web API method or of any ``response_url``."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, deque[Fault]] = defaultdict(deque)

    def add(self, target: str, fault: Fault, *, times: int = 1) -> None:
        """Inject a fault into the next ``times`` calls of a target.

        ``target`` is a method name such as ``chat.postMessage``, or ``RESPONSE_URL``.
        """
        self._waiting[target].extend([fault] * times)

    def take(self, target: str) -> Fault | None:
        """Remove and return the fault for the next call of a target, or None."""
        waiting = self._waiting.get(target)
        return waiting.popleft() if waiting else None

    def clear(self) -> None:
        """Remove all faults."""
        self._waiting.clear()
