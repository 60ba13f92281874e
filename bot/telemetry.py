"""Logs and metrics."""

import asyncio
import logging
import sys
from contextlib import AbstractContextManager
from typing import Final

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

from bot import __version__

_DIGEST_OUTCOMES: Final = ("due", "sent", "quiet", "missed", "failed", "put_off")

_LATENESS_BUCKETS: Final = (1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)
_ACK_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
_UPSTREAM_BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)


def configure_logging(level: str, style: str) -> None:
    """Send every log, ours and the libraries', through structlog to standard error.

    Args:
        level: `debug`, `info`, `warning` or `error`.
        style: `json`, a line an event, or `console` for people.
    """
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    rendering: list[structlog.types.Processor] = (
        # Where `rich` is installed, structlog would show the values of variables, secrets among them.
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if style == "console"
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    handler = logging.StreamHandler(sys.stderr)
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


def traced(reference: str) -> AbstractContextManager[object]:
    """Have every line that is logged in this block, and in the tasks begun in it, carry a reference.

    A task begun in it keeps the reference after the block; whatever else its caller does loses it.
    """
    return structlog.contextvars.bound_contextvars(reference=reference)


def current_reference() -> str:
    """What the log knows the work by that is under way here: a request, or a digest's delivery."""
    return str(structlog.contextvars.get_contextvars().get("reference", "none"))


class Metrics:
    """What the bot counts, in a registry of its own, so that two bots can live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
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

    def render(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)


def _tasks() -> int:
    """How many tasks there are on this thread's event loop; none where none runs."""
    try:
        return len(asyncio.all_tasks())
    except RuntimeError:
        return 0
