"""How often one message is read anew: a second press within a moment shows what the first one read."""

from collections.abc import Awaitable, Hashable
from datetime import timedelta
from typing import Final, Protocol, TypeVar

from cachetools import TTLCache

from bot.ui.mrkdwn import duration

_MOST: Final = 1_000
_T = TypeVar("_T")
_Shown_co = TypeVar("_Shown_co", covariant=True)


class _Show(Protocol[_Shown_co]):
    """Shows something with notices in mrkdwn: read anew if it is to be `fresh`, or as it was."""

    def __call__(self, *, fresh: bool, notices: tuple[str, ...]) -> Awaitable[_Shown_co]: ...


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

    async def refresh(self, team: str, subject: Hashable, show: _Show[_T]) -> _T:
        """Show something anew, or as it was where it was refreshed a moment ago.

        Args:
            team: Slack's id of the workspace.
            subject: what is shown.
            show: shows it.
        """
        if (team, subject) in self._refreshed:
            return await show(fresh=False, notices=(self._notice,))
        shown = await show(fresh=True, notices=())
        self._refreshed[team, subject] = True  # not what was shown as it was, or its pause would never end
        return shown
