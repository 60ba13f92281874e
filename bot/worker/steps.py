"""What deliveries are made of, and who may make them: all that a worker knows before there is one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from bot.worker.closing import Closing
from bot.worker.preparing import Preparing
from bot.worker.sending import Sending


@dataclass(frozen=True, slots=True)
class Steps:
    """What the steps do.

    Attributes:
        life: which of its lives this worker is in; None while others may think it dead.
    """

    preparing: Preparing
    sending: Sending
    closing: Closing
    life: Callable[[], int | None]


StepsFor: TypeAlias = Callable[[Callable[[], int | None]], Steps]
"""Makes the steps of a worker that can say which of its lives this is."""


class StandingBy(Exception):
    """Somebody else delivers; the message says who."""
