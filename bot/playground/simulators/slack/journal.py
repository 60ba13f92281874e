"""A list whose new entries can be awaited."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

WAIT_SECONDS = 30.0


class Journal(Generic[T]):
    """A sequence of events of one kind, with listeners and subscriptions.

    ``total`` counts all entries; ``keep`` limits the stored ones. ``listeners`` are called immediately.
    """

    def __init__(self) -> None:
        self.total = 0
        self.listeners: list[Callable[[T], None]] = []
        self._entries: deque[T] = deque()
        self._waiting: list[asyncio.Future[None]] = []

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[T]:
        return iter(tuple(self._entries))

    def __getitem__(self, index: int) -> T:
        return self._entries[index]

    def keep(self, most: int) -> None:
        """Store at most this many entries from now on."""
        self._entries = deque(self._entries, maxlen=most)

    def add(self, entry: T) -> None:
        """Add an entry, call the listeners, and wake the waiting tasks."""
        self._entries.append(entry)
        self.total += 1
        for listener in self.listeners:
            listener(entry)
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def wait_for_entry(self) -> None:
        """Wait for the next entry."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await future

    def follow(self, matches: Callable[[T], bool] = lambda _: True) -> "Subscription[T]":
        """Subscribe to the matching entries after this call."""
        return Subscription(self, matches, self.total)


@dataclass
class Subscription(Generic[T]):
    """Reads matching entries of a journal from ``position`` on, and skips removed ones."""

    journal: Journal[T]
    matches: Callable[[T], bool]
    position: int

    async def next(self, within: float = WAIT_SECONDS) -> T:
        """Wait for the next matching entry and return it.

        Raises:
            TimeoutError: none came in time.
        """
        async with asyncio.timeout(within):
            while True:
                while self.position < self.journal.total:
                    forgotten = self.journal.total - len(self.journal)
                    self.position = max(self.position, forgotten)
                    entry = self.journal[self.position - forgotten]
                    self.position += 1
                    if self.matches(entry):
                        return entry
                await self.journal.wait_for_entry()
