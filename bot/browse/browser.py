"""Walk lists: a question or a bookmark in, a screen out, at most one request for a hundred rows.

A query that is one of the API's lists is walked here. All others are several lists, see `SeveralLists`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.access.model import Right
from bot.access.policy import Viewer
from bot.browse.bookmark import (
    Bookmark,
    KeptPage,
    ListBookmark,
    VisitedPage,
    start_of,
)
from bot.browse.causes import CauseReader
from bot.browse.errors import NoSuchWorkflow
from bot.browse.model import ListQuery
from bot.browse.one_list import is_first, is_page_within, screen_of
from bot.browse.pages import PageReader, bounded
from bot.browse.screen import Found, Screen, Source
from bot.browse.selection import Selection
from bot.browse.several.planning import WorkflowFilter, allow_all
from bot.browse.several.reading import Limits
from bot.browse.several.screens import READ_BACK, SCREEN, SeveralLists, retried
from bot.cloudflare.accounts import Accounts
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import (
    CloudflareError,
    UnknownAccount,
    WorkflowNotFound,
)
from bot.cloudflare.models import InstancePage, PageNumber, Position, Status

_MOST_EMPTY_PAGES: Final = 5
_ERRORED: Final = Status("errored")
LOOKBACK: Final = timedelta(days=7)
"""How long before a time an instance may have been created that ended since, where settings do not say."""


async def pass_nothing(_: KeptPage, _position: Position) -> bool:
    """Say that a walk led through no position, where none is in a database."""
    return False


class Browser:
    """Browses the accounts of settings.

    Args:
        accounts: by name, at least one; the first is the default.
        has_passed: returns whether a walk in the database led through a position, to a page or before it.
        causes: reads why instances failed.
        lookback: how long before a time an instance may have been created that ended since.
        limits: how much is read for one screen of several lists.
    """

    def __init__(
        self,
        accounts: Mapping[str, CachedWorkflows],
        has_passed: Callable[[KeptPage, Position], Awaitable[bool]] = pass_nothing,
        *,
        causes: CauseReader | None = None,
        lookback: timedelta = LOOKBACK,
        limits: Limits = SCREEN,
    ) -> None:
        self._accounts = Accounts(accounts)
        self._has_passed = has_passed
        causes = causes or CauseReader(accounts, lambda cause: cause)
        self._several = SeveralLists(self._accounts, causes, lookback, limits)

    @property
    def accounts(self) -> tuple[str, ...]:
        """Return the accounts' names, the default first."""
        return self._accounts.names

    def known_workflow(self, account: str | None = None, allows: WorkflowFilter = allow_all) -> str | None:
        """Return a workflow of an account, if possible one with failures, without a request.

        None if none is known that may be seen.
        """
        _, workflows = self._accounts.get(account)
        known = [row for row in workflows.known_workflows if allows(row.name)]
        failed = (row.name for row in known if row.instances and row.instances.get(_ERRORED))
        return next(failed, known[0].name if known else None)

    async def open(self, query: ListQuery, *, allows: WorkflowFilter = allow_all, team: str = "") -> Screen:
        """Return the first screen of a list.

        Args:
            query: the list.
            allows: says which workflows may be seen, by their names. The only one of a list that is one of
                the API's is not asked about: that is to be done before.
            team: whose the question is; why instances failed is kept for it.

        Raises:
            CloudflareError: the API's answer is no list; of several lists, none could be read.
            NoSuchWorkflow: the account has none of that name.
            NoSuchWorkflows: it has none of some names, or none for a pattern.
            CursorRefused: the query starts at a cursor that the API does not take.
            UnknownAccount: settings name no such account.
        """
        return await self.turn(Bookmark(query, query.start), allows=allows, team=team)

    async def refresh(
        self, here: ListBookmark, *, allows: WorkflowFilter = allow_all, team: str = ""
    ) -> Screen:
        """Return the same place as the API has it now; lists that could not be read are tried again.

        On the first page the anchor is lifted, so that new instances appear. A later page lies behind
        them whatever they are; there the anchor stays, or the way back would skip rows.

        Raises:
            CloudflareError, NoSuchWorkflow, NoSuchWorkflows, CursorRefused, UnknownAccount: as `open`.
        """
        return await self.turn(without_anchor(here), fresh=True, allows=allows, team=team)

    async def turn(
        self, mark: ListBookmark, *, fresh: bool = False, allows: WorkflowFilter = allow_all, team: str = ""
    ) -> Screen:
        """Return the screen at a bookmark.

        Raises:
            CloudflareError, NoSuchWorkflow, NoSuchWorkflows, CursorRefused, UnknownAccount: as `open`.
        """
        account, workflows = self._accounts.get(mark.query.account)
        try:
            if isinstance(mark, Bookmark) and mark.query.selection.stream is not None:
                return await self._turn(workflows, mark, account, fresh=fresh)
            return await self._several.turn(mark, fresh=fresh, allows=allows, team=team)
        except WorkflowNotFound as error:
            if not mark.query.workflow:
                raise
            raise await self._no_such_error(mark.query, account, allows, error) from error

    async def read_back(
        self,
        selection: Selection,
        *,
        allows: WorkflowFilter = allow_all,
        team: str = "",
        limits: Limits = READ_BACK,
        fresh: bool = False,
    ) -> Found:
        """Return all rows of a selection, as far as the limits allow, with background priority.

        Raises:
            CloudflareError, NoSuchWorkflow, NoSuchWorkflows, UnknownAccount: as `open`.
        """
        account, _ = self._accounts.get(selection.account)
        try:
            return await self._several.read_back(
                selection, allows=allows, team=team, limits=limits, fresh=fresh
            )
        except WorkflowNotFound as error:
            if not selection.workflow:
                raise
            raise await self._no_such_error(ListQuery(selection), account, allows, error) from error

    def still_shows(self, screen: Screen) -> bool:
        """Return whether refreshing a screen now would give the same screen."""
        if screen.source is None:
            return False
        _, workflows = self._accounts.get(screen.query.account)
        return workflows.is_cached(screen.source.asked, screen.source.page)

    async def _turn(self, workflows: CachedWorkflows, mark: Bookmark, account: str, *, fresh: bool) -> Screen:
        asked = bounded(mark.query.page(mark.position), mark.anchor)
        if mark.anchor is None and mark.query.until is None and is_page_within(mark):
            mark = await self._anchor_at_newest(workflows, mark, fresh=fresh)
        page = first = await _read_page(workflows, mark, fresh=fresh)
        for _ in range(_MOST_EMPTY_PAGES):
            # An empty page may still have a cursor: a filter found nothing there, and more lies behind.
            if page.rows or page.next is None or await self._is_loop(mark, page):
                break
            mark = replace(
                mark, position=page.next, offset=0, visited=(*mark.visited, VisitedPage(mark.position, 0))
            )
            page = await _read_page(workflows, mark, fresh=fresh)
        if mark.anchor is None and is_first(mark):
            reader = PageReader(workflows, mark.query)
            anchor, page = await reader.anchor(mark.query.page(mark.position), page)
            mark = replace(mark, anchor=anchor)
        screen = screen_of(mark, account, page, is_loop=await self._is_loop(mark, page))
        return replace(screen, source=Source(asked, page) if page is first else None)

    async def workflow_names(self, account: str | None) -> tuple[str, ...]:
        """Return the names of an account's workflows; none where they can't be read just now."""
        try:
            _, workflows = self._accounts.get(account)
            found = await workflows.list_workflows()
        except (CloudflareError, UnknownAccount):
            return ()
        return tuple(row.name for row in found.rows)

    async def list_visible_names(self, account: str | None, viewer: Viewer) -> tuple[str, ...]:
        """Return the names of an account's workflows that a person may see; none where they can't be read."""
        if not viewer.may_any(Right.VIEW, account):
            return ()
        return viewer.among(await self.workflow_names(account), account)

    async def _no_such_error(
        self, query: ListQuery, account: str, allows: WorkflowFilter, error: WorkflowNotFound
    ) -> NoSuchWorkflow:
        """Return the error for a name of no workflow, with those that may be seen; none if unreadable."""
        existing = filter(allows, await self.workflow_names(query.account))
        return NoSuchWorkflow(query, account, tuple(existing), error)

    async def _is_loop(self, mark: Bookmark, page: InstancePage) -> bool:
        """Return whether the walk would return to a page that it has visited."""
        if page.next is None:
            return False
        if page.next == mark.position or any(page.next == passed.position for passed in mark.visited):
            return True
        return mark.kept is not None and await self._has_passed(mark.kept, page.next)

    async def _anchor_at_newest(self, workflows: CachedWorkflows, mark: Bookmark, *, fresh: bool) -> Bookmark:
        """Start a walk at a page number; only the first page tells what is newest now."""
        head = await workflows.list_instances(mark.query.page(PageNumber(1)), fresh=fresh)
        return replace(mark, anchor=head.newest)


async def _read_page(workflows: CachedWorkflows, mark: Bookmark, *, fresh: bool) -> InstancePage:
    return await PageReader(workflows, mark.query, fresh).read(mark.query.page(mark.position), mark.anchor)


def without_anchor(here: ListBookmark) -> ListBookmark:
    """Return a place on the first page without the anchor, and any other one as it is.

    Of several lists, those that could not be read are tried again.
    """
    if not isinstance(here, Bookmark):
        return retried(here)
    return Bookmark(here.query, start_of(here), here.offset) if is_first(here) else here
