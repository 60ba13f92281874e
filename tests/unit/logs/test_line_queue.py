"""Lines on their way to a pipe: in order, whole, and never waited for."""

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.logs.line_queue import LineQueue

LINE = "x" * 200
MORE_THAN_FITS = 40_000
"""Lines of that length: 8 MB, twice of what may wait."""


@dataclass
class Pipe:
    """A pipe, and what was read from it."""

    ends: tuple[int, int] = field(default_factory=os.pipe)
    counted: int = 0
    said: bytearray = field(default_factory=bytearray)
    _reader: threading.Thread | None = None

    def count(self) -> None:
        self.counted += 1

    def queue(self) -> LineQueue:
        return LineQueue(self.ends[1], "dropped {}\n".format, self.count)

    def read_on(self) -> None:
        """Read from now on, until the pipe is closed."""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def lines(self) -> list[str]:
        """Return all lines; nobody writes any more."""
        os.close(self.ends[1])
        if self._reader is None:
            self._read()
        else:
            self._reader.join()
        os.close(self.ends[0])
        return self.said.decode().splitlines(keepends=True)

    def _read(self) -> None:
        while chunk := os.read(self.ends[0], 65_536):
            self.said += chunk


@pytest.fixture
def pipe() -> Pipe:
    return Pipe()


def numbered(count: int) -> Iterator[str]:
    return (f"{number} {LINE}\n" for number in range(count))


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_lines_come_whole_and_in_order(pipe: Pipe) -> None:
    queue = pipe.queue()
    pipe.read_on()
    written = [*numbered(500), "long " + "y" * 100_000 + "\n", "é\ud800\n", *numbered(500)]
    for line in written:
        queue.write(line)
        queue.flush()
    queue.close()
    assert pipe.lines() == [line.replace("\ud800", "?") for line in written]
    assert pipe.counted == 0


def test_nobody_waits_for_a_reader_that_stands_still_and_what_is_lost_is_told_in_place(pipe: Pipe) -> None:
    queue = pipe.queue()
    for line in numbered(MORE_THAN_FITS):
        queue.write(line)
    lost = pipe.counted
    assert 0 < lost < MORE_THAN_FITS
    pipe.read_on()
    until(lambda: count_told(pipe.said) == lost)
    queue.write("later\n")
    queue.close()
    *lines, later = pipe.lines()
    assert later == "later\n"
    number = 0
    for line in lines:  # the queue may have been full twice: before its thread first ran, too
        if line.startswith("dropped "):
            number += int(line.removeprefix("dropped "))
        else:
            assert line == f"{number} {LINE}\n"
            number += 1
    assert number == MORE_THAN_FITS
    assert pipe.counted == lost


def count_told(said: bytearray) -> int:
    """Count the lines that are said to have been dropped."""
    return sum(map(int, re.findall(rb"^dropped (\d+)$", said, re.MULTILINE)))


def test_a_reader_that_stands_still_delays_no_end(pipe: Pipe) -> None:
    queue = pipe.queue()
    for line in numbered(2_000):
        queue.write(line)
    started = time.monotonic()
    queue.close(within=timedelta(seconds=0.1))
    assert time.monotonic() - started < 5
    os.write(
        pipe.ends[1], b"z" * 1_000_000
    )  # whatever else the process says at its end does not wait, either
    queue.write("too late\n")
    assert pipe.counted == 1
    lines = pipe.lines()
    assert lines == list(numbered(len(lines))), "no line is torn"


def test_a_reader_that_is_gone_costs_nothing_but_the_lines(pipe: Pipe) -> None:
    os.close(pipe.ends[0])
    queue = pipe.queue()
    for number in range(3):
        queue.write("lost\n")
        until(lambda lost=number + 1: pipe.counted == lost)  # type: ignore[misc]
    before = time.process_time()
    time.sleep(0.2)
    assert time.process_time() - before < 0.1, "it does not try again and again"
    queue.close()
    os.close(pipe.ends[1])


def test_a_disk_that_was_full_is_written_again(monkeypatch: pytest.MonkeyPatch, pipe: Pipe) -> None:
    """It took half of a line: the next one begins anew, after the number of those lost."""
    write, is_full = os.write, threading.Event()
    is_full.set()

    def full(file: int, data: memoryview) -> int:
        if not is_full.is_set():
            return write(file, data)
        if bytes(data).startswith(b"first"):
            return write(file, data[:3])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    queue = pipe.queue()
    queue.write("first\n")
    until(lambda: pipe.counted == 1)
    is_full.clear()
    queue.write("second\n")
    queue.close()
    assert "".join(pipe.lines()) == "fir\nsecond\ndropped 1\n"


def test_a_descriptor_that_does_not_block_is_waited_for(pipe: Pipe) -> None:
    os.set_blocking(pipe.ends[1], False)
    queue = pipe.queue()
    for line in numbered(5_000):
        queue.write(line)
    pipe.read_on()
    queue.close(within=timedelta(seconds=10))
    assert pipe.lines() == list(numbered(5_000))
    assert pipe.counted == 0
