"""The bookmark of a screen of one of the API's lists."""

from bot.browse.bookmark import Bookmark
from bot.browse.screen import Screen


def bookmark_of(screen: Screen) -> Bookmark:
    """Return where a screen stands, if that is in one of the API's lists."""
    assert isinstance(screen.here, Bookmark)
    return screen.here
