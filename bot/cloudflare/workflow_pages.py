"""Read a list of workflows page by page; behind a full first page, several pages at once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.cloudflare.models import ApiMessage, PageNumber, Workflow, WorkflowList, WorkflowPage

MOST_PAGES: Final = 50
"""Pages of workflows that one list takes: 5,000 workflows. An account has some hundred."""
_AT_ONCE: Final = 8
"""Pages that are asked for together. A count may lie: what lies behind the end is then asked for in vain."""

AskPage = Callable[[PageNumber], Awaitable[WorkflowPage]]


async def read_workflows(ask: AskPage, now: Callable[[], datetime]) -> WorkflowList:
    """Return all workflows, as if the pages were read one after the other.

    Only the first page says how many there are, so that three pages take the time of two requests.

    Args:
        ask: requests one page.
        now: the clock.

    Raises:
        CloudflareError: A page of the list can't be read. Pages behind its end do not count.
    """
    found = _Found()
    found.add(await ask(PageNumber(1)))
    while found.following is not None:
        start = found.following.number
        end = min(max(found.pages, start), start + _AT_ONCE - 1, MOST_PAGES)
        answers = await asyncio.gather(
            *(ask(PageNumber(number)) for number in range(start, end + 1)), return_exceptions=True
        )
        for answer in answers:
            if found.following is None:
                break
            if isinstance(answer, BaseException):
                raise answer
            found.add(answer)
    return WorkflowList(
        tuple(found.rows.values()),
        tuple(found.messages),
        now(),
        found.incomplete_rows,
        tuple(found.unread),
        found.cut_short,
    )


@dataclass(slots=True)
class _Found:
    """What the pages so far hold; the attributes are those of `WorkflowList`, and these.

    Attributes:
        following: the next page; None at the end.
        pages: how many pages there are by the API's counts.
    """

    rows: dict[str, Workflow] = field(default_factory=dict)
    messages: list[ApiMessage] = field(default_factory=list)
    incomplete_rows: int = 0
    unread: dict[str, None] = field(default_factory=dict)
    cut_short: bool = False
    following: PageNumber | None = None
    pages: int = 1

    def add(self, page: WorkflowPage) -> None:
        """Add the next page."""
        known = len(self.rows)
        self.rows.update((workflow.name, workflow) for workflow in page.rows)
        self.messages.extend(page.messages)
        self.incomplete_rows += page.incomplete_rows
        self.unread.update(dict.fromkeys(page.unread_fields))
        self.following, self.pages = page.next, page.pages
        # The local engine repeats its only page; a list that brings nothing new would never end.
        if page.next is not None and (len(self.rows) == known or page.next.number > MOST_PAGES):
            self.cut_short = page.total is None or page.total > len(self.rows)
            self.following = None
