"""Read several lists for one answer, and note what was said beside the rows and what could not be read."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from bot.browse.checking import RowChecker
from bot.browse.errors import CursorRefused
from bot.browse.model import ListQuery
from bot.browse.pages import Loaded, PageReader, is_page_cached, load_page
from bot.browse.selection import Stream
from bot.browse.several.places import Failure, Omitted, StreamPlace
from bot.browse.several.planning import WorkflowFilter
from bot.cloudflare.errors import (
    AccountNotFound,
    CloudflareError,
    InvalidParameter,
    InvalidResponse,
    NotAuthorized,
    QueueFull,
    RateLimited,
    ShareUsedUp,
    TLSError,
    Unavailable,
    WorkflowNotFound,
)
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import ApiMessage, InstancePage

_KINDS: Final = {
    kind.__name__: kind
    for kind in (
        NotAuthorized,
        AccountNotFound,
        WorkflowNotFound,
        InvalidParameter,
        Unavailable,
        TLSError,
        InvalidResponse,
    )
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read at once, beyond the first page of each list.

    Attributes:
        pages: pages.
        seconds: after which nothing more is asked for.
    """

    pages: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that takes several lists.

    Attributes:
        query: what is listed.
        account: the account's name.
        reader: reads pages.
        checker: says which rows are meant.
        lookback: how long before a time an instance may have been created that ended since.
        allows: says which workflows may be seen.
        limits: how much is read.
        listed_at: when the workflows were listed whose counts chose the lists; None where they were not.
    """

    query: ListQuery
    account: str
    reader: PageReader
    checker: RowChecker
    lookback: timedelta
    allows: WorkflowFilter
    limits: Limits
    listed_at: datetime | None = None

    def hidden(self, places: Sequence[StreamPlace]) -> frozenset[int]:
        """Return the numbers of the lists that may not be seen."""
        return frozenset(
            number for number, place in enumerate(places) if not self.allows(place.stream.workflow)
        )

    def left_out(self, omitted: Omitted, hidden: Collection[int]) -> dict[str, Any]:
        """Return what a screen says of lists that were not asked for, by the names of its fields.

        Where some of the lists may not be seen, nothing tells how many are.

        Args:
            omitted: those lists.
            hidden: the numbers of the lists that were asked for and may not be seen.
        """
        seen = tuple(stream for stream in omitted.streams if self.allows(stream.workflow))
        is_unsure = omitted.count > len(omitted.streams) and self._may_hide()  # not all of them are named
        has_others = bool(omitted.count) and (bool(hidden) or len(seen) < len(omitted.streams) or is_unsure)
        return {
            "left_out": seen,
            "left_out_count": len(seen) if has_others else omitted.count,
            "others_left_out": has_others,
            "unlisted": omitted.unlisted,
        }

    def _may_hide(self) -> bool:
        """Return whether workflows that were asked for may not be seen, as far as they are known."""
        known, selection = self.reader.workflows.known_workflows, self.query.selection
        return any(selection.has(row.name) and not self.allows(row.name) for row in known)


@dataclass(slots=True)
class Reading:
    """Pages of several lists, as they come.

    Attributes:
        asked: the question.
        pages: the pages that were read.
        errors: why lists could not be read, by their number.
    """

    asked: Asked
    pages: list[InstancePage] = field(default_factory=list)
    errors: dict[int, CloudflareError] = field(default_factory=dict)

    async def load(
        self,
        place: StreamPlace,
        page: int,
        priority: Priority = Priority.INTERACTIVE,
        *,
        fresh: bool = False,
    ) -> Loaded | CloudflareError:
        """Return a page of a list by its number, from 0, or why it can't be read.

        `fresh` asks the API anew.
        """
        reader = self.asked.reader
        reader = replace(reader, priority=priority, fresh=fresh or reader.fresh)
        try:
            loaded = await load_page(reader, place, page, self.asked.lookback)
        except CloudflareError as error:
            return error
        self.pages.append(loaded.page)
        return loaded

    def is_cached(self, place: StreamPlace, page: int) -> bool:
        """Return whether a page of a list needs no request."""
        return is_page_cached(self.asked.reader, place, page, self.asked.lookback)

    async def asked_at(self) -> datetime:
        """Return when the API was asked first for what the answer goes by.

        Raises:
            CloudflareError: nothing was read, and the API does not answer.
        """
        listed_at = self.asked.listed_at
        if listed_at is not None:
            return min((listed_at, *(page.fetched_at for page in self.pages)))
        if not self.pages:
            return (await self.asked.reader.workflows.list_workflows()).fetched_at
        return self.now

    @property
    def now(self) -> datetime:
        """Return when the first of the pages that were read was asked for."""
        return min(page.fetched_at for page in self.pages)

    def require_any(self) -> None:
        """Raise the first error if nothing could be read.

        Raises:
            CloudflareError: that one.
        """
        if self.errors and not self.pages:
            raise next(iter(self.errors.values()))

    def beside_rows(self) -> dict[str, Any]:
        """Return what a screen says of the API's answers beside their rows, by the names of its fields."""
        messages: dict[ApiMessage, None] = {}
        for page in self.pages:
            messages.update(dict.fromkeys(page.messages))
        return {
            "messages": tuple(messages),
            "incomplete_rows": sum(page.incomplete_rows for page in self.pages),
            "unread_fields": tuple(dict.fromkeys(name for page in self.pages for name in page.unread_fields)),
        }

    def unread(self, places: Sequence[StreamPlace], hidden: frozenset[int]) -> dict[Stream, CloudflareError]:
        """Return the lists that could not be read, now or before, and why."""
        return {
            place.stream: self.errors.get(number) or error_of(place.failure, self.asked.query)
            for number, place in enumerate(places)
            if place.failure is not None and number not in hidden
        }


def failure_of(error: CloudflareError) -> Failure:
    """Return an error as a bookmark carries it."""
    retry_after = error.retry_after.total_seconds() if isinstance(error, RateLimited) else None
    share = error.share if isinstance(error, ShareUsedUp) else None
    return Failure(type(error).__name__, error.reason, retry_after, share)


def error_of(failure: Failure, query: ListQuery) -> CloudflareError:
    """Return the error that a bookmark carries."""
    if failure.kind == CursorRefused.__name__:
        return CursorRefused(query.from_start)
    wait = timedelta(seconds=failure.retry_after or 0)
    match failure.kind:
        case ShareUsedUp.__name__:
            return ShareUsedUp("", failure.share or 0, wait)
        case QueueFull.__name__:
            return QueueFull(wait)
        case RateLimited.__name__:
            return RateLimited(failure.reason, retry_after=wait)
    return _KINDS.get(failure.kind, CloudflareError)(failure.reason)


def deadline(limits: Limits) -> float:
    """Return when to ask for nothing more, by the clock of the event loop."""
    return asyncio.get_running_loop().time() + limits.seconds


def is_over(until: float) -> bool:
    """Return whether a deadline has passed."""
    return asyncio.get_running_loop().time() >= until
