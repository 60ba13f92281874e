"""From what a person typed or clicked to the message that answers it, errors included."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.blocks.help import help_message
from bot.blocks.instances import instances_message
from bot.blocks.parts import Controls, Message
from bot.blocks.problems import WayOut, problem_message, restart, similar, unexpected_message
from bot.blocks.workflows import overview_message
from bot.browse.bookmark import AnyBookmark, Bookmark, BookmarkUnreadable, OverviewBookmark
from bot.browse.browser import Browser
from bot.browse.errors import CursorRefused, NoSuchWorkflow, UnknownAccount
from bot.browse.screen import Overview, Screen
from bot.browse.shelf import BookmarkExpired, Shelf
from bot.cloudflare.errors import CloudflareError, NonsenseAnswer, Throttled, Unavailable
from bot.listeners.zones import Zone, Zones
from bot.query.errors import QueryError
from bot.query.grammar import parse
from bot.query.model import HelpQuery, ListQuery, OverviewQuery
from bot.query.tokens import from_slack
from bot.query.when import Clock

_log = structlog.get_logger(__name__)

_UTC_NOTICE: Final = (
    "Your time zone is not known to this bot (it may lack the scope `users:read`), so times are read as UTC."
)
_EXPLAINED: Final = (
    QueryError,
    CloudflareError,
    CursorRefused,
    UnknownAccount,
    BookmarkExpired,
    BookmarkUnreadable,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A message, and whether it tells of a problem: then what stood there before stays."""

    message: Message
    is_problem: bool = False


class Presenter:
    """Answers commands and clicks.

    Args:
        browser: walks the lists.
        shelf: makes bookmarks into button values.
        zones: knows where people live.
        now: the clock.
        reference: the short id of this request, which also stands in the log.
    """

    def __init__(
        self,
        browser: Browser,
        shelf: Shelf,
        zones: Zones,
        now: Callable[[], datetime],
        reference: Callable[[], str],
    ) -> None:
        self._browser = browser
        self._shelf = shelf
        self._zones = zones
        self._now = now
        self._reference = reference

    async def command(self, text: str, user: str) -> Answer:
        """The answer to what stands behind `/workflows`."""
        return await self._guarded(self._typed(from_slack(text), user))

    async def click(self, value: str, *, fresh: bool = False) -> Answer:
        """The answer to a button that carries a bookmark; `fresh` asks the API anew."""
        return await self._guarded(self._clicked(value, fresh=fresh))

    async def _typed(self, text: str, user: str) -> Message:
        asked = parse(text, self._browser.accounts)
        match asked:
            case HelpQuery(topic):
                return help_message(topic, self._browser.accounts)
            case OverviewQuery():
                return await self._show(OverviewBookmark(asked))
        zone = await self._zones.of(user) if asked.needs_zone else Zone(known=True)
        query = asked.at(Clock(self._now(), zone.info))
        return await self._show(Bookmark(query, query.start), notices=() if zone.known else (_UTC_NOTICE,))

    async def _clicked(self, value: str, *, fresh: bool) -> Message:
        return await self._show(await self._shelf.take(value), fresh=fresh)

    async def _show(
        self, place: AnyBookmark, *, fresh: bool = False, notices: tuple[str, ...] = ()
    ) -> Message:
        try:
            if isinstance(place, OverviewBookmark):
                return await self._overview(await self._browser.overview(place, fresh=fresh))
            screen = await (self._browser.refresh(place) if fresh else self._browser.turn(place))
            return instances_message(screen, await self._controls(screen), notices)
        except CursorRefused as error:
            value = await self._shelf.put(Bookmark(error.restart))
            raise _Told(problem_message(error, ways_out=[restart(value)])) from error
        except NoSuchWorkflow as error:
            raise _Told(problem_message(error, ways_out=await self._similar(error))) from error
        except (Throttled, Unavailable, NonsenseAnswer) as error:
            asked = place.query if isinstance(place, Bookmark) else place.overview
            raise _Told(problem_message(error, again=asked.command())) from error

    async def _overview(self, overview: Overview) -> Message:
        account = overview.query.account
        opens = [await self._shelf.put(Bookmark(ListQuery(row.name, account))) for row in overview.rows]
        return overview_message(overview, await self._controls(overview), opens)

    async def _controls(self, shown: Screen | Overview) -> Controls:
        previous = await self._value(shown.previous) if shown.previous is not None else None
        next_ = await self._value(shown.next) if shown.next is not None else None
        refresh = await self._value(shown.here)
        led = sum(mark is not None for mark in (shown.previous, shown.next, shown.here))
        kept = sum(value is not None for value in (previous, next_, refresh))
        return Controls(previous, next_, refresh, lost=kept < led)

    async def _value(self, mark: AnyBookmark) -> str | None:
        """A button's value; None where it would have to be kept and can't be. The rows are shown even so."""
        try:
            return await self._shelf.put(mark)
        except (SQLAlchemyError, OSError):
            _log.exception("bookmark_not_kept")
            return None

    async def _similar(self, error: NoSuchWorkflow) -> list[WayOut]:
        marks = {name: Bookmark(replace(error.query, workflow=name)) for name in error.similar}
        return [similar(name, await self._shelf.put(mark)) for name, mark in marks.items()]

    async def _guarded(self, work: Awaitable[Message]) -> Answer:
        """The message, or one that says what went wrong: nothing is raised past here."""
        try:
            return Answer(await work)
        except _Told as told:
            _log_problem(told.__cause__)
            return Answer(told.message, is_problem=True)
        except _EXPLAINED as error:
            _log_problem(error)
            return Answer(problem_message(error), is_problem=True)
        except Exception:  # noqa: BLE001 - see below
            # The one place where anything at all is caught: the person is told, the log keeps the trace.
            _log.exception("unexpected_error")
            return Answer(unexpected_message(self._reference()), is_problem=True)


def _log_problem(error: BaseException | None) -> None:
    """What went wrong, without what a person typed."""
    facts = {}
    if isinstance(error, CloudflareError):
        facts = {"reason": error.reason, "codes": error.codes, "status": error.http_status, "ray": error.ray}
    _log.info("problem_told", error=type(error).__name__, **facts)


class _Told(Exception):
    """An error that has its message already."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message
