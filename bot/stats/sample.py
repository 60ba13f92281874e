"""Read the newest instances of workflows."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.browse.model import ListQuery
from bot.browse.selection import Selection
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import CloudflareError
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import Instance, Position

AT_ONCE: Final = 10
"""Requests that statistics make at the same time."""


@dataclass(slots=True)
class Sample:
    """The newest instances of one workflow.

    Attributes:
        workflow: its name.
        rows: by id, the newest first.
        is_all: the list was read to its end.
        error: why it was not read further.
        read_at: when the first page was read.
        incomplete_rows: how many could not be read in full.
    """

    workflow: str
    rows: dict[str, Instance] = field(default_factory=dict)
    is_all: bool = False
    error: CloudflareError | None = None
    read_at: datetime | None = None
    incomplete_rows: int = 0

    @property
    def oldest(self) -> datetime | None:
        """Return the creation of the oldest instance."""
        return min((row.created_on for row in self.rows.values() if row.created_on), default=None)


class ListReader:
    """Reads the newest instances of workflows.

    Args:
        workflows: of one account.
        selection: which instances.
        pages: how many pages of each workflow at most.
        end: when to begin no more requests, by the clock of the event loop.
        fresh: ask anew.
    """

    def __init__(
        self, workflows: CachedWorkflows, selection: Selection, pages: int, end: float, *, fresh: bool
    ) -> None:
        self._workflows = workflows
        self._selection = selection
        self._pages = pages
        self._end = end
        self._fresh = fresh

    async def read(self, workflows: Sequence[str]) -> list[Sample]:
        """Return what was read of each workflow, by their names.

        Raises:
            CloudflareError: none of them could be read.
        """
        samples = [Sample(name) for name in workflows]
        queue = iter(samples)

        async def work() -> None:
            for sample in queue:
                await self._read(sample)

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
        errors = [each.error for each in samples if each.error is not None and not each.rows]
        if errors and len(errors) == len(samples):
            raise errors[0]
        return samples

    async def _read(self, sample: Sample) -> None:
        chosen = self._selection
        query = ListQuery.of(sample.workflow, chosen.account, since=chosen.since, until=chosen.until)
        position: Position | None = None
        visited: set[Position | None] = set()
        for _ in range(self._pages):
            try:
                page = await self._workflows.list_instances(
                    query.page(position), fresh=self._fresh, priority=Priority.BACKGROUND
                )
            except CloudflareError as error:
                sample.error = error
                return
            for row in page.rows:
                if not row.is_phantom:
                    sample.rows.setdefault(row.id, row)
            sample.read_at = sample.read_at or page.fetched_at
            sample.incomplete_rows += page.incomplete_rows
            visited.add(position)
            position = page.next
            if position is None:
                sample.is_all = not page.cut_short
                return
            if position in visited or asyncio.get_running_loop().time() >= self._end:
                return
