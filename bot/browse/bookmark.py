"""A place in a list: the whole question and where in its answer a message stands."""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Final

from pydantic import Field, TypeAdapter

from bot.browse.model import AnyQuery, OverviewQuery
from bot.browse.several.places import NOTHING_OMITTED, Omitted, StreamPlace
from bot.browse.several.shown import NOTHING_SHOWN, Reached, ShownScreen
from bot.cloudflare.models import Position
from bot.language.times import Moment
from bot.slack.requests import InvalidButton, unpack

_Count = Annotated[int, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class VisitedPage:
    """A page that the walk has left behind.

    Attributes:
        position: where it starts; None is the first page.
        rows: how many rows it held.
    """

    position: Position | None
    rows: _Count


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page of a long walk in the database, which keeps each page with the one before it.

    Attributes:
        key: its own.
        walk: the walk's key.
        start: where the walk began.
        rows_before: how many rows the pages before it held.
        back: the key of the last page before it that held rows; None if none did.
        back_rows: how many rows that one held.
    """

    key: str
    walk: str
    start: Position | None
    rows_before: _Count = 0
    back: str | None = None
    back_rows: _Count = 0


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A place in a list of instances.

    Attributes:
        query: what is listed.
        position: the page; None is the first.
        offset: the first row to show, counted within the page from 0.
        anchor: creation time of the newest instance when the walk began; newer ones stay out.
        visited: the pages passed on the way here, the first one first. The API gives no way back.
        kept: the page where `visited` begins, or this one if nothing is visited, where the walk before it is
            in the database; None where all of the walk is here.
    """

    query: AnyQuery
    position: Position | None = None
    offset: _Count = 0
    anchor: Moment | None = None
    visited: Annotated[tuple[VisitedPage, ...], Field(alias="trail")] = ()
    kept: KeptPage | None = None


@dataclass(frozen=True, slots=True)
class MergedBookmark:
    """A place in several lists that are shown as one, by creation time.

    Attributes:
        query: what is listed.
        places: where the screen begins in each list; none yet before they are known.
        omitted: lists that were not asked for.
        back: the screens before this one, the first one first.
        shown: this screen as it was, for the way back; None where it was not read yet.
        reached: how far the lists were shown before it.
    """

    query: Annotated[AnyQuery, Field(alias="merged")]
    places: tuple[StreamPlace, ...] = ()
    omitted: Omitted = NOTHING_OMITTED
    back: tuple[ShownScreen, ...] = ()
    shown: ShownScreen | None = None
    reached: Reached = NOTHING_SHOWN


@dataclass(frozen=True, slots=True)
class EndRow:
    """A row of a list by the end.

    Attributes:
        moment: its end, or else its creation.
        created_on: when it was created.
        workflow: its workflow's name.
        id: its own.
    """

    moment: Moment
    created_on: Moment
    workflow: str
    id: str


@dataclass(frozen=True, slots=True)
class EndBookmark:
    """A place in one or several lists that are shown by the end of the instances.

    Attributes:
        query: what is listed.
        places: how far each list was read.
        omitted: lists that were not asked for.
        anchor: when they were first read; what ended later stays out.
        offset: how many rows come before the first one to show.
        after: the last of those; None for the first screen.
        further: whether to read further back first.
        found: how many were found before that.
        pages: how many pages were read when it was shown before, to be read anew.
        is_past: whether what was created before the lookback was read then, too.
    """

    query: Annotated[AnyQuery, Field(alias="ended")]
    places: tuple[StreamPlace, ...] = ()
    omitted: Omitted = NOTHING_OMITTED
    anchor: Moment | None = None
    offset: _Count = 0
    after: EndRow | None = None
    further: bool = False
    found: _Count | None = None
    pages: _Count = 0
    is_past: bool = False


@dataclass(frozen=True, slots=True)
class OverviewBookmark:
    """A place in the list of workflows.

    Attributes:
        overview: what is listed.
        offset: the first row to show, from 0, as buttons of earlier versions say it.
        after: the name of the last row before it, which stands for the offset.
        order: the workflows that came first as they had trouble when the first screen was shown, so that the
            rows stay where they are while one turns pages; None puts first those that have trouble now.
    """

    overview: OverviewQuery
    offset: _Count = 0
    after: str | None = None
    order: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class KeptPlace:
    """A place in a list of instances whose page is in the database.

    Attributes:
        page: the key of the page.
        offset: the first row to show, counted within the page from 0.
        again: the command for the list, for when the page is no longer kept; empty if that is too long.
    """

    page: str
    offset: _Count = 0
    again: str = ""


AnyBookmark = Bookmark | OverviewBookmark
"""What a button of version 1 leads to."""
ListBookmark = Bookmark | MergedBookmark | EndBookmark
"""A place in a list of instances. A `Bookmark` with nothing but a query is the first screen of any list."""
Place = Annotated[ListBookmark | OverviewBookmark | KeptPlace, Field(union_mode="left_to_right")]
"""What a button leads to. Each kind needs a field that no other has, so the first that can be read is it."""


def start_of(mark: Bookmark) -> Position | None:
    """Return the page where the walk to a bookmark began."""
    if mark.kept is not None:
        return mark.kept.start
    return mark.visited[0].position if mark.visited else mark.position


VERSION_1: Final = "1"
_V1_COMMON: Final = (
    b'"overview":{"account":"search":"'
    b"waitingForPauserollingBackterminatedcompletepausedrunningqueuedwaiting"
    b'{"query":{"workflow":"","account":"","status":"errored","since":{"text":"24h","at":"2026-11-2'
    b'"until":{"text":"1h","at":"2026-11-"rows":20,"start":{"number":,"direction":"asc"},'
    b'"position":{"token":"","offset":10,"anchor":"2026-11-2Z","trail":[{"position":null,"rows":100},'
    b'{"position":{"token":""},"rows":100}]}'
)


def decode_v1(text: str) -> AnyBookmark:
    """Return the bookmark that version 1 of this bot put into a button.

    Raises:
        InvalidButton: the text is anything else.
    """
    version, _, written = text.partition(".")
    if version != VERSION_1:
        raise InvalidButton("made by another version of this bot")
    try:
        return _adapter_v1().validate_json(unpack(written, _V1_COMMON))
    except ValueError as error:
        raise InvalidButton("cut or changed on its way") from error


@cache
def _adapter_v1() -> TypeAdapter[AnyBookmark]:
    """Return what reads bookmarks of version 1, made at its first use, as that takes a while."""
    return TypeAdapter(AnyBookmark)
