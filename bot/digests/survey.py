"""Answers about an account, shared by the digests of one slot: each question is asked once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from typing import Any, Final, TypeVar

from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import CloudflareError, InvalidParameter, RateLimited, WorkflowNotFound
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import InstancePage, PageQuery, Workflow, WorkflowList
from bot.cloudflare.single_flight import SingleFlight

AT_ONCE: Final = 10
"""Requests that the digests of one slot make at the same time."""

_MOST_COUNTED: Final = 200
"""Workflows that are asked for one by one because the list has no counts: a sixth of what a token may ask."""

_T = TypeVar("_T")


class AccountSnapshot:
    """Answers of one account that stay as they are, unlike the account's own memory of some seconds.

    Whatever it asks is background work: people come first. Failures are not cached.

    Args:
        account: to be asked.
        fresh: go around the account's memory, which may hold a page behind a cursor for minutes, while an old
            instance in it fails.

    Attributes:
        turns: bounds the requests that are made at the same time.
    """

    def __init__(self, account: CachedWorkflows, *, fresh: bool) -> None:
        self._account = account
        self._fresh = fresh
        self._answers: dict[Hashable, Any] = {}
        self._flights = SingleFlight()
        self.turns: Final = asyncio.Semaphore(AT_ONCE)

    async def list_workflows(self) -> WorkflowList:
        """Return every workflow of the account.

        Raises:
            CloudflareError: there is no such answer.
        """
        return await self._ask(
            ("workflows",),
            lambda: self._account.list_workflows(fresh=self._fresh, priority=Priority.BACKGROUND),
        )

    async def count_workflows(self, rows: Sequence[Workflow], *, patient: bool) -> Sequence[Workflow]:
        """Return the workflows with counts; ask for each one that the list gave no counts for.

        Those that do not exist are left out; one whose counts can't be read stays without, as do those
        beyond `_MOST_COUNTED`.

        Args:
            rows: as the list has them.
            patient: counts that Cloudflare refuses for too many requests are worth waiting for.

        Raises:
            RateLimited: some are worth waiting for.
        """
        uncounted = [row for row in rows if row.instances is None][:_MOST_COUNTED]
        answers = await gather_answers(self._count(row, patient=patient) for row in uncounted)
        counted = dict(zip((row.name for row in uncounted), answers, strict=True))
        found = (counted.get(row.name, row) for row in rows)
        return [row for row in found if row is not None]

    async def read_page(self, query: PageQuery) -> InstancePage:
        """Return a page of instances.

        Raises:
            CloudflareError: there is no such answer.
        """
        return await self._ask(
            ("page", query),
            lambda: self._account.list_instances(query, fresh=self._fresh, priority=Priority.BACKGROUND),
        )

    async def _count(self, row: Workflow, *, patient: bool) -> Workflow | None:
        try:
            return await self._ask(
                ("workflow", row.name),
                lambda: self._account.get_workflow(row.name, fresh=self._fresh, priority=Priority.BACKGROUND),
            )
        except (WorkflowNotFound, InvalidParameter):  # the latter for a name that none can have
            return None
        except CloudflareError as error:
            if patient and isinstance(error, RateLimited):
                raise
            return row

    async def _ask(self, key: Hashable, question: Callable[[], Awaitable[_T]]) -> _T:
        async def asked() -> _T:
            async with self.turns:
                answer = await question()
            self._answers[key] = answer
            return answer

        if key in self._answers:
            known: _T = self._answers[key]
            return known
        answer, _ = await self._flights.run(key, asked)
        return answer


async def gather_answers(questions: Iterable[Awaitable[_T]]) -> Sequence[_T]:
    """Wait for the answers to several questions that are asked at once.

    Raises:
        CloudflareError: one of them has no answer; those that have need not be asked again.
    """
    answers = await asyncio.gather(*questions, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return [answer for answer in answers if not isinstance(answer, BaseException)]
