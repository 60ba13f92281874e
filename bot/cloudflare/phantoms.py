"""Never ask an engine for an instance that its list does not hold.

The local engine of `wrangler dev` makes a row of each id that it is asked for, which stays in its list: 64
hexadecimal digits without a status and without a time (`Instance.is_phantom`). So an id counts only if a list
held it a moment ago. That of a row was; for one that was typed, the list is read.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from cachetools import TTLCache

from bot.cloudflare.errors import InstanceNotFound
from bot.cloudflare.models import (
    MAX_PER_PAGE,
    InstanceFilter,
    InstancePage,
    PageNumber,
    PageQuery,
    Position,
)

AskPage = Callable[[PageQuery], Awaitable[InstancePage]]

_BELIEVED: Final = timedelta(minutes=1)
"""How long an id counts as listed. One that is deleted meanwhile would be made a phantom."""
_MOST_IDS: Final = 10_000
_MOST_PAGES: Final = 50
"""Pages that are looked through for one id: 5,000 instances."""


class ListedInstances:
    """The instances that an engine's lists held a moment ago.

    Args:
        now: a monotonic clock in seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._ids: TTLCache[tuple[str, str], bool] = TTLCache(_MOST_IDS, _BELIEVED.total_seconds(), timer=now)

    def remember(self, workflow: str, page: InstancePage) -> None:
        """Remember the instances of a page."""
        for row in page.rows:
            if not row.is_phantom:
                self._ids[workflow, row.id] = True

    async def confirm(self, workflow: str, instance: str, ask: AskPage) -> None:
        """Look for an instance in its workflow's list, unless a list held it a moment ago.

        Args:
            workflow: its name.
            instance: its id.
            ask: requests one page, and remembers it here.

        Raises:
            InstanceNotFound: The list does not hold it.
            CloudflareError: A request failed, or a response can't be read.
        """
        position: Position | None = PageNumber(1)
        for _ in range(_MOST_PAGES):
            if (workflow, instance) in self._ids:
                return
            if position is None:
                raise InstanceNotFound("the local engine does not list it")
            page = await ask(PageQuery(workflow, InstanceFilter(), position, MAX_PER_PAGE))
            position = page.next if page.rows else None
        if (workflow, instance) not in self._ids:
            raise InstanceNotFound(
                f"it is not among the newest {_MOST_PAGES * MAX_PER_PAGE:,} that are listed"
            )
