"""Run one request for all callers that wait for the same answer."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

_T = TypeVar("_T")


class SingleFlight:
    """Runs one coroutine per key at a time. All callers that wait for the key get its result.

    The coroutine runs in its own task, so a cancelled caller does not cancel it. A failure is raised in all
    waiting callers and is not cached.
    """

    def __init__(self) -> None:
        self._flights: dict[Hashable, asyncio.Task[Any]] = {}

    async def run(self, key: Hashable, start: Callable[[], Awaitable[_T]]) -> tuple[_T, bool]:
        """Return the result for a key, and whether this call started the coroutine."""
        flight = self._flights.get(key)
        leads = flight is None
        if flight is None:
            flight = asyncio.ensure_future(_run(start))
            self._flights[key] = flight
            flight.add_done_callback(lambda done: self._finish(key, done))
        return await asyncio.shield(flight), leads

    def _finish(self, key: Hashable, flight: asyncio.Task[Any]) -> None:
        del self._flights[key]
        if not flight.cancelled():
            flight.exception()  # Mark it as retrieved, in case all callers were cancelled.

    async def close(self) -> None:
        """Cancel the running coroutines."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)


async def _run(start: Callable[[], Awaitable[_T]]) -> _T:
    return await start()
