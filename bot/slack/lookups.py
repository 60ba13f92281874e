"""What Slack's Web API says of people and user groups, remembered for a while."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Generic, TypeVar

from cachetools import LRUCache

from bot.slack.client import SLACK_ERRORS, reason

FOR_LONG: Final = timedelta(days=1)
"""How long an answer stands in for one that Slack does not give just now."""

_MOST: Final = 10_000
_AFTER_FAILURE: Final = timedelta(seconds=30)
"""How long Slack is not asked again for something that it did not tell."""
_FINAL: Final = frozenset(
    {
        "missing_scope",
        "user_not_found",
        "user_not_visible",
        "no_such_subteam",
        "permission_denied",
        "plan_upgrade_required",
    }
)
"""Errors that say for certain that there is no answer, so that an older one does not stand in."""

_K = TypeVar("_K")
_V = TypeVar("_V")


class LookupFailed(Exception):
    """Slack did not tell.

    Attributes:
        reason: Slack's code, or what came in its place.
        is_final: it would say the same again.
    """

    def __init__(self, reason: str, *, is_final: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_final = is_final


@dataclass(slots=True)
class _Entry(Generic[_V]):
    """An answer, or why there is none, with times of the monotonic clock."""

    answer: _V | LookupFailed
    fresh_until: float
    usable_until: float


class Lookups(Generic[_K, _V]):
    """Asks Slack and remembers the answers; those who want the same share one call.

    Args:
        ask: asks for a key; raises one of `SLACK_ERRORS`.
        fresh: how long an answer is good without another call.
        now: a monotonic clock in seconds.
        usable: how long it stands in for one that Slack does not give just now.
    """

    def __init__(
        self,
        ask: Callable[[_K], Awaitable[_V]],
        fresh: timedelta,
        now: Callable[[], float],
        usable: timedelta = FOR_LONG,
    ) -> None:
        self._usable = usable.total_seconds()
        self._ask = ask
        self._fresh = fresh.total_seconds()
        self._now = now
        self._entries: LRUCache[_K, _Entry[_V]] = LRUCache(_MOST)
        self._flights: dict[_K, asyncio.Task[_V | LookupFailed]] = {}

    def known(self, key: _K) -> _V | LookupFailed | None:
        """Return a fresh answer, or why there is none; None where Slack is to be asked."""
        entry = self._entries.get(key)
        return entry.answer if entry is not None and self._now() < entry.fresh_until else None

    async def get(
        self,
        key: _K,
        timeout: timedelta,  # noqa: ASYNC109 - the call goes on for the next who ask
        *,
        anew: bool = False,
    ) -> _V:
        """Return an answer. An older one stands in for a while if Slack gives none.

        Args:
            key: what to ask for.
            timeout: how long to wait for Slack.
            anew: ask even if the answer is known.

        Raises:
            LookupFailed: there is no answer.
        """
        known = None if anew else self.known(key)
        answer = await self._call(key, timeout) if known is None else known
        if not isinstance(answer, LookupFailed):
            return answer
        entry = self._entries.get(key)
        if answer.is_final or entry is None or isinstance(entry.answer, LookupFailed):
            raise answer
        if self._now() >= entry.usable_until:
            raise answer
        entry.fresh_until = max(entry.fresh_until, self._now() + _AFTER_FAILURE.total_seconds())
        return entry.answer

    async def close(self) -> None:
        """End the calls that are still under way."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)

    async def _call(self, key: _K, timeout: timedelta) -> _V | LookupFailed:  # noqa: ASYNC109 - as `get`
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = asyncio.ensure_future(self._ask_and_remember(key))
            flight.add_done_callback(lambda _: self._flights.pop(key, None))
        await asyncio.wait({flight}, timeout=timeout.total_seconds())
        return flight.result() if flight.done() else LookupFailed("TimeoutError", is_final=False)

    async def _ask_and_remember(self, key: _K) -> _V | LookupFailed:
        now = self._now()
        try:
            answer = await self._ask(key)
        except SLACK_ERRORS as error:
            why = reason(error)
            failed = LookupFailed(why, is_final=why in _FINAL)
            if failed.is_final:
                until = self._now() + _AFTER_FAILURE.total_seconds()
                self._entries[key] = _Entry(failed, until, until)
            return failed
        self._entries[key] = _Entry(answer, now + self._fresh, now + self._usable)
        return answer
