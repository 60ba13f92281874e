"""What was asked, as values that can say themselves: to the API, in words, and as a command."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, ClassVar, Final

from pydantic import Field

from bot.cloudflare.models import (
    MAX_PER_PAGE,
    STATUSES,
    Cursor,
    InstanceFilter,
    PageNumber,
    PageQuery,
    Position,
    Status,
)
from bot.cloudflare.requests import instances_request
from bot.language.times import TimePoint
from bot.language.tokens import COMMAND, in_quotes, quote
from bot.slack.requests import Request

DEFAULT_ROWS: Final = 10
MAX_ROWS: Final = 20


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Which instances, and how many of them one message shows.

    Attributes:
        workflow: its name.
        account: as settings name it; None means the default account.
        status: one status; None means all.
        since: earliest creation time.
        until: latest creation time.
        rows: 1 to `MAX_ROWS`.
        start: a page number or cursor that somebody typed; None means the first page.
        direction: `asc` or `desc`, with a typed cursor only.
    """

    workflow: str
    account: str | None = None
    status: Status | None = None
    since: TimePoint | None = None
    until: TimePoint | None = None
    rows: Annotated[int, Field(ge=1, le=MAX_ROWS)] = DEFAULT_ROWS
    start: Position | None = None
    direction: str | None = None

    @property
    def filter(self) -> InstanceFilter:
        """Return the query as the API's own parameters."""
        return InstanceFilter(
            status=self.status,
            date_start=self.since.at if self.since else None,
            date_end=self.until.at if self.until else None,
            direction=self.direction,
        )

    @property
    def per_page(self) -> int:
        """Return how many rows to fetch at once: many screens' worth, and no page end cuts a screen.

        A typed page number counts pages of as many rows as are shown, so that it means what it says.
        """
        if isinstance(self.start, PageNumber):
            return self.rows
        return MAX_PER_PAGE // self.rows * self.rows

    def page(self, position: Position | None, latest: datetime | None = None) -> PageQuery:
        """Return one page of the query; `latest` bounds the creation time unless the query is tighter."""
        filter_ = self.filter
        if latest is not None and (filter_.date_end is None or latest < filter_.date_end):
            filter_ = replace(filter_, date_end=latest)
        return PageQuery(self.workflow, filter_, position, self.per_page)

    @property
    def from_start(self) -> "ListQuery":
        """Return the same list from its first page."""
        return replace(self, start=None, direction=None)

    def to_params(self) -> str:
        """Return the first page's query string, as the API gets it."""
        return instances_request(self.page(self.start)).query

    def describe(self, say: Callable[[datetime], str]) -> tuple[str, ...]:
        """Describe each filter of the list in a phrase; `say` puts a moment into words."""
        phrases = []
        if self.since:
            phrases.append(f"since {say(self.since.at)}")
        if self.until:
            phrases.append(f"until {say(self.until.at)}")
        match self.start:
            case PageNumber(number):
                phrases.append(f"from page {number}")
            case Cursor():
                phrases.append("from a cursor")
        if self.direction:
            phrases.append("oldest first" if self.direction == "asc" else "newest first")
        return tuple(phrases)

    def command(self) -> str:
        """Return the command for the same list."""
        words = [COMMAND, "list", quote(self.workflow)]
        if self.status in STATUSES:
            words.append(f"status:{self.status}")
        elif self.status:
            words.append(f"status:{in_quotes(self.status)}")
        if self.since:
            words.append(f"since:{_value(self.since.text)}")
        if self.until:
            words.append(f"until:{_value(self.until.text)}")
        if self.rows != DEFAULT_ROWS:
            words.append(f"rows:{self.rows}")
        match self.start:
            case PageNumber(number):
                words.append(f"page:{number}")
            case Cursor(token):
                words.append(f"cursor:{quote(token)}")
        if self.direction:
            words.append(f"direction:{self.direction}")
        if self.account:
            words.append(f"account:{quote(self.account)}")
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class OverviewQuery:
    """Every workflow of an account, or those whose names hold a text.

    Attributes:
        account: as settings name it; None means the default account.
        search: what the names must hold.
    """

    account: str | None = None
    search: str | None = None

    def command(self) -> str:
        """Return the command for the same overview."""
        words = [COMMAND]
        if self.search:
            words.append(f"search:{quote(self.search)}")
        if self.account:
            words.append(f"account:{quote(self.account)}")
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class HelpQuery(Request):
    """How to use this; a topic of it, or all."""

    kind: ClassVar[str] = "help"
    topic: str | None = None


def _value(text: str) -> str:
    """Format a time's words as a value; colons need no quotes there."""
    return quote(text) if " " in text else text
