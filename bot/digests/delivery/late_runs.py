"""Late runs: the message of one may be in its channel although the database knows nothing of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from cachetools import TTLCache

from bot.digests.runs import ActiveRun, Attempt

_LATE: Final = timedelta(minutes=1)
"""Longer than a run waits for its turn on most days, and shorter than it takes to restore a backup."""
_MOST_SEARCHED: Final = 1_000


def maybe_posted_since(active: ActiveRun, now: datetime) -> datetime | None:
    """Return since when the message of a run may be in its channel; None if it can't be there.

    A late run may have been posted although the database knows nothing of it: where a backup was restored, it
    has forgotten what was posted since. A run in time costs no search.
    """
    if active.posting:
        return active.run.began_at or active.run.due_at
    return active.run.due_at if now - active.run.due_at > _LATE else None


class SearchedRuns:
    """Late runs whose message this process has just looked for in vain: one search is enough for both steps.

    A step that is done by another process, or later, searches again. So does one that knows of a try to post:
    whoever posts notes that first.

    Args:
        now: the clock.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._searched: TTLCache[Attempt, bool] = TTLCache(
            _MOST_SEARCHED, _LATE.total_seconds(), timer=lambda: now().timestamp()
        )

    def add(self, attempt: Attempt) -> None:
        """Note that a channel was searched for the message of an attempt."""
        self._searched[attempt] = True

    def __contains__(self, attempt: Attempt) -> bool:
        return attempt in self._searched
