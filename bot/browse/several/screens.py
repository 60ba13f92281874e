"""Several lists of the API, read as one: by creation time, or by the end of the instances."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.browse.bookmark import Bookmark, EndBookmark, ListBookmark, MergedBookmark
from bot.browse.causes import CauseReader
from bot.browse.checking import RowChecker
from bot.browse.errors import NoSuchWorkflows
from bot.browse.model import ListQuery
from bot.browse.pages import PageReader
from bot.browse.screen import Found, Screen
from bot.browse.selection import PATTERN, Selection
from bot.browse.several.by_end import end_screen, read_all
from bot.browse.several.merged import merged_screen
from bot.browse.several.places import Omitted, StreamPlace
from bot.browse.several.planning import WorkflowFilter, needs_names, plan
from bot.browse.several.reading import Asked, Limits
from bot.cloudflare.accounts import Accounts
from bot.cloudflare.errors import CloudflareError
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import WorkflowList

SCREEN: Final = Limits(10, 2.0)
"""What one screen reads: see the facts on how long Slack waits."""
READ_BACK: Final = Limits(100, 10.0)


class SeveralLists:
    """Reads several lists as one.

    Its methods raise `CloudflareError` if no list could be read, and `NoSuchWorkflows` for a name or a
    pattern that fits no workflow that may be seen.

    Args:
        accounts: by name.
        causes: reads why instances failed.
        lookback: how long before a time an instance may have been created that ended since.
        limits: how much one screen reads.
    """

    def __init__(
        self, accounts: Accounts, causes: CauseReader, lookback: timedelta, limits: Limits = SCREEN
    ) -> None:
        self._accounts = accounts
        self._causes = causes
        self._lookback = lookback
        self._limits = limits

    async def turn(self, mark: ListBookmark, *, fresh: bool, allows: WorkflowFilter, team: str) -> Screen:
        """Return the screen at a bookmark."""
        asked = self._asked(mark.query, allows, team, self._limits, fresh=fresh)
        if isinstance(mark, Bookmark) or not mark.places:
            places, omitted = await self._begin(asked)
            if isinstance(mark, Bookmark):
                kind = EndBookmark if mark.query.selection.by_end else MergedBookmark
                mark = kind(mark.query)
            mark = replace(mark, places=places, omitted=omitted)
        asked = replace(asked, listed_at=mark.omitted.listed_at)
        if isinstance(mark, EndBookmark):
            return await end_screen(asked, mark)
        return await merged_screen(asked, mark)

    async def read_back(
        self, selection: Selection, *, allows: WorkflowFilter, team: str, limits: Limits, fresh: bool
    ) -> Found:
        """Return all rows of a selection, as far as the limits allow, with background priority."""
        asked = self._asked(ListQuery(selection), allows, team, limits, fresh=fresh)
        places, omitted = await self._begin(asked, Priority.BACKGROUND)
        asked = replace(asked, listed_at=omitted.listed_at)
        return await read_all(asked, places, omitted)

    def _asked(
        self, query: ListQuery, allows: WorkflowFilter, team: str, limits: Limits, *, fresh: bool
    ) -> Asked:
        account, workflows = self._accounts.get(query.account)
        checker = RowChecker(query.selection.where, self._causes, query.account, team)
        reader = PageReader(workflows, query, fresh)
        return Asked(query, account, reader, checker, self._lookback, allows, limits)

    async def _begin(
        self, asked: Asked, priority: Priority = Priority.INTERACTIVE
    ) -> tuple[tuple[StreamPlace, ...], Omitted]:
        """Return the lists of a question, none of them read yet, and those that are left out."""
        selection = asked.query.selection
        listed = await _list_workflows(asked, priority)
        planned = plan(selection, listed, asked.allows, self._lookback)
        if planned.missing:
            names = () if listed is None else (row.name for row in listed.rows if asked.allows(row.name))
            raise NoSuchWorkflows(asked.query, asked.account, planned.missing, tuple(names))
        return tuple(StreamPlace(stream) for stream in planned.streams), planned.omitted


async def _list_workflows(asked: Asked, priority: Priority) -> WorkflowList | None:
    """Return the account's workflows; None where names are enough.

    Raises:
        CloudflareError: they can't be listed, and a pattern asks for them.
    """
    selection, reader = asked.query.selection, asked.reader
    if not needs_names(selection):
        return None
    try:
        return await reader.workflows.list_workflows(fresh=reader.fresh, priority=priority)
    except CloudflareError:
        if not selection.workflows or any(PATTERN in name for name in selection.workflows):
            raise
        return None


def retried(here: MergedBookmark | EndBookmark) -> ListBookmark:
    """Return a place whose lists are all tried again; the first screen of a list begins anew.

    What was searched is searched again as far.
    """
    places = tuple(replace(place, failure=None) for place in here.places)
    if isinstance(here, EndBookmark):
        if here.offset:
            failed = any(place.failure is not None and place.end is None for place in here.places)
            return replace(here, places=places, further=failed)
        pages = sum(len(place.pages) for place in here.places)
        return EndBookmark(here.query, pages=pages, is_past=any(place.is_older for place in here.places))
    return replace(here, places=places, shown=None) if here.back else Bookmark(here.query)
