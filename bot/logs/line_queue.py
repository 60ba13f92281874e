"""A queue of lines before a file descriptor, so that a slow reader holds up no task."""

import os
import select
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from queue import Empty, SimpleQueue
from typing import Final

_MOST: Final = 4 * 1024 * 1024
"""Characters that wait. A line has some two hundred."""
_AT_ONCE: Final = select.PIPE_BUF
"""Bytes. A pipe takes as many whole or not at all, also while others write to it."""
_GATHER: Final = timedelta(milliseconds=2)
_TO_CLOSE: Final = timedelta(seconds=1)


class LineQueue:
    """Takes lines and has a thread write them, in their order; `write` never waits.

    When too much waits, the newest lines are dropped. Their number is written where they would have been.

    Args:
        file: the descriptor.
        dropped_line: makes the line that tells how many were dropped.
        count_dropped: called for each line that is dropped.
    """

    def __init__(
        self, file: int, dropped_line: Callable[[int], str], count_dropped: Callable[[], None]
    ) -> None:
        self._file = file
        self._dropped_line = dropped_line
        self._count_dropped = count_dropped
        self._lock = threading.Lock()
        self._lines: deque[str] = deque()
        self._waiting = 0
        self._dropped = 0
        self._is_idle = True
        self._is_closed = False
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._is_torn = False
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def write(self, line: str) -> int:
        """Queue a line, which ends in a line break, or drop it."""
        with self._lock:
            if self._is_closed or self._waiting + len(line) > _MOST:
                self._dropped += 1
                self._count_dropped()
                return len(line)
            self._lines.append(line)
            self._waiting += len(line)
            is_idle, self._is_idle = self._is_idle, False
        if is_idle:
            self._wake.put(None)
        return len(line)

    def flush(self) -> None:
        """Do nothing: the thread writes as soon as it can."""

    def close(self, within: timedelta = _TO_CLOSE) -> None:
        """Write what waits, for a while, and take no more.

        If the reader still stands still, the descriptor leads nowhere from then on: nothing that ends the
        process waits for that reader either.
        """
        with self._lock:
            self._is_closed = True
        self._wake.put(None)
        self._thread.join(within.total_seconds())
        if self._thread.is_alive():
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._file)
            os.close(nowhere)

    def _run(self) -> None:
        while True:
            with self._lock:
                lines, self._lines, self._waiting = self._lines, deque(), 0
                dropped, self._dropped = self._dropped, 0
                is_done = self._is_idle = not lines and not dropped
                is_closed = self._is_closed
            if not is_done:
                self._write_all(lines, dropped)
            if is_closed and not lines:
                return
            if is_done:
                self._wake.get()
            elif not is_closed:
                self._gather()

    def _gather(self) -> None:
        """Let some lines come together, as nobody has to wake this thread for them meanwhile."""
        with suppress(Empty):
            self._wake.get(timeout=_GATHER.total_seconds())

    def _write_all(self, lines: deque[str], dropped: int) -> None:
        for text, count in _batches(lines):
            if not self._write(text):
                dropped += count
                for _ in range(count):
                    self._count_dropped()
        if dropped and not self._write(self._dropped_line(dropped).encode(errors="replace")):
            with self._lock:
                self._dropped += dropped
            self._wait_for_more()

    def _wait_for_more(self) -> None:
        """Wait for another line before the dropped ones are told of: nothing can be written now."""
        with self._lock:
            if self._lines or self._is_closed:
                return
            self._is_idle = True
        self._wake.get()

    def _write(self, text: bytes) -> bool:
        """Write some lines; return whether that was possible. Whoever reads may take their time."""
        left = memoryview(b"\n" + text if self._is_torn else text)
        begun = False
        while left:
            try:
                written = os.write(self._file, left)
            except BlockingIOError:  # whoever shares the descriptor has set it so
                waiting = select.poll()
                waiting.register(self._file, select.POLLOUT)
                waiting.poll()
            except OSError:  # its disk is full, or its reader gone
                self._is_torn = self._is_torn or begun
                return False
            else:
                begun, left = True, left[written:]
        self._is_torn = False
        return True


def _batches(lines: deque[str]) -> Iterator[tuple[bytes, int]]:
    """Yield whole lines, as many together as a pipe takes at once, and their number."""
    batch, count = b"", 0
    for line in lines:
        data = line.encode(errors="replace")
        if batch and len(batch) + len(data) > _AT_ONCE:
            yield batch, count
            batch, count = b"", 0
        batch, count = batch + data, count + 1
    if batch:
        yield batch, count
