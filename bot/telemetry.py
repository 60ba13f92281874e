"""Metrics, and the request id that stands in the lines of the log."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from structlog.types import EventDict

from bot import __version__

_request_id: Final[ContextVar[str]] = ContextVar("reference", default="")

# The log is the whole process's: each bot in it tells of all.
errors_logged: Final = Counter(
    "workflows_bot_errors",
    "Lines in the log that tell of a fault of the bot's own, or of an answer that reached nobody.",
    registry=None,
)
lines_dropped: Final = Counter(
    "workflows_bot_log_lines_dropped",
    "Lines of the log that were not written, as nobody read them or the disk was full.",
    registry=None,
)

_DIGEST_OUTCOMES: Final = ("due", "sent", "quiet", "missed", "failed", "put_off")

_CONNECTION_LIMITS: Final = ("all", "address", "deadline", "descriptors")

_LATENESS_BUCKETS: Final = (1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)
_ACK_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
_UPSTREAM_BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)


@contextmanager
def bind_request_id(request_id: str) -> Iterator[None]:
    """Have every line that is logged in this block, and in the tasks begun in it, carry a request id.

    A task begun in it keeps the request id after the block; whatever else its caller does loses it.
    """
    before = _request_id.set(request_id)
    try:
        yield
    finally:
        _request_id.reset(before)


def current_request_id() -> str:
    """Return what the log knows the work by that is under way here: a request, or a digest's delivery."""
    return _request_id.get() or "none"


def with_request_id(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Add the request id to a line of the log."""
    if request_id := _request_id.get():
        event["reference"] = request_id
    return event


class Metrics:
    """What the bot counts, in a registry of its own, so that two bots can live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.errors = errors_logged
        self.registry.register(self.errors)
        self.registry.register(lines_dropped)
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        Info("workflows_bot", "The version of this bot.", registry=self.registry).info(
            {"version": __version__}
        )
        self.requests = Counter(
            "workflows_bot_requests",
            "Requests from Slack by kind and outcome.",
            ["kind", "outcome"],
            registry=self.registry,
        )
        self.ack_seconds = Histogram(
            "workflows_bot_ack_seconds",
            "Time from a request of Slack's to its ack.",
            registry=self.registry,
            buckets=_ACK_BUCKETS,
        )
        self.upstream_calls = Counter(
            "workflows_bot_upstream_calls",
            "Requests to Cloudflare by account and outcome.",
            ["account", "outcome"],
            registry=self.registry,
        )
        self.upstream_seconds = Histogram(
            "workflows_bot_upstream_seconds",
            "Time that a request to Cloudflare took.",
            ["account"],
            registry=self.registry,
            buckets=_UPSTREAM_BUCKETS,
        )
        self.upstream_waiting = Gauge(
            "workflows_bot_upstream_waiting",
            "Requests to Cloudflare that wait for their turn.",
            ["account"],
            registry=self.registry,
        )
        self.pages = Counter(
            "workflows_bot_pages",
            "Questions to the cache: hit, miss, or joined another's flight.",
            ["account", "outcome"],
            registry=self.registry,
        )
        self.budget_left = Gauge(
            "workflows_bot_budget_left",
            "Requests that people could still make in this window.",
            ["account"],
            registry=self.registry,
        )
        self.ready = Gauge(
            "workflows_bot_ready",
            "Whether a part of the bot is well: 1 or 0.",
            ["part"],
            registry=self.registry,
        )
        self.connections = Gauge(
            "workflows_bot_connections",
            "Connections to the bot's own ports that are open.",
            registry=self.registry,
        )
        self.connections_closed = Counter(
            "workflows_bot_connections_closed",
            "Connections to the bot's own ports that were closed by a limit.",
            ["reason"],
            registry=self.registry,
        )
        for limit in _CONNECTION_LIMITS:
            self.connections_closed.labels(limit)
        Gauge(
            "workflows_bot_tasks",
            "Tasks on the event loop: answers under way, connections, and what always runs.",
            registry=self.registry,
        ).set_function(_tasks)
        self.digests = Counter(
            "workflows_bot_digests",
            "Digests by what became of them: due, sent, quiet, missed, failed, or put off for a while.",
            ["outcome"],
            registry=self.registry,
        )
        for outcome in _DIGEST_OUTCOMES:
            self.digests.labels(outcome)  # from the start: Prometheus takes no first value for an increase
        self.digest_lateness_seconds = Histogram(
            "workflows_bot_digest_lateness_seconds",
            "Time from when a digest was due until Slack had it.",
            registry=self.registry,
            buckets=_LATENESS_BUCKETS,
        )

        self.jobs_overdue = Gauge(
            "workflows_bot_jobs_overdue",
            "Jobs that this process sees wait or run for longer than they may.",
            registry=self.registry,
        )

    def render(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self.registry)


def _tasks() -> int:
    """Count the tasks on this thread's event loop; 0 where none runs."""
    try:
        return len(asyncio.all_tasks())
    except RuntimeError:
        return 0
