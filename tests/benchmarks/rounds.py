"""Takes turns between what is compared, so that a disturbance of the machine meets all of it."""

import gc
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

_T = TypeVar("_T")

_log = logging.getLogger(__name__)


async def in_turns(
    name: str, rounds: int, works: Mapping[str, Callable[[int], Awaitable[_T]]]
) -> dict[str, list[_T]]:
    """What each work came to, a value a round; a round before them warms up and is not counted.

    Args:
        name: of the benchmark, for who watches.
        rounds: how many.
        works: by subject; each is told the round's number, 0 for the one that warms up.
    """
    came_to: dict[str, list[_T]] = {subject: [] for subject in works}
    order = list(works)
    for number in range(rounds + 1):
        for subject in order[number % len(order) :] + order[: number % len(order)]:
            _log.info("%s: round %d of %d, %s", name, number, rounds, subject)
            gc.collect()  # what the harness left behind is no concern of the next
            value = await works[subject](number)
            if number:
                came_to[subject].append(value)
    return came_to
