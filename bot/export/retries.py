"""When a request of an export is made again: after a throttle, or after an error that may pass."""

import asyncio
from datetime import timedelta
from typing import Final

from bot.cloudflare.errors import CloudflareError, InvalidResponse, RateLimited, TLSError, Unavailable

_SHORTEST_PAUSE: Final = timedelta(seconds=0.1)


class Throttle:
    """Holds an export's requests back for as long as Cloudflare, or this bot's own budget, asks for it."""

    def __init__(self) -> None:
        self._goes_on_at = 0.0

    @property
    def waits_until(self) -> float | None:
        """Return when requests go on, by the clock of the event loop; None if they do."""
        return self._goes_on_at if self._goes_on_at > asyncio.get_running_loop().time() else None

    def hold(self, error: RateLimited) -> None:
        """Make no request for as long as an error says."""
        pause = max(error.retry_after, _SHORTEST_PAUSE)
        goes_on_at = asyncio.get_running_loop().time() + pause.total_seconds()
        self._goes_on_at = max(self._goes_on_at, goes_on_at)

    async def wait(self) -> None:
        """Wait until requests may be made."""
        await asyncio.sleep(max(0.0, self._goes_on_at - asyncio.get_running_loop().time()))


def may_pass(error: CloudflareError) -> bool:
    """Return whether a request that failed may succeed a little later."""
    return isinstance(error, Unavailable | InvalidResponse) and not isinstance(error, TLSError)
