"""From what a person typed, clicked or filled in to the message that answers it, errors included."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import structlog
from cachetools import LRUCache
from sqlalchemy.exc import SQLAlchemyError

from bot.browse.bookmark import AnyBookmark, Bookmark, InvalidBookmark, OverviewBookmark
from bot.browse.browser import Browser
from bot.browse.command import parse
from bot.browse.errors import CursorRefused, NoSuchWorkflow
from bot.browse.form import Form
from bot.browse.messages.filter_form import filled_in, filter_view, not_opened_message
from bot.browse.messages.instances import instances_message
from bot.browse.messages.overview import overview_message
from bot.browse.messages.problems import restart, similar
from bot.browse.model import HelpQuery, ListQuery, OverviewQuery
from bot.browse.screen import Overview, Screen
from bot.browse.store import BookmarkStore
from bot.cloudflare.errors import InvalidResponse, RateLimited, Unavailable, UnknownAccount
from bot.home.help import help_message
from bot.language.errors import FormErrors
from bot.language.times import Clock
from bot.language.tokens import from_slack
from bot.listeners.answers import Answer, FormToOpen, Told, explained, guarded
from bot.listeners.zones import Zone, Zones
from bot.ui.elements import Controls
from bot.ui.form_state import State
from bot.ui.problems import Suggestion, problem_message

_log = structlog.get_logger(__name__)

_MOST_SHOWN: Final = 32
_MOST_TEXTS: Final = 256

_UTC_NOTICE: Final = (
    "Your time zone is not known to this bot (it may lack the scope `users:read`), so times are read as UTC."
)


@dataclass(frozen=True, slots=True)
class Understood:
    """A list that somebody asked for, with sentences for this reader."""

    query: ListQuery
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Shown:
    """A list that was shown, and the answer that showed it."""

    screen: Screen
    answer: Answer


class Presenter:
    """Answers commands, clicks and forms.

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
        bookmarks: BookmarkStore,
        zones: Zones,
        now: Callable[[], datetime],
        reference: Callable[[], str],
    ) -> None:
        self._browser = browser
        self._shelf = bookmarks
        self._zones = zones
        self._now = now
        self._reference = reference
        self._typed_before: LRUCache[str, Bookmark] = LRUCache(_MOST_TEXTS)
        self._shown: LRUCache[tuple[AnyBookmark, tuple[str, ...]], _Shown] = LRUCache(_MOST_SHOWN)

    def at_hand(self, text: str) -> Answer | None:
        """The answer to the same words as before, if all that it takes is in memory still."""
        place = self._typed_before.get(text)
        return self._shown_before(place, ()) if place is not None else None

    async def command(self, text: str, user: str) -> Answer:
        """The answer to what stands behind `/workflows`."""
        return await guarded(self._typed(text, user), self._reference())

    async def click(self, value: str, *, fresh: bool = False) -> Answer:
        """The answer to a button that carries a bookmark; `fresh` asks the API anew."""
        return await guarded(self._clicked(value, fresh=fresh), self._reference())

    async def form(self, value: str, user: str, metadata: str) -> FormToOpen | Answer:
        """The form behind a button, at once, as Slack does not wait for it; or why there is none."""
        return await guarded(self._form(value, user, metadata), self._reference())

    async def read(self, value: str, state: State, user: str) -> Understood | FormErrors | Answer:
        """What a form asks for that was opened from a button, or what is wrong in it."""
        return await guarded(self._read(value, state, user), self._reference())

    async def filtered(self, reading: Awaitable[Understood | FormErrors | Answer]) -> Answer:
        """The answer to a form; once that is closed and has no fields, maybe the first of its mistakes."""
        match await reading:
            case Understood(query, notices):
                return await guarded(self._show(Bookmark(query), notices=notices), self._reference())
            case FormErrors(by_field):
                return explained(next(iter(by_field.values())), self._reference())
            case Answer() as answer:
                return answer

    async def _typed(self, text: str, user: str) -> Answer:
        asked = parse(from_slack(text), self._browser.accounts)
        match asked:
            case HelpQuery(topic):
                return Answer(help_message(topic, self._browser.accounts))
            case OverviewQuery():
                return await self._show(OverviewBookmark(asked))
        clock, notices = await self._clock(user, asked.needs_zone)
        query = asked.at(clock)
        place = Bookmark(query, query.start)
        if query.since is None and query.until is None:  # else it is another question a minute later
            self._typed_before[text] = place
        return await self._show(place, notices=notices)

    async def _clicked(self, value: str, *, fresh: bool) -> Answer:
        return await self._show(await self._shelf.take(value), fresh=fresh)

    async def _form(self, value: str, user: str, metadata: str) -> FormToOpen:
        query = await self._listed(value)
        if query.account is not None and query.account not in self._browser.accounts:
            raise UnknownAccount(query.account, self._browser.accounts)
        zone = await self._zones.soon(user) if query.since or query.until else Zone()
        form = Form.of(query, Clock(self._now(), zone.info))
        view = filter_view(query, form, self._browser.accounts, metadata)
        return FormToOpen(view, not_opened_message(query))

    async def _read(self, value: str, state: State, user: str) -> Understood | FormErrors:
        query = await self._listed(value)
        form = filled_in(state, query)
        clock, notices = await self._clock(user, form.needs_zone)
        asked = form.to_query(query.workflow, clock)
        return asked if isinstance(asked, FormErrors) else Understood(asked, notices)

    async def _listed(self, value: str) -> ListQuery:
        """The list of instances that a button is about."""
        place = await self._shelf.take(value)
        if isinstance(place, OverviewBookmark):
            raise InvalidBookmark("made for another kind of list")
        return place.query

    async def _clock(self, user: str, needs_zone: bool) -> tuple[Clock, tuple[str, ...]]:
        """What times are read by, and what a person has to know of that."""
        zone = await self._zones.of(user) if needs_zone else Zone(known=True)
        return Clock(self._now(), zone.info), () if zone.known else (_UTC_NOTICE,)

    async def _show(
        self, place: AnyBookmark, *, fresh: bool = False, notices: tuple[str, ...] = ()
    ) -> Answer:
        if not fresh and (known := self._shown_before(place, notices)) is not None:
            return known
        try:
            if isinstance(place, OverviewBookmark):
                return await self._overview(await self._browser.overview(place, fresh=fresh))
            screen = await (self._browser.refresh(place) if fresh else self._browser.turn(place))
        except CursorRefused as error:
            value = await self._shelf.put(Bookmark(error.restart))
            raise Told(problem_message(error, suggestions=[restart(value)])) from error
        except NoSuchWorkflow as error:
            raise Told(problem_message(error, suggestions=await self._similar(error))) from error
        except (RateLimited, Unavailable, InvalidResponse) as error:
            asked = place.query if isinstance(place, Bookmark) else place.overview
            raise Told(problem_message(error, again=asked.command())) from error
        controls = await self._controls(screen)
        answer = Answer(instances_message(screen, controls, notices))
        if not (fresh or controls.lost):
            self._shown[place, notices] = _Shown(screen, answer)  # for all who look at the same list
        return answer

    def _shown_before(self, place: AnyBookmark, notices: tuple[str, ...]) -> Answer | None:
        known = self._shown.get((place, notices))
        return known.answer if known is not None and self._browser.still_shows(known.screen) else None

    async def _overview(self, overview: Overview) -> Answer:
        account = overview.query.account
        opens = [await self._shelf.put(Bookmark(ListQuery(row.name, account))) for row in overview.rows]
        return Answer(overview_message(overview, await self._controls(overview), opens))

    async def _controls(self, shown: Screen | Overview) -> Controls:
        marks: dict[str, AnyBookmark | None]
        marks = {"previous": shown.previous, "next": shown.next, "refresh": shown.here}
        if isinstance(shown, Screen):
            marks["filter"] = Bookmark(shown.query.from_start)
        values = {name: await self._value(mark) for name, mark in marks.items() if mark is not None}
        return Controls(
            previous=values.get("previous"),
            next=values.get("next"),
            refresh=values["refresh"],
            filter=values.get("filter"),
            lost=None in values.values(),
        )

    async def _value(self, mark: AnyBookmark) -> str | None:
        """A button's value; None where it would have to be kept and can't be. The rows are shown even so."""
        try:
            return await self._shelf.put(mark)
        except (SQLAlchemyError, OSError):
            _log.exception("bookmark_not_kept")
            return None

    async def _similar(self, error: NoSuchWorkflow) -> list[Suggestion]:
        marks = {name: Bookmark(replace(error.query, workflow=name)) for name in error.similar}
        return [similar(name, await self._shelf.put(mark)) for name, mark in marks.items()]
