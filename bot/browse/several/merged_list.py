"""One of the lists that are merged: how far it was read, and its next row. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.browse.pages import Loaded
from bot.browse.several.places import StreamPlace
from bot.browse.several.shown import NEWEST, Reached, RowKey
from bot.cloudflare.bounds import in_milliseconds


@dataclass(slots=True)
class MergedList:
    """One of the lists.

    Attributes:
        place: where it stood when its page was fed.
        first_page: the page to read first, from 0.
        bound: where no row is there, none that is still to come was created later.
        end: up to where it is wanted; None for all of it.
        is_closed: no row of it is wanted.
        loaded: the page; None where it is not read yet.
        at: the next row.
        left: what the first row behind `end` counts as created at; None where that is not known.
        head: what the first row of all counts as created at; None where that is not known yet.
        passed: how many rows of the list come before that row, as far as it was read.
        is_begun: that row was taken.
        key_at: the number of the row that was looked at last, and its key.
    """

    place: StreamPlace
    first_page: int
    bound: datetime
    end: Reached | None
    is_closed: bool
    head: datetime | None
    passed: int
    loaded: Loaded | None = None
    at: int = 0
    left: datetime | None = None
    is_begun: bool = False
    key_at: tuple[int, RowKey] | None = None

    @property
    def next_page(self) -> int:
        """The page that has the next row, from 0."""
        if self.loaded is None:
            return self.first_page
        return self.loaded.number + (self.at >= len(self.loaded.rows))

    @property
    def has_row(self) -> bool:
        """Whether its next row is read."""
        return self.loaded is not None and self.at < len(self.loaded.rows)

    @property
    def is_open(self) -> bool:
        """Whether a row may still come."""
        if self.is_closed or self.has_row:
            return not self.is_closed
        is_known = self.next_page < len(self.place.pages)
        if self.end is None or self.loaded is None:
            return is_known or self.place.end is None
        # Behind the pages that were read nothing was shown then, unless rows were moved there.
        may_follow = is_known or (self.loaded.is_changed and self.place.end is None)
        return may_follow and in_milliseconds(self.moment) >= self.end.moment

    @property
    def moment(self) -> datetime:
        """No row that is still to come was created later."""
        if self.loaded is None or self.at >= len(self.loaded.rows):
            return self.bound
        return self.loaded.moments[self.at]

    @property
    def age(self) -> timedelta:
        """By what lists are ordered: the newest first."""
        return NEWEST - self.moment

    @property
    def key(self) -> RowKey:
        """By what the next row is known again."""
        assert self.loaded is not None  # noqa: S101 - it has a row
        if self.key_at is None or self.key_at[0] != self.at:
            row, moment = self.loaded.rows[self.at], self.loaded.moments[self.at]
            self.key_at = self.at, RowKey.of(self.place.stream.workflow, row, moment)
        return self.key_at[1]

    @property
    def current(self) -> StreamPlace:
        """Where it stands now."""
        if self.loaded is None:
            return self.place
        moment = self.left or self.moment
        passed = self.loaded.before + self.at
        return replace(self.place, passed=passed, head=None if moment == NEWEST else moment)

    def feed(self, loaded: Loaded) -> None:
        """Go on with a page of it."""
        number = loaded.number
        is_new = number >= len(self.place.pages)
        is_old_page = (
            not is_new and self.place.pages[number].rows > 0 and self.place.pages[number].last is None
        )
        self.place, self.loaded, self.at = replace(loaded.place, passed=self.place.passed), loaded, 0
        self.bound = min((self.bound, *loaded.moments[-1:]))
        self.key_at = None
        if is_old_page:  # an earlier version's button goes by the numbers of rows
            self.at = min(max(self.place.passed - loaded.before, 0), len(loaded.rows))
