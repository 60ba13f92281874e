"""Where the log goes and what its lines look like."""

import json
import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from io import StringIO
from typing import Any, Final, Protocol, TextIO, cast

import stamina.instrumentation
import structlog
from pydantic_core import PydanticSerializationError, to_json
from structlog.types import EventDict

from bot.errors import StartupError
from bot.logs.libraries import without_quotations
from bot.logs.line_queue import LineQueue
from bot.logs.repeats import Repeats
from bot.logs.tracebacks import format_error
from bot.reasons import reason_of
from bot.telemetry import errors_logged, lines_dropped, with_request_id

_log = structlog.get_logger(__name__)

_FAULTS: Final = frozenset({"error", "exception", "critical"})


class Stream(Protocol):
    """What lines are written to."""

    def write(self, text: str, /) -> int:
        """Write some text."""
        ...

    def flush(self) -> None:
        """Let what was written go."""
        ...


def configure_logging(level: str, style: str, stream: Stream | None = None) -> None:
    """Send every log, ours and the libraries', to one place in one form.

    Ours are written at once: by way of `logging`, as the libraries' are, a line would take four times as
    long, and every request has one. Libraries have no say below warnings, whatever the level: there they log
    whole requests, answers and SQL with its parameters.

    Args:
        level: `debug`, `info`, `warning` or `error`.
        style: `json`, a line an event, or `console` for people; on a terminal that has the time of day there,
            and colours.
        stream: where they go; to standard error if not said.
    """
    stream = stream or sys.stderr
    shared: list[structlog.types.Processor] = [
        with_request_id,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False)
        if style == "console" and sys.stderr.isatty()
        else structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    rendering: list[structlog.types.Processor] = [
        structlog.processors.ExceptionRenderer(lambda error: format_error(error[1])),
        _console() if style == "console" else structlog.processors.JSONRenderer(_json),
    ]
    structlog.configure(
        processors=[_counted, *shared, *rendering],
        logger_factory=partial(_LineLogger, stream),
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    least = max(logging.WARNING, logging.getLevelNamesMapping()[level.upper()])
    handler = logging.StreamHandler(stream)
    handler.setLevel(least)
    handler.addFilter(_counted_record)
    handler.addFilter(without_quotations)
    handler.addFilter(Repeats())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder({"repeated"}), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(least)
    logging.raiseExceptions = False  # a line that can't be written would be shown on standard error
    stamina.instrumentation.set_on_retry_hooks([_log_retry])


def _console() -> structlog.types.Processor:
    """Return the renderer of lines for people, with colours only on a terminal that shows them."""
    has_colours = sys.stderr.isatty() and not os.environ.get("NO_COLOR")  # https://no-color.org
    return structlog.dev.ConsoleRenderer(
        colors=has_colours, pad_event_to=24, exception_formatter=structlog.dev.plain_traceback
    )


@contextmanager
def run_log(level: str, style: str) -> Iterator[None]:
    """Log for a process that serves, until the block is left.

    A reader of standard error that stands still delays nothing: see `LineQueue`. What Python itself would
    write there, of threads, warnings and the end of the process, goes the same way, and quotes nothing.
    """
    queue = LineQueue(sys.stderr.fileno(), _dropped_line, lines_dropped.inc)
    hooks = threading.excepthook, sys.unraisablehook
    configure_logging(level, style, queue)
    logging.captureWarnings(True)
    threading.excepthook = lambda args: _log_unhandled("thread_failed", args.exc_value)
    sys.unraisablehook = lambda args: _log_unhandled("error_ignored", args.exc_value)
    try:
        yield
    except StartupError:
        raise
    except Exception as error:  # noqa: BLE001 - the last place where anything can be caught
        _log.critical("ended_by_error", exc_info=error)
        raise SystemExit(1) from None
    finally:
        threading.excepthook, sys.unraisablehook = hooks
        logging.captureWarnings(False)
        queue.close()


def _log_unhandled(event: str, error: BaseException | None) -> None:
    if not isinstance(error, SystemExit):
        _log.error(event, exc_info=error)


def _dropped_line(count: int) -> str:
    """Return the line that tells of lines that were lost, at every level."""
    written = StringIO()
    logger = structlog.wrap_logger(
        _LineLogger(written, __name__), wrapper_class=structlog.make_filtering_bound_logger("debug")
    )
    logger.warning("log_lines_dropped", count=count)
    return written.getvalue()


def _log_retry(details: stamina.instrumentation.RetryDetails) -> None:
    """Log a retry; stamina's own line has the arguments of what is tried again."""
    _log.warning(
        "stamina.retry_scheduled",
        callable=details.name,
        retry_num=details.retry_num,
        caused_by=type(details.caused_by).__name__,
        reason=reason_of(details.caused_by),
        wait_for=round(details.wait_for, 2),
        waited_so_far=round(details.waited_so_far, 2),
    )


def _counted_record(record: logging.LogRecord) -> bool:
    if record.levelno >= logging.ERROR:
        errors_logged.inc()
    return True


def _counted(_logger: object, method: str, event: EventDict) -> EventDict:
    if method in _FAULTS:
        errors_logged.inc()
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

    def __init__(self, stream: Stream, name: str) -> None:
        super().__init__(cast("TextIO", stream))
        self.name = name

    def msg(self, message: str) -> None:
        with suppress(OSError, ValueError):  # the latter where the stream is closed
            super().msg(message)

    debug = info = warning = error = critical = msg
