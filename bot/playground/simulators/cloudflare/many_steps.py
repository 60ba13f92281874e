"""The steps of a very long run, made whenever somebody looks at them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, overload

from bot.playground.simulators.cloudflare.steps import Attempt, Failure, Step

MOST_STEPS: Final = 25_000
"""Of one instance, on a paid plan."""
_EVERY: Final = timedelta(milliseconds=900)
_TAKES: Final = timedelta(milliseconds=700)
_RETRIED: Final = 997
"""Each step whose number this divides needs a second attempt."""


_TIMED_OUT: Final = Failure("WorkflowTimeoutError", "Execution timed out after 600000ms")


@dataclass(frozen=True, slots=True)
class ManySteps(Sequence[Step]):
    """Steps that process one batch each.

    Attributes:
        number: How many.
        start: When the first one started.
        name: Of each, without its counter.
        error: Why the last one failed; None if it did not.
    """

    number: int
    start: datetime
    name: str = "process batch"
    error: Failure | None = None

    @overload
    def __getitem__(self, place: int) -> Step: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Step]: ...

    def __getitem__(self, place: int | slice) -> Step | Sequence[Step]:
        """Return the step at a place, from 0."""
        if isinstance(place, slice):
            return [self._step(each) for each in range(self.number)[place]]
        return self._step(range(self.number)[place])

    def __len__(self) -> int:
        """Return the number of steps."""
        return self.number

    def __iter__(self) -> Iterator[Step]:
        """Make one step after the other."""
        return map(self._step, range(self.number))

    @property
    def end(self) -> datetime:
        """When the last one ended."""
        return self.start + (self.number - 1) * _EVERY + _TAKES

    def _step(self, place: int) -> Step:
        number = place + 1
        start = self.start + place * _EVERY
        error = self.error if number == self.number else None
        if error is None and number % _RETRIED:
            attempts: tuple[Attempt, ...] = (Attempt(start, start + _TAKES, success=True),)
        else:
            first = Attempt(start, start + _TAKES / 4, success=False, error=error or _TIMED_OUT)
            second = Attempt(start + _TAKES / 2, start + _TAKES, success=error is None, error=error)
            attempts = (first, second)
        checksum = f"{number * 2654435761 % 2**32:08x}"
        output = f'{{"batch":{number},"rows":500,"checksum":"{checksum}"}}' if error is None else None
        return Step(f"{self.name}-{number}", attempts, output=output, retries=1)
