"""The slowest and the flakiest steps of some instances. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, TypeVar

from bot.cloudflare.causes import Cause, fingerprint, has_failed, step_name
from bot.cloudflare.instance_models import InstanceDetail, Step
from bot.stats.model import StepRuns
from bot.stats.statistics import Rate, least_share, spread_of

MOST_STEPS: Final = 1_000
"""Steps of one instance that are looked at: there may be 25,000, and each name has to be read."""
_KIND: Final = "step"
"""What does something: a sleep and a wait for an event take as long as they are meant to."""
_ZERO: Final = timedelta(0)

_T = TypeVar("_T")


@dataclass(slots=True)
class _Found:
    """What was found of one step.

    Attributes:
        name: of the first run, without secrets.
        runs: how often it ran.
        troubled: how many runs failed, or needed more than one attempt.
        spans: how long those took that succeeded.
    """

    name: str
    runs: int = 0
    troubled: int = 0
    spans: list[timedelta] = field(default_factory=list)


class StepReader:
    """Collects the steps of instances, one after the other.

    Steps whose names differ in ids and numbers only are one step.

    Args:
        mask: returns a name without secrets.
    """

    def __init__(self, mask: Callable[[str], str]) -> None:
        self._mask = mask
        self._found: dict[str, _Found] = {}
        self._keys: dict[str, str] = {}
        self.is_cut = False

    def add(self, detail: InstanceDetail) -> None:
        """Add the steps of one instance, `MOST_STEPS` of them at most."""
        steps = [step for step in detail.steps if (step.type or _KIND) == _KIND]
        self.is_cut = self.is_cut or len(steps) > MOST_STEPS
        for step in steps[:MOST_STEPS]:
            name = step_name(step.name)
            key = self._key_of(name)
            if key not in self._found:
                self._found[key] = _Found(self._mask(name))
            _count(self._found[key], step)

    def steps(self) -> tuple[StepRuns, ...]:
        """Return what each step comes to, in the order in which they were seen first."""
        return tuple(
            StepRuns(found.name, found.runs, Rate(found.troubled, found.runs), spread_of(found.spans))
            for found in self._found.values()
        )

    def _key_of(self, name: str) -> str:
        if name not in self._keys:
            self._keys[name] = fingerprint(Cause(step=name)).step or ""
        return self._keys[name]


def _count(found: _Found, step: Step) -> None:
    found.runs += 1
    found.troubled += has_failed(step) or len(step.attempts) > 1
    if step.success and step.start is not None and step.end is not None:
        found.spans.append(max(step.end - step.start, _ZERO))


def slowest(steps: Iterable[StepRuns], most: int) -> list[StepRuns]:
    """Return the steps that usually take longest, at most so many; of few runs the longest one counts."""
    timed = [step for step in steps if step.took.count]
    return sorted(timed, key=lambda step: (-_usual(step), step.name))[:most]


def _usual(step: StepRuns) -> timedelta:
    return step.took.median or step.took.longest or _ZERO


def flakiest(steps: Iterable[StepRuns], most: int) -> list[StepRuns]:
    """Return the steps with most trouble as far as their runs prove it, at most so many; none without."""
    troubled = [step for step in steps if step.troubled.part]
    return sorted(troubled, key=lambda step: (-least_share(step.troubled), step.name))[:most]


def pick_evenly(items: Sequence[_T], most: int) -> list[_T]:
    """Return at most so many of some items, spread evenly over them, in their order."""
    count = min(most, len(items))
    return [items[place * len(items) // count] for place in range(count)]
