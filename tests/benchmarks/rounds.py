"""Takes turns between what is compared, so that a disturbance of the machine meets all of it."""

import gc
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import TypeVar

_T = TypeVar("_T")

_log = logging.getLogger(__name__)


def numbers(name: str, rounds: int) -> Iterator[int]:
    """Yield the number of each round, and before them 0: a round that warms up and is not counted.

    A single round shows that a benchmark works and proves nothing, so nothing is warmed up for it.

    Args:
        name: of the benchmark, for who watches.
        rounds: how many.
    """
    for number in range(0 if rounds > 1 else 1, rounds + 1):
        _log.info("%s: round %d of %d", name, number, rounds)
        yield number


async def in_turns(
    name: str, rounds: int, works: Mapping[str, Callable[[int], Awaitable[_T]]]
) -> dict[str, list[_T]]:
    """What each work came to, a value a round; what `numbers` says of rounds holds of them.

    Args:
        name: of the benchmark, for who watches.
        rounds: how many.
        works: by subject; each is told the round's number, 0 for the one that warms up.
    """
    came_to: dict[str, list[_T]] = {subject: [] for subject in works}
    order = list(works)
    for number in numbers(name, rounds):
        for subject in order[number % len(order) :] + order[: number % len(order)]:
            _log.info("%s: %s", name, subject)
            if rounds > 1:
                gc.collect()  # what the harness left behind is no concern of the next
            value = await works[subject](number)
            if number:
                came_to[subject].append(value)
    return came_to
