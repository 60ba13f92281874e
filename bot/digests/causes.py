"""Reads why instances failed: of as many of a digest's news as half a minute and the request budget allow."""

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
"""Of them, those that are worth waiting for while Cloudflare refuses too many requests."""
WITHIN: Final = 30.0
"""Seconds after which none is begun any more, so that a slow Cloudflare makes no digest late."""


@dataclass(frozen=True, slots=True)
class CausesRead:
    """What was read of some failures.

    Attributes:
        causes: by workflow and id of the instance; None where it could not be read. The others were not asked
            about.
        unread: how many were to be read and were not, and why; None if all were.
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
) -> CausesRead:
    """Read why the newest of a digest's instances failed, as many of each workflow.

    One that can't be described, today or ever, must not hold up the whole digest.

    Args:
        survey: the account.
        found: the news.
        most: instances to ask about.
        patient: that Cloudflare refuses too many requests is worth waiting for, until enough are read.
        within: seconds after which none is begun any more.

    Raises:
        RateLimited: it is worth waiting for.
    """
    places = news.to_describe(found, most)
    until = asyncio.get_running_loop().time() + within
    reading = _Reading(survey, deque(enumerate(places)), until, patient)
    await together(reading.run() for _ in range(min(AT_ONCE, len(places))))
    left = len(places) - sum(cause is not None for cause in reading.causes.values())
    return CausesRead(reading.causes, UnreadCauses(left, reading.error) if left else None)


@dataclass(slots=True)
class _Reading:
    """Instances that are asked about one after the other, by several who take turns.

    Attributes:
        queue: workflow and id, with the place in the order.
        until: when to stop, by the clock of the loop.
        causes: what is known of those that were asked about.
        error: why the first of them could not be read.
        is_refused: Cloudflare refuses too many requests, so that no more are made.
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
