"""Look at the rows of an export where a selection has conditions that the API lacks."""

from collections.abc import Sequence
from typing import Protocol

from bot.browse.selection import Stream
from bot.cloudflare.models import Instance
from bot.export.collector import Judged


class Judging(Protocol):
    """Says which rows meet the conditions.

    Attributes:
        unknown: how many rows did not say so far.
    """

    unknown: int

    async def judge(self, stream: Stream, rows: Sequence[Instance]) -> Sequence[Judged]:
        """Return those of a list's rows that meet the conditions, with why they failed if that was asked."""
        ...
