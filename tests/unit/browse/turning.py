"""Turn the pages of a list: each click carries its bookmark as a button does."""

from collections.abc import Callable

from bot.browse.bookmark import KeptPlace, ListBookmark, OverviewBookmark
from bot.browse.browser import Browser
from bot.browse.screen import Screen
from tests.support.buttons import decode, encode


def round_trip(mark: ListBookmark | KeptPlace) -> ListBookmark:
    assert not isinstance(mark, KeptPlace)
    read = decode(encode(mark))
    assert not isinstance(read, OverviewBookmark)
    return read


async def turn_older(browser: Browser, screen: Screen) -> Screen:
    assert screen.next is not None
    return await browser.turn(round_trip(screen.next))


async def turn_newer(browser: Browser, screen: Screen) -> Screen:
    assert screen.previous is not None
    return await browser.turn(round_trip(screen.previous))


async def turn_to_end(
    browser: Browser, screen: Screen, between: Callable[[int], None] = lambda _: None
) -> list[Screen]:
    """Return all screens from this one on; `between` is called before each click."""
    screens = [screen]
    while screens[-1].next is not None:
        assert len(screens) < 2000, "the list has no end"
        between(len(screens))
        screens.append(await turn_older(browser, screens[-1]))
    return screens


async def turn_to_start(browser: Browser, screen: Screen) -> list[Screen]:
    """Return all screens from this one back."""
    screens = [screen]
    while screens[-1].previous is not None:
        assert len(screens) < 2000, "the way back has no end"
        screens.append(await turn_newer(browser, screens[-1]))
    return screens


def row_ids(*screens: Screen) -> list[str]:
    return [row.instance.id for screen in screens for row in screen.rows]


def orders_down_from(newest: int, oldest: int = 1) -> list[str]:
    return [f"order-{number}" for number in range(newest, oldest - 1, -1)]
