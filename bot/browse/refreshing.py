"""How often one message is read anew: a second press within a moment shows what the first one read."""

from collections.abc import Hashable
from datetime import timedelta
from typing import Final

from cachetools import TTLCache

from bot.ui.elements import duration

_MOST: Final = 1_000


class RefreshPause:
    """Remembers for a moment what was refreshed.

    Args:
        pause: for how long what was refreshed is shown again instead of being refreshed anew.
        subject: what was refreshed, as the notice begins.
    """

    def __init__(self, pause: timedelta, subject: str = "This") -> None:
        self._refreshed: TTLCache[tuple[str, Hashable], bool] = TTLCache(_MOST, pause.total_seconds())
        self._notice = (
            f"{subject} was refreshed less than {duration(pause)} ago, so it is shown as of the time above. "
            "Refresh again in a moment."
        )

    def notices(self, team: str, subject: Hashable) -> tuple[str, ...]:
        """Return a notice in mrkdwn if something was refreshed a moment ago, so that it is not due again."""
        return (self._notice,) if (team, subject) in self._refreshed else ()

    def begin(self, team: str, subject: Hashable) -> None:
        """Begin the pause of what was refreshed just now; not of what was shown again, or none would end."""
        self._refreshed[team, subject] = True
