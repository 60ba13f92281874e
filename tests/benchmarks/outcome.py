"""What a benchmark comes to: what was measured, and how far that is from what is to be reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

ROUNDS: Final = 5
"""The fewest rounds whose median counts."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One thing that was measured in every round.

    Attributes:
        subject: who did the work, "the bot" or what it is compared with.
        quantity: what was measured, such as "wall time" or "list calls".
        unit: of the values: `s`, `ms`, `calls`, `requests/s`, `MiB`, `bytes`.
        values: one a round; at least one.
    """

    subject: str
    quantity: str
    unit: str
    values: tuple[float, ...]

    @classmethod
    def of(cls, subject: str, quantity: str, unit: str, values: Sequence[float]) -> "Measured":
        """The same, of any sequence of numbers."""
        return cls(subject, quantity, unit, tuple(values))

    @property
    def median(self) -> float:
        """The middle of the values, which one disturbed round does not move."""
        return median(self.values)


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure that is to be reached.

    Attributes:
        says: what the figure is, such as "wall time, bot to wrangler".
        figure: what was reached: a ratio, or a count of calls.
        limit: what is to be reached.
        at_least: whether the figure has to be as large as the limit, not as small.
        is_ratio: shown as a multiple, else as a number.
    """

    says: str
    figure: float
    limit: float
    at_least: bool = False
    is_ratio: bool = True

    @property
    def reached(self) -> bool:
        """Whether it is."""
        return self.figure >= self.limit if self.at_least else self.figure <= self.limit


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that one benchmark found.

    Attributes:
        name: as on the command line.
        work: what was done, a line.
        measured: in the order to show.
        goals: what it comes to; at least one.
        notes: what a reader has to know to judge the figures, a line each.
    """

    name: str
    work: str
    measured: tuple[Measured, ...]
    goals: tuple[Goal, ...]
    notes: tuple[str, ...] = ()
