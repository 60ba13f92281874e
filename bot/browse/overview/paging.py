"""Where the screens of an overview begin and lead, whatever becomes of the workflows meanwhile. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from bot.browse.bookmark import OverviewBookmark
from bot.browse.overview.trouble import by_name

WORKFLOWS_PER_SCREEN: Final = 10


def in_order(order: Sequence[str]) -> Callable[[str], tuple[Any, ...]]:
    """Return what names are sorted by while one turns pages: those of the order first, then all by name."""
    places = {name: place for place, name in enumerate(order)}
    return lambda name: (0, places[name]) if name in places else (1, *by_name(name))


@dataclass(frozen=True, slots=True)
class Turns:
    """A screen of an overview, and where its buttons lead.

    Attributes:
        first: the number of its first row in all rows, from 0.
        here: this screen, for a refresh. Of the first one the order is lifted, so that what is wrong by then
            comes first.
        previous: the screen before, if any.
        next: the screen after, if any.
    """

    first: int
    here: OverviewBookmark
    previous: OverviewBookmark | None
    next: OverviewBookmark | None

    @classmethod
    def of(cls, names: Sequence[str], mark: OverviewBookmark) -> "Turns":
        """Return the screen at a bookmark that has an order, by the names of all rows in that order."""
        size, first = WORKFLOWS_PER_SCREEN, _first(names, mark)
        start = OverviewBookmark(mark.overview, order=mark.order)

        def after(row: int) -> OverviewBookmark:
            return replace(start, after=names[row - 1]) if row > 0 else start

        return cls(
            first,
            here=after(first) if first else OverviewBookmark(mark.overview),
            previous=after(first - size) if first else None,
            next=after(first + size) if first + size < len(names) else None,
        )


def _first(names: Sequence[str], mark: OverviewBookmark) -> int:
    last_screen = max(len(names) - 1, 0) // WORKFLOWS_PER_SCREEN * WORKFLOWS_PER_SCREEN
    if mark.after is None:
        return min(mark.offset, last_screen)
    key_of = in_order(mark.order or ())
    before = key_of(mark.after)
    return next((place for place, name in enumerate(names) if key_of(name) > before), last_screen)
