"""What may be in a channel unknown to the database: messages of late runs, and posts that are under way."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cachetools import TTLCache

from bot.digests.runs import ActiveRun, Attempt

_LATE: Final = timedelta(minutes=1)
"""Longer than a run waits for its turn on most days."""
_BREAK: Final = timedelta(seconds=10)
"""Longer than the interval between a worker's rounds."""
_UNDER_WAY: Final = timedelta(seconds=15)
"""A message is shown within this time after it was about to be posted, or never: a request of the bot's ends
after ten seconds."""
_MOST_SEARCHED: Final = 1_000


@dataclass(slots=True)
class Watch:
    """How long this worker has used its database without a break.

    In a break a backup may have been put in the database's place, or a replica that lacks what was last
    written: it has forgotten what was posted.

    Attributes:
        since: when it found the database after the last break; None before that.
        seen_at: when it last found it.
    """

    since: datetime | None = None
    seen_at: datetime | None = None

    def note(self, now: datetime) -> None:
        """Note that the database answers; call it every few seconds."""
        if self.seen_at is None or now - self.seen_at > _BREAK:
            self.since = now
        self.seen_at = now

    def note_failure(self) -> None:
        """Note that the database did not answer."""
        self.since = self.seen_at = None

    def has_seen(self, moment: datetime) -> bool:
        """Return whether the database was there from a moment on."""
        return self.since is not None and self.since <= moment


def maybe_posted_since(active: ActiveRun, now: datetime, watch: Watch) -> datetime | None:
    """Return since when the message of a run may be in its channel; None if it can't be there.

    A run may have been posted although the database knows nothing of it. So one that is late is looked for,
    and one that was due before this worker has found its database. Any other costs no search.
    """
    if active.posting:
        return active.run.began_at or active.run.due_at
    is_known = now - active.run.due_at <= _LATE and watch.has_seen(active.run.due_at)
    return None if is_known else active.run.due_at


def wait_for_post(active: ActiveRun, now: datetime) -> timedelta:
    """Return how long a message may still arrive in its channel; zero if it can't arrive any more.

    Slack may have the request of a worker that has died, or a worker that stood still may yet send it. Clocks
    of workers differ by seconds; a mark that is further ahead was made before the clock was put back.
    """
    if not active.posting or active.posting_at is None:
        return timedelta(0)
    elapsed = now - active.posting_at
    return _UNDER_WAY - elapsed if abs(elapsed) < _UNDER_WAY else timedelta(0)


class SearchedRuns:
    """Late runs whose message this process has just searched for and not found: one search serves both steps.

    A step that another process runs, or that runs later, searches again. So does one that knows of an attempt
    to post, which the sender notes first.

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
