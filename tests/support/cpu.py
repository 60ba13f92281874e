"""How long something computes, whatever else the machine does meanwhile."""

import time
from collections.abc import Callable

BACKTRACKING = 1.0
"""Seconds, more than a long text takes, unless the time grows with the square of its length."""


def computing_seconds(work: Callable[[], object]) -> float:
    """Return the seconds of CPU that this thread needs for some work."""
    began = time.thread_time()
    work()
    return time.thread_time() - began
