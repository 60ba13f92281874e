"""What the bot logs, for tests of it."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from bot.logs import configure_logging


@contextmanager
def logs(level: str = "info", style: str = "json") -> Iterator[io.StringIO]:
    """Log as in production, into the text that this gives."""
    root = logging.getLogger()
    handlers, before = root.handlers[:], root.level
    written = io.StringIO()
    configure_logging(level, style, written)
    try:
        yield written
    finally:
        structlog.reset_defaults()
        root.handlers = handlers
        root.setLevel(before)
