"""What a door is, and a table of doors."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, TypeVar

from tests.support.doors.world import World

_T = TypeVar("_T")
Run = Callable[[World], Awaitable[str]]
RunWith = Callable[[World, Any], Awaitable[str]]


class Trait(Enum):
    """What makes a door another one than those that show a workflow to those who may look at it."""

    HIDDEN = auto()
    """It is about the workflow that fewer people may see."""
    SEARCHED = auto()
    """A search is behind it, which does not find what a person may not see."""
    BESIDE = auto()
    """It shows params and outputs, too, to those who may read them."""
    PAYLOAD = auto()
    """It shows params or an output."""
    PAYLOAD_SHARE = auto()
    """It shows them to everybody."""
    PERSONAL = auto()
    """It is about a digest of one's own, and open in its channel whatever one may look at."""
    ANOTHERS = auto()
    """It is about a digest of somebody else's, which one may not change."""
    OF_CHANNEL = auto()
    """All who read the channel have to be allowed to look at what it tells."""
    OPEN = auto()
    """It is there for all who come in."""
    BLANK = auto()
    """So it is, and names nothing to those who may see nothing."""


@dataclass(frozen=True)
class Door:
    """A way in.

    Attributes:
        run: goes through it, and returns what is said.
        shown: what a person reads who gets what it has.
        traits: what it is.
    """

    run: Run
    shown: str
    traits: frozenset[Trait]

    @property
    def is_hidden(self) -> bool:
        return Trait.HIDDEN in self.traits


@dataclass
class Doors:
    """Doors by their names."""

    _doors: dict[str, Door] = field(default_factory=dict)

    def __iter__(self) -> Iterator[tuple[str, Door]]:
        return iter(self._doors.items())

    def add(self, name: str, shown: str, *traits: Trait) -> Callable[[Run], Run]:
        """Add a door; one of what is hidden says so in its name."""

        def add(run: Run) -> Run:
            hidden = {Trait.HIDDEN} if "hidden" in name else set()
            assert name not in self._doors, name
            self._doors[name] = Door(run, shown, frozenset((*traits, *hidden)))
            return run

        return add

    def add_two(
        self, name: str, hidden: str, things: tuple[_T, _T], shown: tuple[str, str], *traits: Trait
    ) -> Callable[[RunWith], RunWith]:
        """Add a door of something that some may see, and the same of what fewer may see."""

        def add(run: RunWith) -> RunWith:
            seen_thing, hidden_thing = things
            self.add(name, shown[0], *traits)(lambda world: run(world, seen_thing))
            self.add(hidden, shown[1], *traits)(lambda world: run(world, hidden_thing))
            return run

        return add
