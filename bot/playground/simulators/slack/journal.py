"""A list that can be waited on."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

WAIT_SECONDS = 5.0


class Journal(Generic[T]):
    """Everything of one kind that has happened, in order, and a way to wait for what comes next.

    ``total`` counts all of it; ``keep`` bounds how much can still be read. ``listeners`` are told at once.
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
        """Forget, now and from now on, what came before the last so many."""
        self._entries = deque(self._entries, maxlen=most)

    def add(self, entry: T) -> None:
        """Write down one more, tell the listeners, and wake whoever waits."""
        self._entries.append(entry)
        self.total += 1
        for listener in self.listeners:
            listener(entry)
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def wait_for_entry(self) -> None:
        """Return once there is one more entry than now."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await future

    def follow(self, matches: Callable[[T], bool] = lambda _: True) -> "Subscription[T]":
        """Return a reader of the matching entries that come after this call."""
        return Subscription(self, matches, self.total)


@dataclass
class Subscription(Generic[T]):
    """Reads a journal from ``position`` on, one matching entry at a time, passing over what is forgotten."""

    journal: Journal[T]
    matches: Callable[[T], bool]
    position: int

    async def next(self, within: float = WAIT_SECONDS) -> T:
        """Return the next matching entry, waiting for it if need be.

        Raises:
            TimeoutError: none came within that many seconds.
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
