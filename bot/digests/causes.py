"""Read why a digest's new instances failed: as many as half a minute and the request budget allow."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.cloudflare.causes import Cause
from bot.cloudflare.errors import CloudflareError, RateLimited
from bot.digests import news
from bot.digests.news import WorkflowFindings
from bot.digests.report import UnreadCauses
from bot.digests.survey import AT_ONCE, AccountSnapshot, together

MOST_DETAILS: Final = 100
"""Instances that one digest asks about: one request each."""
ENOUGH_DETAILS: Final = 15
"""How many of them a digest waits for while Cloudflare limits requests."""
WITHIN: Final = 30.0
"""Seconds after which no request starts, so that a slow Cloudflare delays no digest."""


@dataclass(frozen=True, slots=True)
class FailureCauses:
    """The causes of some failures.

    Attributes:
        causes: by workflow and id of the instance; None where it could not be read. Those not asked
            about are missing.
        unread: how many could not be read, and why; None if all were read.
    """

    causes: Mapping[tuple[str, str], Cause | None]
    unread: UnreadCauses | None = None


async def read_causes(
    survey: AccountSnapshot,
    found: Sequence[WorkflowFindings],
    *,
    most: int = MOST_DETAILS,
    patient: bool,
    within: float = WITHIN,
) -> FailureCauses:
    """Read why the newest of a digest's instances failed, evenly over the workflows.

    An instance that can't be read does not hold up the digest.

    Args:
        survey: the account.
        found: the news.
        most: instances to ask about.
        patient: whether to raise RateLimited if it comes before `ENOUGH_DETAILS` were asked about.
        within: seconds after which no request starts.

    Raises:
        RateLimited: Cloudflare limits requests, and the digest is to wait.
    """
    places = news.to_describe(found, most)
    until = asyncio.get_running_loop().time() + within
    reading = _CauseReader(survey, deque(enumerate(places)), until, patient)
    await together(reading.run() for _ in range(min(AT_ONCE, len(places))))
    left = len(places) - sum(cause is not None for cause in reading.causes.values())
    return FailureCauses(reading.causes, UnreadCauses(left, reading.error) if left else None)


@dataclass(slots=True)
class _CauseReader:
    """Asks about instances in order; several tasks share the queue.

    Attributes:
        queue: workflow and id, with the place in the order.
        until: when to stop, by the clock of the loop.
        causes: of those that were asked about.
        error: why the first unread one could not be read.
        is_refused: Cloudflare limits requests, so no more are made.
    """

    survey: AccountSnapshot
    queue: deque[tuple[int, tuple[str, str]]]
    until: float
    patient: bool
    causes: dict[tuple[str, str], Cause | None] = field(default_factory=dict)
    error: CloudflareError | None = None
    is_refused: bool = False

    async def run(self) -> None:
        while self.queue and not self.is_refused and asyncio.get_running_loop().time() < self.until:
            number, place = self.queue.popleft()
            try:
                self.causes[place] = await self.survey.cause(*place)
            except CloudflareError as error:
                self.error = self.error or error
                self.causes[place] = None
                if isinstance(error, RateLimited):
                    self.is_refused = True
                    if self.patient and number < ENOUGH_DETAILS:
                        raise
