"""Why instances failed, for as many of a list as there is time for: each is asked about once, for good."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from cachetools import LRUCache

from bot.browse.kept_causes import CauseStore, to_storable
from bot.cloudflare.accounts import Accounts
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.causes import Cause, fingerprint
from bot.cloudflare.errors import AccountNotFound, CloudflareError, NotAuthorized, RateLimited
from bot.cloudflare.limiter import Priority
from bot.slack.requests import digest

AT_ONCE: Final = 20
"""Requests for details that one list makes at the same time."""
_MOST_REMEMBERED: Final = 5_000
FOR_ALL: Final = (NotAuthorized, AccountNotFound)
"""Faults that the next request would meet, too, as it would a throttle."""


@dataclass(frozen=True, slots=True)
class FailedInstance:
    """An instance that failed.

    Attributes:
        workflow: its workflow's name.
        id: its id.
        ended_on: when; an instance that is restarted and fails again ends anew.
    """

    workflow: str
    id: str
    ended_on: datetime | None


@dataclass(frozen=True, slots=True)
class Causes:
    """Why some instances failed. Each of them is in one of the first three.

    Attributes:
        known: why, without secrets.
        unread: those that could not be read, and why not.
        unasked: those that were not asked about, in order.
        stopped: why they were not; None if there was no time left.
    """

    known: Mapping[FailedInstance, Cause]
    unread: Mapping[FailedInstance, CloudflareError] = field(default_factory=dict)
    unasked: Sequence[FailedInstance] = ()
    stopped: CloudflareError | None = None


class CauseReader:
    """Reads why instances failed.

    Args:
        accounts: each account's workflows by the account's name, the default first.
        mask: returns a cause without secrets; masking it again changes nothing.
        kept: those of the database; None where there is none.
    """

    def __init__(
        self,
        accounts: Mapping[str, CachedWorkflows],
        mask: Callable[[Cause], Cause],
        kept: CauseStore | None = None,
    ) -> None:
        self._accounts = Accounts(accounts)
        self._mask = mask
        self._kept = kept
        self._remembered: LRUCache[str, Cause] = LRUCache(_MOST_REMEMBERED)

    async def read(  # noqa: PLR0913 - the last two have defaults
        self,
        account: str | None,
        failed: Sequence[FailedInstance],
        *,
        team: str,
        until: float,
        priority: Priority = Priority.BACKGROUND,
        turns: asyncio.Semaphore | None = None,
    ) -> Causes:
        """Return why instances failed, the first ones first; one that can't be read costs no other.

        What is remembered is not asked for: in memory, else in the database, by one query for all. Requests
        end early where Cloudflare, or the bot's own budget, takes no more of them.

        Args:
            account: as settings name it; None means the default account.
            failed: the instances.
            team: whose the question is.
            until: when to begin no more requests, by the clock of the event loop.
            priority: of the requests.
            turns: bounds how many of them are made at the same time, beside those of others.

        Raises:
            UnknownAccount: settings name no such account.
        """
        name, workflows = self._accounts.get(account)
        keys = {each: _key(team, name, each) for each in failed if each.ended_on is not None}
        known = {each: self._remembered[key] for each, key in keys.items() if key in self._remembered}
        known |= await self._load({key: each for each, key in keys.items() if each not in known}, team)
        reading = _Reading(workflows, self._mask, until, priority, turns or asyncio.Semaphore(AT_ONCE))
        reading.queue.extend(each for each in dict.fromkeys(failed) if each not in known)
        await asyncio.gather(*(reading.run() for _ in range(min(AT_ONCE, len(reading.queue)))))
        await self._keep({keys[each]: each for each in reading.final if each in keys}, reading.known, team)
        known |= reading.known
        unasked = [each for each in failed if each not in known and each not in reading.unread]
        return Causes(known, reading.unread, unasked, reading.stopped)

    def not_remembered(self, account: str | None, failed: Sequence[FailedInstance], *, team: str) -> int:
        """Return of how many instances memory does not know why they failed; the database may.

        Raises:
            UnknownAccount: settings name no such account.
        """
        name, _ = self._accounts.get(account)
        return sum(each.ended_on is None or _key(team, name, each) not in self._remembered for each in failed)

    async def _load(self, missing: Mapping[str, FailedInstance], team: str) -> Mapping[FailedInstance, Cause]:
        """Return what the database knows, and remember it."""
        if self._kept is None or not missing:
            return {}
        loaded = await self._kept.load(missing, team)
        # Settings may name more secrets than when it was written. That takes a while for some hundred.
        masked = await asyncio.to_thread(
            lambda: {key: _prepare(cause, self._mask) for key, cause in loaded.items()}
        )
        self._remembered.update(masked)
        return {missing[key]: cause for key, cause in masked.items()}

    async def _keep(
        self, final: Mapping[str, FailedInstance], read: Mapping[FailedInstance, Cause], team: str
    ) -> None:
        """Remember what was read and stays true, unless another question came to it meanwhile."""
        new = {key: each for key, each in final.items() if key not in self._remembered}
        self._remembered.update({key: read[each] for key, each in new.items()})
        if self._kept is not None:
            ended = {key: (read[each], each.ended_on) for key, each in new.items() if each.ended_on}
            await self._kept.save(ended, team)


@dataclass(slots=True)
class _Reading:
    """Asks about instances in order; several tasks share the queue.

    Attributes:
        until: when to stop, by the clock of the loop.
        turns: bounds the requests at the same time.
        queue: those that are left.
        known: why, without secrets.
        unread: why not.
        final: those of the known ones that have ended and were read in full.
        stopped: the fault that each other one would meet, too.
    """

    workflows: CachedWorkflows
    mask: Callable[[Cause], Cause]
    until: float
    priority: Priority
    turns: asyncio.Semaphore
    queue: deque[FailedInstance] = field(default_factory=deque)
    known: dict[FailedInstance, Cause] = field(default_factory=dict)
    unread: dict[FailedInstance, CloudflareError] = field(default_factory=dict)
    final: list[FailedInstance] = field(default_factory=list)
    stopped: CloudflareError | None = None

    async def run(self) -> None:
        while self.queue:
            async with self.turns:
                if not self.queue or self.stopped or asyncio.get_running_loop().time() >= self.until:
                    return
                await self._ask(self.queue.popleft())

    async def _ask(self, each: FailedInstance) -> None:
        try:
            found = await self.workflows.get_cause(each.workflow, each.id, priority=self.priority)
        except RateLimited as error:
            self.stopped = self.stopped or error
        except CloudflareError as error:
            self.unread[each] = error
            if isinstance(error, FOR_ALL):
                self.stopped = self.stopped or error
        else:
            self.known[each] = await asyncio.to_thread(_prepare, found.cause, self.mask)
            if found.is_final:
                self.final.append(each)


def _prepare(cause: Cause, mask: Callable[[Cause], Cause]) -> Cause:
    """Return a cause that may be shown and kept; its fingerprint is remembered, so that no loop folds it."""
    prepared = to_storable(mask(cause))
    fingerprint(prepared)
    return prepared


def _key(team: str, account: str, failed: FailedInstance) -> str:
    """Return the key of a cause: another end of the same instance has another."""
    ended_on = failed.ended_on.astimezone(UTC).isoformat() if failed.ended_on else ""
    return digest(team, account, failed.workflow, failed.id, ended_on)
