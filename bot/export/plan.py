"""What an export reads, and how much that may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.browse.checking import RowChecker
from bot.browse.selection import Selection, Stream
from bot.browse.several.planning import bound_of, filter_of
from bot.cloudflare.cache import CachedWorkflows
from bot.export.lines import Lines
from bot.export.windows import MILLISECOND, NO_END, Window, to_millisecond


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one export may be.

    Attributes:
        time: for all of its reading.
        rows: in the file.
        size: bytes of the file.
        retries: pauses between the tries of a request that fails.
    """

    time: timedelta = timedelta(minutes=60)
    rows: int = 250_000
    size: int = 256 * 1024 * 1024
    retries: tuple[timedelta, ...] = (timedelta(seconds=2), timedelta(seconds=5), timedelta(seconds=15))


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What an export reads.

    Attributes:
        workflows: the account.
        selection: which instances.
        streams: the lists that have them.
        expected: about how many rows these have in all, as far as it is known.
        lookback: how long before `since` an instance may have been created that ended since.
        lines: how rows are written.
        file_name: without its ending.
        as_of: when it was asked for.
        checker: looks at the rows where the selection has conditions that the API lacks; None without.
        unlisted: the account may have more workflows than it listed, and the selection asks for them.
        some_hidden: workflows are left out that not all readers of the file may look at.
    """

    workflows: CachedWorkflows
    selection: Selection
    streams: Sequence[Stream]
    expected: Mapping[Stream, int]
    lookback: timedelta
    lines: Lines
    file_name: str
    as_of: datetime
    checker: RowChecker | None = None
    unlisted: bool = False
    some_hidden: bool = False

    @property
    def windows(self) -> list[Window]:
        """Return a window for each list, as wide as the selection is."""
        windows = []
        for stream in self.streams:
            bounds = filter_of(self.selection, stream, self.lookback)
            start = None if bounds.date_start is None else to_millisecond(bounds.date_start)
            end = NO_END if bounds.date_end is None else to_millisecond(bounds.date_end) + MILLISECOND
            windows.append(Window(stream, start, end))
        return windows

    @property
    def created_since(self) -> datetime | None:
        """Return since when instances were created that are looked for, where `since` means their end.

        An older one may have ended in that time, too. None where there is no such bound, or a person set it.
        """
        bounds = [bound_of(self.selection, stream, self.lookback) for stream in self.streams]
        return min((each for each in bounds if each is not None), default=None)
