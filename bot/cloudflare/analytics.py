"""Ask Cloudflare's GraphQL analytics what happened in all workflows of one account.

What it says is a hint: the data is sampled where there is much of it, comes minutes late, and reaches back 31
days. What has to be true is asked of the Workflows API afterwards.

Limits: https://developers.cloudflare.com/analytics/graphql-api/limits/
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import aiohttp

from bot.cloudflare.analytics_queries import (
    LONGEST_REACH,
    Dimension,
    EventCounts,
    EventQuery,
    counts_request,
    read_counts,
)
from bot.cloudflare.client import Call, observe_nothing
from bot.cloudflare.endpoint import Endpoint
from bot.cloudflare.errors import InvalidResponse, RateLimited
from bot.cloudflare.limiter import Budget, Priority
from bot.cloudflare.transport import Transport

QUERIES: Final = 300
"""Queries in five minutes for one user, besides the requests to the rest of the API."""
PERMISSION: Final = "Account Analytics Read"


def _utc_now() -> datetime:
    return datetime.now(UTC)


class AnalyticsClient:
    """Asks for one account. Nothing is asked twice: a hint can be done without.

    Args:
        session: the aiohttp session. Its owner closes it.
        endpoint: the API's own base URL, the analytics token and the account's id.
        budget: shared by all clients of one token.
        deadline: for one answer.
        observe: called after each request.
        now: the clock.
    """

    def __init__(  # noqa: PLR0913 - the keyword arguments have defaults
        self,
        session: aiohttp.ClientSession,
        endpoint: Endpoint,
        *,
        budget: Budget,
        deadline: timedelta = timedelta(seconds=5),
        observe: Callable[[Call], None] = observe_nothing,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._transport = Transport(session, endpoint, deadline)
        self._account_id = endpoint.account_id or ""
        self._budget = budget
        self._observe = observe
        self._now = now

    async def find_workflows(
        self, instance: str, priority: Priority = Priority.INTERACTIVE
    ) -> tuple[str, ...]:
        """Return the names of the workflows that had an instance of an id, those with most events first.

        Raises:
            CloudflareError: The request failed, or the response can't be read.
        """
        now = self._now()
        query = EventQuery(now - LONGEST_REACH, now, (Dimension.WORKFLOW,), instance=instance)
        found = await self.count_events(query, priority)
        return tuple(dict.fromkeys(row.workflow for row in found.rows if row.workflow))

    async def count_events(self, query: EventQuery, priority: Priority = Priority.INTERACTIVE) -> EventCounts:
        """Count events by what they are grouped by.

        Raises:
            CloudflareError: The request failed, or the response can't be read.
        """
        request = counts_request(query, self._account_id)
        self._budget.acquire(priority)
        started = time.perf_counter()
        outcome = "unavailable"
        try:
            response = await self._transport.send(request)
            outcome = str(response.status)
            return read_counts(response, query, self._now())
        except InvalidResponse:
            outcome = "nonsense"
            raise
        except RateLimited as error:
            self._budget.block_for(error.retry_after)
            raise
        finally:
            self._observe(Call(request.path, request.query, outcome, time.perf_counter() - started))
