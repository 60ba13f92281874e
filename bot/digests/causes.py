"""Read why a digest's new instances failed: as many as half a minute and the request budget allow."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from bot.browse.causes import Causes, FailedInstance
from bot.cloudflare.causes import Cause
from bot.cloudflare.errors import RateLimited
from bot.digests import news
from bot.digests.news import WorkflowFindings
from bot.digests.report import UnreadCauses

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


class AskCauses(Protocol):
    """Asks why instances failed."""

    async def __call__(self, failed: Sequence[FailedInstance], /, *, until: float) -> Causes:
        """Return why, with no request after a moment by the clock of the loop: see `CauseReader.read`."""


async def read_causes(
    ask: AskCauses,
    found: Sequence[WorkflowFindings],
    *,
    most: int = MOST_DETAILS,
    patient: bool,
    within: float = WITHIN,
) -> FailureCauses:
    """Read why the newest of a digest's instances failed, evenly over the workflows.

    An instance that can't be read does not hold up the digest.

    Args:
        ask: asks about them.
        found: the news.
        most: instances to ask about.
        patient: whether to raise RateLimited if it comes before `ENOUGH_DETAILS` were asked about.
        within: seconds after which no request starts.

    Raises:
        RateLimited: Cloudflare limits requests, and the digest is to wait.
    """
    failed = news.to_describe(found, most)
    read = await ask(failed, until=asyncio.get_running_loop().time() + within)
    asked = len(read.known) + len(read.unread)
    if patient and asked < ENOUGH_DETAILS and isinstance(read.stopped, RateLimited):
        raise read.stopped
    causes: dict[tuple[str, str], Cause | None] = {(each.workflow, each.id): None for each in read.unread}
    causes |= {(each.workflow, each.id): cause for each, cause in read.known.items()}
    left = len(failed) - len(read.known)
    error = next(iter(read.unread.values()), read.stopped)
    return FailureCauses(causes, UnreadCauses(left, error) if left else None)
