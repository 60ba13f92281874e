"""Why instances failed, for as many of a list as there is time for: each is asked about once."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.cloudflare.accounts import Accounts
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.causes import Cause
from bot.cloudflare.errors import CloudflareError
from bot.cloudflare.limiter import Priority

AT_ONCE: Final = 20
"""Requests for details that one list makes at the same time."""


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
    """Why some instances failed.

    Attributes:
        known: why, without secrets.
        unread: those that could not be asked about, and why the first could not; those that there was no
            time for are in neither.
    """

    known: Mapping[FailedInstance, Cause]
    unread: Mapping[FailedInstance, CloudflareError] = field(default_factory=dict)


class CauseReader:
    """Reads why instances failed.

    Args:
        accounts: each account's workflows by the account's name, the default first.
        mask: returns a cause without secrets.
    """

    def __init__(self, accounts: Mapping[str, CachedWorkflows], mask: Callable[[Cause], Cause]) -> None:
        self._accounts = Accounts(accounts)
        self._mask = mask

    async def read(
        self,
        account: str | None,
        failed: Sequence[FailedInstance],
        *,
        team: str,  # noqa: ARG002 - what is read is not kept yet
        until: float,
        priority: Priority = Priority.BACKGROUND,
    ) -> Causes:
        """Return why instances failed, the first ones first; one that can't be read costs no other.

        Args:
            account: as settings name it; None means the default account.
            failed: the instances.
            team: whose the question is.
            until: when to begin no more requests, by the clock of the event loop.
            priority: of the requests.

        Raises:
            UnknownAccount: settings name no such account.
        """
        _, workflows = self._accounts.get(account)
        known: dict[FailedInstance, Cause] = {}
        unread: dict[FailedInstance, CloudflareError] = {}
        queue = iter(failed)

        async def ask() -> None:
            for each in queue:
                if asyncio.get_running_loop().time() >= until:
                    return
                try:
                    cause = await workflows.get_cause(each.workflow, each.id, priority=priority)
                except CloudflareError as error:
                    unread[each] = error
                else:
                    known[each] = self._mask(cause)

        await asyncio.gather(*(ask() for _ in range(min(AT_ONCE, len(failed)))))
        return Causes(known, unread)
