"""What comes of an export. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.browse.selection import Stream
from bot.cloudflare.errors import CloudflareError
from bot.export.lines import Format
from bot.export.reader import Gap
from bot.export.windows import NO_END

Ending = Literal["whole", "time", "rows", "size", "refused"]
"""Why a reading ended: it was done, a bound was reached, or no cause of a failure may be read."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a reading.

    Attributes:
        file_name: without what follows from the rest.
        format: of the file.
        rows: how many it has.
        ending: why the reading ended.
        gaps: what of the lists was not read.
        unreadable_rows: rows that could not be read in full, or not at all.
        unknown: rows that do not say whether they meet the conditions; they are not in the file.
        unread_causes: rows of which it could not be read why they failed; they are not in it either.
        cause_error: why not, of the first.
        created_since: instances created before were not looked for, though they may have ended in the time
            that was asked for; None where there is no such bound.
        unlisted: the account may have more workflows than it listed, and they were asked for.
        some_hidden: workflows are left out that not all readers of the file may look at.
    """

    file_name: str
    format: Format
    rows: int
    ending: Ending
    gaps: Sequence[Gap] = ()
    unreadable_rows: int = 0
    unknown: int = 0
    unread_causes: int = 0
    cause_error: CloudflareError | None = None
    created_since: datetime | None = None
    unlisted: bool = False
    some_hidden: bool = False

    @property
    def is_cut(self) -> bool:
        """Return whether a part of the lists was not read, or not looked at."""
        return self.ending != "whole" or bool(self.gaps)

    @property
    def is_partial(self) -> bool:
        """Return whether instances that were asked for may be missing."""
        lacks = self.unreadable_rows or self.unknown or self.unread_causes
        return self.is_cut or bool(lacks) or self.unlisted

    @property
    def name(self) -> str:
        """Return the file's name."""
        return f"{self.file_name}{'_partial' if self.is_partial else ''}.{self.format}"

    @property
    def unread(self) -> tuple[Stream, ...]:
        """Return the lists of which a part could not be read, each once."""
        return tuple(dict.fromkeys(gap.window.stream for gap in self.gaps if gap.error is not None))

    @property
    def list_error(self) -> CloudflareError | None:
        """Return why a part of a list could not be read; None where none failed."""
        return next((gap.error for gap in self.gaps if gap.error is not None), None)

    @property
    def failure(self) -> CloudflareError | None:
        """Return why there is no file at all; None where there is one, or there is nothing to export."""
        if self.rows:
            return None
        if self.ending == "refused":
            return self.cause_error
        return self.list_error if self.ending == "whole" else None

    @property
    def complete_since(self) -> datetime | None:
        """Return the creation time down to which nothing is missing; None if there is no such time."""
        until = max((gap.window.until for gap in self.gaps), default=None)
        if until is None or until == NO_END:
            return None
        is_sure = not (self.unreadable_rows or self.unknown or self.unread_causes or self.unlisted)
        return until if is_sure else None
