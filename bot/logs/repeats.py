"""Log a failure that repeats: at once, and then one line a minute that counts the repetitions."""

import logging
import re
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from cachetools import LRUCache

from bot.reasons import reason_of

_INTERVAL: Final = timedelta(minutes=1)
_MOST_KEPT: Final = 1_000  # kinds of lines that are remembered
_NUMBER: Final = re.compile(r"\d+(\.\d+)?")


class Repeats:
    """Holds back lines that were written not long ago, and counts them.

    Args:
        interval: the time between two lines of a kind.
        monotonic: a clock that never goes back, in seconds.
    """

    def __init__(
        self, interval: timedelta = _INTERVAL, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._interval = interval.total_seconds()
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._written: LRUCache[object, tuple[float, int]] = LRUCache(_MOST_KEPT)

    def admit(self, kind: object) -> int | None:
        """Return how many lines of a kind were held back before this one; None if it is held back, too."""
        with self._lock:
            now = self._monotonic()
            at, held = self._written.get(kind, (float("-inf"), 0))
            if now - at < self._interval:
                self._written[kind] = at, held + 1
                return None
            self._written[kind] = now, 0
            return held

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep a record of a library unless one like it was written not long ago."""
        error = record.exc_info[1] if record.exc_info else None
        reason = reason_of(error) if error is not None else ""
        held = self.admit((record.name, record.levelno, _NUMBER.sub("#", str(record.msg)), reason))
        if held:
            record.repeated = held
        return held is not None


class FailureLog:
    """Logs the failures of something that is retried, and when it works again.

    Args:
        log: the bot's own log of the module.
        event: what fails, as the name of the event.
        repeats: holds back a failure that was logged not long ago.
    """

    def __init__(self, log: Any, event: str, repeats: Repeats | None = None) -> None:  # noqa: ANN401 - structlog has no type for it
        self._log = log
        self._event = event
        self._repeats = repeats or Repeats()
        self._failures = 0

    def record_failure(self, reason: str, unexpected: Exception | None = None) -> None:
        """Log a failure, with the traceback of an unexpected one, unless that was logged not long ago."""
        self._failures += 1
        held = self._repeats.admit(reason)
        if held is None:
            return
        repeated = {"repeated": held} if held else {}
        if unexpected is None:
            self._log.warning(self._event, reason=reason, **repeated)
        else:
            self._log.error(self._event, reason=reason, exc_info=None if held else unexpected, **repeated)

    def record_success(self) -> None:
        """Log that it works again, if it failed more than once."""
        if self._failures > 1:
            self._log.info(f"{self._event}_no_more", failures=self._failures)
        self._failures = 0
