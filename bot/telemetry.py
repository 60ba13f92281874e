"""Logs and metrics."""

import asyncio
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from typing import Any, Final, TextIO

import structlog
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
from pydantic_core import PydanticSerializationError, to_json
from structlog.types import EventDict

from bot import __version__

_request_id: Final[ContextVar[str]] = ContextVar("reference", default="")

_FAULTS: Final = frozenset({"error", "exception", "critical"})
_errors: Final = Counter(
    "workflows_bot_errors",
    "Lines in the log that tell of a fault of the bot's own, or of an answer that reached nobody.",
    registry=None,  # the log is the whole process's: each bot in it tells of all
)

_DIGEST_OUTCOMES: Final = ("due", "sent", "quiet", "missed", "failed", "put_off")

_CONNECTION_LIMITS: Final = ("all", "address", "deadline", "descriptors")

_LATENESS_BUCKETS: Final = (1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)
_ACK_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
_UPSTREAM_BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)


def configure_logging(level: str, style: str, stream: TextIO | None = None) -> None:
    """Send every log, ours and the libraries', to one place in one form.

    Ours are written at once: by way of `logging`, as the libraries' are, a line would take four times as
    long, and every request has one.

    Args:
        level: `debug`, `info`, `warning` or `error`.
        style: `json`, a line an event, or `console` for people.
        stream: where they go; to standard error if not said.
    """
    stream = stream or sys.stderr
    shared: list[structlog.types.Processor] = [
        _with_request_id,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    rendering: list[structlog.types.Processor] = (
        # Where `rich` is installed, structlog would show the values of variables, secrets among them.
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if style == "console"
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_json)]
    )
    structlog.configure(
        processors=[_counted, *shared, *rendering],
        logger_factory=partial(_LineLogger, stream),
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    handler = logging.StreamHandler(stream)
    handler.addFilter(_counted_record)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # Bolt logs whole request bodies, the libraries below it whole answers: never at our own level.
    for name in ("slack_bolt", "slack_sdk", "aiohttp.access", "alembic", "sqlalchemy"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _counted_record(record: logging.LogRecord) -> bool:
    if record.levelno >= logging.ERROR:
        _errors.inc()
    return True


def _counted(_logger: object, method: str, event: EventDict) -> EventDict:
    if method in _FAULTS:
        _errors.inc()
    return event


def _json(event: Any, **_: object) -> str:  # noqa: ANN401 - as structlog hands it on
    """Write JSON in ASCII: no name breaks a line or steers a terminal."""
    with suppress(PydanticSerializationError):
        text = to_json(event, fallback=repr)
        if text.isascii():
            return text.decode()
    return json.dumps(event, default=repr, separators=(",", ":"))  # takes five times as long


class _LineLogger(structlog.WriteLogger):
    """Writes lines; has the name of the module that they are from.

    A log that can't be written, for its disk is full or its reader gone, costs nobody their answer.
    """

    def __init__(self, stream: TextIO, name: str) -> None:
        super().__init__(stream)
        self.name = name

    def msg(self, message: str) -> None:
        with suppress(OSError, ValueError):  # the latter where the stream is closed
            super().msg(message)

    debug = info = warning = error = critical = msg


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


def _with_request_id(_logger: object, _method: str, event: EventDict) -> EventDict:
    if request_id := _request_id.get():
        event["reference"] = request_id
    return event


class Metrics:
    """What the bot counts, in a registry of its own, so that two bots can live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.errors = _errors
        self.registry.register(self.errors)
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
