"""Ask one workflow after the other whether it has an instance of an id."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.cloudflare.accounts import Accounts
from bot.cloudflare.errors import (
    CloudflareError,
    InstanceNotFound,
    InvalidResponse,
    RateLimited,
    WorkflowNotFound,
)
from bot.cloudflare.limiter import Priority
from bot.find.model import Allowance, Candidate, Coverage, Hit
from bot.find.targets import spellings
from bot.inspect.model import row_of


@dataclass(slots=True)
class Asking:
    """Asks for one id, several workflows at a time.

    With an allowance it ends once the id is found. Requests that are under way then are waited for, so that
    none is made in vain.

    Attributes:
        accounts: all of them.
        instance: the id.
        coverage: notes what was asked.
        allowance: how many workflows may be asked; None for all of them.
        most_failures: answers that fail before an account is left alone.
        hits: the instances that were found so far.
    """

    accounts: Accounts
    instance: str
    coverage: Coverage
    allowance: Allowance | None
    most_failures: int
    hits: list[Hit] = field(default_factory=list)
    _failures: Counter[str | None] = field(default_factory=Counter)

    async def ask(self, candidates: Sequence[Candidate], at_once: int) -> None:
        """Ask workflows in their order."""
        waiting = iter(candidates)
        await asyncio.gather(*(self._ask_in_turn(waiting) for _ in range(min(at_once, len(candidates)))))

    async def _ask_in_turn(self, waiting: Iterator[Candidate]) -> None:
        """Ask one workflow after the other until there is no need."""
        for candidate in waiting:
            if candidate.account in self.coverage.stopped:
                continue
            if not self._may_go_on():
                return
            try:
                hit = await self._ask_one(candidate)
            except CloudflareError as error:
                self._note_failure(candidate, error)
            else:
                self.coverage.asked += 1
                self.hits += [hit] if hit else []

    def _may_go_on(self) -> bool:
        """Return whether another workflow may be asked, and count it."""
        if self.allowance is None:
            return True
        if self.hits or self.allowance.left <= 0:
            return False
        self.allowance.left -= 1
        return True

    def _note_failure(self, candidate: Candidate, error: CloudflareError) -> None:
        account = candidate.account
        if isinstance(error, RateLimited):
            self.coverage.stopped.setdefault(account, error)
            return
        self.coverage.failed[account, candidate.workflow.name] = error
        self._failures[account] += 1
        if self._failures[account] >= self.most_failures:
            self.coverage.stopped.setdefault(account, error)

    async def _ask_one(self, candidate: Candidate) -> Hit | None:
        """Return the instance of a workflow; None if it has none of this id.

        Raises:
            CloudflareError: it can't be asked.
        """
        _, workflows = self.accounts.get(candidate.account)
        for text in spellings(self.instance):
            try:
                detail = await workflows.get_detail(
                    candidate.workflow.name, text, priority=Priority.BACKGROUND
                )
            except (InstanceNotFound, WorkflowNotFound):
                continue
            if detail.status is None and detail.queued is None:
                raise InvalidResponse("the answer says nothing of an instance")
            return Hit(candidate.holds(text), row_of(text, detail))
        return None
