"""Several lists of the API, read as one."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.browse.bookmark import Bookmark, EndBookmark, ListBookmark, MergedBookmark
from bot.browse.causes import CauseReader
from bot.browse.planning import WorkflowFilter
from bot.browse.screen import Found, Screen
from bot.browse.selection import Selection
from bot.cloudflare.accounts import Accounts


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read at once, beyond the first page of each list.

    Attributes:
        pages: pages.
        seconds: after which no more pages are asked for.
    """

    pages: int
    seconds: float


SCREEN: Final = Limits(10, 2.0)
READ_BACK: Final = Limits(100, 10.0)


class SeveralLists:
    """Reads several lists as one.

    Args:
        accounts: by name.
        causes: reads why instances failed.
        lookback: how long before a time an instance may have been created that ended since.
    """

    def __init__(self, accounts: Accounts, causes: CauseReader, lookback: timedelta) -> None:
        self._accounts = accounts
        self._causes = causes
        self._lookback = lookback

    async def turn(self, mark: ListBookmark, *, fresh: bool, allows: WorkflowFilter, team: str) -> Screen:
        """Return the screen at a bookmark."""
        raise NotImplementedError

    async def read_back(
        self, selection: Selection, *, allows: WorkflowFilter, team: str, limits: Limits, fresh: bool
    ) -> Found:
        """Return all rows of a selection, as far as the limits allow."""
        raise NotImplementedError


def retried(here: MergedBookmark | EndBookmark) -> ListBookmark:
    """Return a place whose lists are tried again that could not be read; the first one from its start."""
    return Bookmark(here.query)
