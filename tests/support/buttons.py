"""What the bot's buttons carry, written and read as the bot does."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.browse.bookmark import Bookmark, KeptPlace, ListBookmark, OverviewBookmark, decode_v1
from bot.browse.requests import OpenFilter, OpenList, RefreshPage, TurnPage
from bot.routing.controls import request_codec
from bot.slack.requests import Request, RequestStore
from bot.ui.limits import VALUE
from tests.support.teams import TEAM

CODEC = request_codec()


def value_of(request: Request) -> str | None:
    """Write the value of a row's button, as `RequestStore.encode_if_fits` does without a database."""
    text = CODEC.write(request)
    return text if len(text) <= VALUE else None


def encode(place: ListBookmark | OverviewBookmark) -> str:
    """Write the value of a button that turns to a place."""
    return CODEC.encode(TurnPage(place))


def decode(value: str) -> ListBookmark | OverviewBookmark:
    """Read the place of a list's button."""
    request = CODEC.decode(value)
    if isinstance(request, OpenFilter):
        return Bookmark(request.query)
    assert isinstance(request, TurnPage | RefreshPage | OpenList), request
    assert not isinstance(request.place, KeptPlace)
    return request.place


def request_store(
    engine: AsyncEngine, now: Callable[[], datetime], keep: timedelta = timedelta(days=7)
) -> RequestStore:
    return RequestStore(engine, request_codec(), keep, now)


async def save(store: RequestStore, request: Request) -> str:
    """Make a request into a button's value."""
    return await store.save(request, TEAM)


async def load(store: RequestStore, value: str) -> Request:
    """Load the request of a button that turns pages."""
    return await store.load(value, TEAM, lambda text: TurnPage(decode_v1(text)))
