"""How far lists were shown, row by row: what a bookmark keeps of it. Pure.

Screens are known by their last rows, not by how many rows they held: rows leave a list and appear in it while
people look at it, so that a number soon means another row.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final, NamedTuple

from pydantic import Field

from bot.cloudflare.bounds import in_milliseconds
from bot.cloudflare.models import Instance
from bot.language.times import Moment
from bot.slack.requests import digest

NEWEST: Final = datetime.max.replace(microsecond=999_000, tzinfo=UTC)
"""When a row counts as created that comes before all rows that tell when they were."""
_Count = Annotated[int, Field(ge=0)]
_KEY_LENGTH: Final = 10
"""Characters of a row's digest: enough to tell it from others that were created in the same millisecond."""


def key_of(workflow: str, row: Instance) -> str:
    """Return a digest of a row's workflow and its id, which may be longer than a button."""
    return digest(workflow, row.id)[:_KEY_LENGTH]


@dataclass(frozen=True, slots=True)
class RowKey:
    """Identifies a row of a list.

    Attributes:
        created_on: when it counts as created, by the order of its list; None for `NEWEST`.
        key: its digest.
    """

    created_on: Moment | None
    key: str

    @classmethod
    def of(cls, workflow: str, row: Instance, moment: datetime) -> "RowKey":
        """Return the key of a row that counts as created at a time."""
        return cls(None if moment == NEWEST else in_milliseconds(moment), key_of(workflow, row))

    @property
    def moment(self) -> datetime:
        """Return when the row counts as created."""
        return self.created_on or NEWEST


@dataclass(frozen=True, slots=True)
class Reached:
    """How far lists were shown, by creation: what was created later was shown, or was not there.

    Attributes:
        created_on: when the last row was created, in whole milliseconds; None for `NEWEST`.
        keys: the digests of the rows that were shown of those created in that very millisecond.
    """

    created_on: Moment | None = None
    keys: tuple[str, ...] = ()

    @property
    def moment(self) -> datetime:
        """Return when the last row was created."""
        return self.created_on or NEWEST

    def includes(self, row: RowKey) -> bool:
        """Return whether a row was shown, if it was there."""
        return row.moment > self.moment or (row.moment == self.moment and row.key in self.keys)

    def with_row(self, row: RowKey) -> "Reached":
        """Return how far lists were shown once a row was shown, too."""
        if row.moment < self.moment:
            return Reached(row.created_on, (row.key,))
        return self if self.includes(row) else Reached(self.created_on, (*self.keys, row.key))


NOTHING_SHOWN: Final = Reached()


class Taken(NamedTuple):
    """What a screen took of a list.

    Attributes:
        number: the list's number, from 0.
        rows: how many rows were looked at.
        shown: how many of them were shown.
        unknown: how many did not say whether they are what was asked for.
    """

    number: _Count
    rows: _Count
    shown: _Count
    unknown: _Count = 0


@dataclass(frozen=True, slots=True)
class ShownScreen:
    """A screen of several lists that was shown.

    Attributes:
        taken: what it took of each list of which it took anything, by their numbers.
        end: how far the lists were shown with it; None in buttons of earlier versions.
        behind: how far those lists were shown that were not shown as far, by their numbers.
    """

    taken: tuple[Taken, ...]
    end: Reached | None = None
    behind: tuple[tuple[_Count, Reached], ...] = ()


@dataclass(slots=True)
class ShownProgress:
    """How far lists are shown, row by row.

    Attributes:
        reached: how far all of them are shown, except those in `behind_by_list`.
        behind_by_list: how far each of those is shown that lag behind, by the list's number: they could not
            be read for a while, or may not be seen.
    """

    reached: Reached
    behind_by_list: dict[int, Reached]

    @classmethod
    def of(cls, reached: Reached, own: Iterable[Reached | None]) -> "ShownProgress":
        """Return how far lists are shown; a list has its own place where that is not as far as the others."""
        return cls(reached, {number: each for number, each in enumerate(own) if each is not None})

    @classmethod
    def after(cls, screens: Iterable[ShownScreen]) -> "ShownProgress":
        """Return how far lists are shown with the last of some screens."""
        *_, last = (ShownScreen(()), *screens)
        return cls(last.end or NOTHING_SHOWN, dict(last.behind))

    def copy(self) -> "ShownProgress":
        """Return the same, which stays as it is."""
        return ShownProgress(self.reached, dict(self.behind_by_list))

    def of_list(self, number: int) -> Reached:
        """Return how far a list is shown."""
        return self.behind_by_list.get(number, self.reached)

    def includes(self, number: int, row: RowKey) -> bool:
        """Return whether a row of a list was shown, perhaps in another list."""
        own = self.behind_by_list.get(number)
        if own is None:
            return self.reached.includes(row)
        return own.includes(row) or (row.moment <= self.reached.moment and self.reached.includes(row))

    def add(self, number: int, row: RowKey) -> None:
        """Note that a row of a list is shown."""
        if row.moment <= self.reached.moment:
            self.reached = self.reached.with_row(row)
        own = self.behind_by_list.get(number)
        if own is not None:
            self.behind_by_list[number] = own = own.with_row(row)
            if own.moment <= self.reached.moment:
                del self.behind_by_list[number]
