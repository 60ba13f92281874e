"""What an entry point is, and a table of them."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, TypeVar

from tests.support.entry_points.scenario import Scenario

_T = TypeVar("_T")
Run = Callable[[Scenario], Awaitable[str]]
RunWith = Callable[[Scenario, Any], Awaitable[str]]


class Trait(Enum):
    """What makes an entry point another one than those that show a workflow to those who may look at it."""

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
class EntryPoint:
    """A way to ask the bot for something.

    Attributes:
        run: asks, and returns what is said.
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
class EntryPoints:
    """Entry points by their names."""

    _entry_points: dict[str, EntryPoint] = field(default_factory=dict)

    def __iter__(self) -> Iterator[tuple[str, EntryPoint]]:
        return iter(self._entry_points.items())

    def add(self, name: str, shown: str, *traits: Trait) -> Callable[[Run], Run]:
        """Add an entry point; one of what is hidden says so in its name."""

        def add(run: Run) -> Run:
            hidden = {Trait.HIDDEN} if "hidden" in name else set()
            assert name not in self._entry_points, name
            self._entry_points[name] = EntryPoint(run, shown, frozenset((*traits, *hidden)))
            return run

        return add

    def add_two(
        self, name: str, hidden: str, things: tuple[_T, _T], shown: tuple[str, str], *traits: Trait
    ) -> Callable[[RunWith], RunWith]:
        """Add an entry point to something that some may see, and the same of what fewer may see."""

        def add(run: RunWith) -> RunWith:
            seen_thing, hidden_thing = things
            self.add(name, shown[0], *traits)(lambda scenario: run(scenario, seen_thing))
            self.add(hidden, shown[1], *traits)(lambda scenario: run(scenario, hidden_thing))
            return run

        return add
