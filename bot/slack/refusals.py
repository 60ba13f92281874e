"""What the bot's port refuses, in the log: the first at once, what follows as one line a minute."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Final

import structlog

_log = structlog.get_logger(__name__)

_INTERVAL: Final = timedelta(minutes=1)


class Refusals:
    """Logs what is refused, so that strangers who are refused often fill no disk.

    Args:
        interval: the time between two lines.
    """

    def __init__(self, interval: timedelta = _INTERVAL) -> None:
        self._interval = interval.total_seconds()
        self._counts: Counter[str] = Counter()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, reason: str, status: int | None = None) -> None:
        """Log a refusal now, or count it for the line that follows.

        Args:
            reason: one of few, and without anything that a stranger sent.
            status: the HTTP status that said so, if any did.
        """
        if self._timer is None:
            _log.warning("request_refused", reason=reason, **({} if status is None else {"status": status}))
            self._wait()
        else:
            self._counts[reason] += 1

    def close(self) -> None:
        """Log what was not logged yet."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._log_counts()

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._interval, self._end_interval)

    def _end_interval(self) -> None:
        self._timer = None
        if self._counts:
            self._log_counts()
            self._wait()

    def _log_counts(self) -> None:
        if self._counts:
            _log.warning("requests_refused", count=self._counts.total(), reasons=dict(self._counts))
            self._counts.clear()
