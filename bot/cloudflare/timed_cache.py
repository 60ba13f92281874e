"""Caches of answers: how long they are fresh, and how much memory they may take."""

from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Generic, TypeVar

from cachetools import TLRUCache, TTLCache

from bot.cloudflare.details import size_of
from bot.cloudflare.instance_models import InstanceDetail
from bot.cloudflare.models import InstancePage, PageQuery, is_ended
from bot.cloudflare.packing import PackedPage, Packer

_K = TypeVar("_K", bound=Hashable)
_T = TypeVar("_T")

MOST_DETAILS: Final = 64 * 1024 * 1024
"""Bytes of memory, as `size_of` estimates them, that all instances with their steps may take together."""


@dataclass(frozen=True, slots=True)
class CacheTimes:
    """How long an answer is fresh.

    Attributes:
        first: for answers that can change: first pages, workflows, and instances that have not ended.
        rest: for stable answers: pages after a cursor, pages with a latest creation time, and instances that
            have ended.
        pages: the number of answers of each kind that are cached.
    """

    first: timedelta = timedelta(seconds=15)
    rest: timedelta = timedelta(minutes=5)
    pages: int = 500


class TimedCache(Generic[_K, _T]):
    """A cache that keeps stable answers for `rest` and all others for `first`."""

    def __init__(self, size: int, times: CacheTimes, now: Callable[[], float]) -> None:
        self._first: TTLCache[_K, _T] = TTLCache(size, times.first.total_seconds(), timer=now)
        self._rest: TTLCache[_K, _T] = TTLCache(size, times.rest.total_seconds(), timer=now)

    def get(self, key: _K) -> _T | None:
        """Return a fresh answer."""
        return self._first.get(key) or self._rest.get(key)

    def put(self, key: _K, answer: _T, *, is_stable: bool) -> None:
        """Keep an answer in place of the one before."""
        self._first.pop(key, None)
        self._rest.pop(key, None)
        (self._rest if is_stable else self._first)[key] = answer

    def items(self) -> list[tuple[_K, _T]]:
        """Return what is fresh, with its keys."""
        return [*self._first.items(), *self._rest.items()]


class PageCache:
    """A cache of pages. All but the pages used last are packed."""

    def __init__(self, size: int, times: CacheTimes, now: Callable[[], float]) -> None:
        self._packer = Packer()
        self._cache: TimedCache[PageQuery, PackedPage] = TimedCache(size, times, now)

    def get(self, key: PageQuery) -> InstancePage | None:
        """Return a fresh page."""
        packed = self._cache.get(key)
        return None if packed is None else self._packer.open(packed)

    def workflows_with(self, instance: str) -> tuple[str, ...]:
        """Return the workflows of the pages used last that hold an instance, each once."""
        opened = ((key.workflow, self._packer.opened(packed)) for key, packed in self._cache.items())
        found = {name for name, page in opened if page and any(row.id == instance for row in page.rows)}
        return tuple(sorted(found))

    def put(self, key: PageQuery, page: InstancePage, *, is_stable: bool) -> None:
        """Keep a page, packed."""
        self._cache.put(key, self._packer.pack(page), is_stable=is_stable)


class DetailCache:
    """A cache of instances with their steps, which together take a bounded amount of memory."""

    def __init__(self, times: CacheTimes, now: Callable[[], float]) -> None:
        first, rest = times.first.total_seconds(), times.rest.total_seconds()

        def expiry(_: tuple[str, str], detail: InstanceDetail, since: float) -> float:
            return since + (rest if is_final(detail) else first)

        self._cache: TLRUCache[tuple[str, str], InstanceDetail] = TLRUCache(
            MOST_DETAILS, expiry, timer=now, getsizeof=size_of
        )

    def get(self, key: tuple[str, str]) -> InstanceDetail | None:
        """Return a fresh instance."""
        return self._cache.get(key)

    def put(self, key: tuple[str, str], detail: InstanceDetail) -> None:
        """Keep an instance, for longer if it has ended."""
        self._cache.pop(key, None)
        with suppress(ValueError):  # one that is larger than all may be together is not kept
            self._cache[key] = detail


def is_final(detail: InstanceDetail) -> bool:
    """Return whether an instance has ended and was read in full: the next answer would be the same."""
    is_whole = not (detail.is_partial or detail.unread_fields or detail.incomplete_steps)
    return is_ended(detail.status) and detail.end is not None and is_whole
