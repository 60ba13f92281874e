"""Read the newest instances of workflows, each workflow by itself.

Read as one list, a busy workflow would leave no row of those that run once a day.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from bot.browse.browser import Browser
from bot.browse.errors import NoSuchWorkflow
from bot.browse.selection import Selection
from bot.browse.several.reading import Limits
from bot.cloudflare.errors import CloudflareError, Unavailable
from bot.cloudflare.models import Instance

AT_ONCE: Final = 10
"""Requests that statistics make at the same time."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The newest instances of one workflow.

    Attributes:
        workflow: its name.
        rows: the instances, the newest first.
        is_all: the list was read to its end.
        unread_rows: instances of it that could not be read in full, or do not say when they were created.
        error: why it was not read further.
        read_at: when the first page was read; None if none was.
    """

    workflow: str
    rows: Sequence[Instance] = field(default=())
    is_all: bool = False
    unread_rows: int = 0
    error: CloudflareError | None = None
    read_at: datetime | None = None

    @property
    def oldest(self) -> datetime | None:
        """Return the creation of the oldest instance."""
        return min((row.created_on for row in self.rows if row.created_on), default=None)


@dataclass(frozen=True, slots=True)
class SampleLimits:
    """How much is read.

    Attributes:
        pages: of each workflow, beyond its first one.
        end: when to begin no more requests, by the clock of the event loop.
        grace: how long after that to wait for those that were begun.
    """

    pages: int
    end: float
    grace: timedelta

    @property
    def left(self) -> float:
        """Return how many seconds are left to begin requests."""
        return self.end - asyncio.get_running_loop().time()


async def read_samples(
    browser: Browser, selection: Selection, workflows: Sequence[str], limits: SampleLimits, *, fresh: bool
) -> list[Sample]:
    """Return what was read of each workflow.

    Args:
        browser: reads lists.
        selection: which instances.
        workflows: their names.
        limits: how much is read; one end is for all of them.
        fresh: ask anew.

    Raises:
        CloudflareError: none of them could be read.
    """
    turns = asyncio.Semaphore(AT_ONCE)

    async def read(workflow: str) -> Sample:
        async with turns:
            return await _read(browser, replace(selection, workflows=(workflow,)), limits, fresh=fresh)

    samples = list(await asyncio.gather(*(read(name) for name in workflows)))
    errors = [each.error for each in samples if each.error is not None and not each.rows]
    if errors and len(errors) == len(samples):
        raise errors[0]
    return samples


async def _read(browser: Browser, selection: Selection, limits: SampleLimits, *, fresh: bool) -> Sample:
    workflow, left = selection.workflow, limits.left
    if left <= 0:
        return Sample(workflow, error=Unavailable("there was no time left to ask"))
    try:
        async with asyncio.timeout(left + limits.grace.total_seconds()):
            found = await browser.read_back(selection, limits=Limits(limits.pages, left), fresh=fresh)
    except TimeoutError:
        return Sample(workflow, error=Unavailable("there was no answer in time"))
    except CloudflareError as error:
        return Sample(workflow, error=error)
    except NoSuchWorkflow as error:
        return Sample(workflow, error=error.answer)
    return Sample(
        workflow,
        rows=[row.instance for row in found.rows if not row.instance.is_phantom],
        is_all=found.searched.complete and not found.unread,
        unread_rows=found.incomplete_rows + found.searched.unknown,
        error=found.searched.stopped or next(iter(found.unread.values()), None),
        read_at=found.fetched_at,
    )
