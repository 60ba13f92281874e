"""Things that go wrong at Slack, to be had on demand."""

from collections import defaultdict, deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RateLimited:
    """HTTP 429 with ``Retry-After`` in seconds and the error ``ratelimited``."""

    retry_after: int = 1


@dataclass(frozen=True, slots=True)
class Failed:
    """An HTTP status that is no answer, like 500, or 404 on a ``response_url``; the body stands as it is."""

    status: int = 500
    body: str = "upstream error"
    content_type: str = "text/html"


@dataclass(frozen=True, slots=True)
class Named:
    """HTTP 200 with ``ok: false`` and this error, like ``channel_not_found``."""

    error: str


@dataclass(frozen=True, slots=True)
class Slow:
    """The real answer, after this many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class AnswerLost:
    """The call takes effect and the connection breaks before the answer: a blind retry then posts twice."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """The connection breaks before the call takes effect."""


Fault = RateLimited | Failed | Named | Slow | AnswerLost | Dropped

RESPONSE_URL = "response_url"


class FaultQueue:
    """Faults that lie in wait, each for the next call of one Web API method or of any ``response_url``."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, deque[Fault]] = defaultdict(deque)

    def add(self, target: str, fault: Fault, *, times: int = 1) -> None:
        """Let the next ``times`` calls of ``target`` meet ``fault``.

        ``target`` is a method name like ``chat.postMessage``, or ``RESPONSE_URL``.
        """
        self._waiting[target].extend([fault] * times)

    def take(self, target: str) -> Fault | None:
        """Return the fault the next call of ``target`` meets, used up by asking."""
        waiting = self._waiting.get(target)
        return waiting.popleft() if waiting else None

    def clear(self) -> None:
        """Everything works again."""
        self._waiting.clear()
