"""Generates the history of a seeded instance: its steps from the start to its current status."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final

from bot.playground.simulators.cloudflare.model import ENDED_STATUSES
from bot.playground.simulators.cloudflare.profiles import (
    EventStep,
    PlannedStep,
    Profile,
    SleepStep,
    WorkStep,
    step_name,
)
from bot.playground.simulators.cloudflare.steps import (
    Attempt,
    Failure,
    Sleep,
    Step,
    StepRecord,
    Termination,
    WaitForEvent,
)

_FAILING_ATTEMPTS: Final = 3
_LONGEST_WAIT_SECONDS: Final = 180.0
_LONGEST_NAP: Final = timedelta(hours=6)
_RETRY_CHANCE: Final = 0.08


@dataclass(frozen=True, slots=True)
class History:
    """The steps of an instance, its end, its output and its error."""

    steps: tuple[StepRecord, ...] = ()
    ended_on: datetime | None = None
    output: str | None = None
    error: Failure | None = None


@dataclass(slots=True)
class HistoryGenerator:
    """Generates one history; ``moment`` is the current time in it, at most ``now``."""

    profile: Profile
    moment: datetime
    now: datetime
    random: Random
    steps: list[StepRecord] = field(default_factory=list)

    def generate(self, status: str) -> History:
        """Generate the history of an instance with this status."""
        if status == "queued":
            return History()
        finished = len(self.profile.plan) if status == "complete" else self._choose_current_step(status)
        for planned in self.profile.plan[:finished]:
            self._finish_step(planned)
        error = self._add_current_step(self.profile.plan[finished], status) if status != "complete" else None
        ended_on = self.moment if status in ENDED_STATUSES else None
        output = '{"ok":true}' if status == "complete" else None
        return History(tuple(self.steps), ended_on, output, error)

    def _choose_current_step(self, status: str) -> int:
        """Choose the current step: a wait for a waiting instance, else a work step."""
        kind = (EventStep, SleepStep) if status == "waiting" else WorkStep
        places = [place for place, planned in enumerate(self.profile.plan) if isinstance(planned, kind)]
        return self.random.choice(places or [0])

    def _add_current_step(self, planned: PlannedStep, status: str) -> Failure | None:
        name = step_name(planned)
        match planned:
            case EventStep(event_type=event_type, deadline=deadline):
                self.steps.append(
                    WaitForEvent(name, self.moment, self.now + deadline, event_type, finished=False)
                )
            case SleepStep():
                self.steps.append(Sleep(name, self.moment, self.now + _LONGEST_NAP, finished=False))
            case WorkStep() if status in ("errored", "rollingBack"):
                return self._fail(planned, roll_back=status == "rollingBack")
            case WorkStep() if status == "terminated":
                self.steps.append(Termination())
            case WorkStep() if status != "paused":
                self.steps.append(Step(name, (Attempt(self.moment),)))
        return None

    def _fail(self, planned: WorkStep, *, roll_back: bool) -> Failure:
        error = self.random.choice(self.profile.failures)
        attempts = tuple(self._attempt(planned, error) for _ in range(_FAILING_ATTEMPTS))
        self.steps.append(Step(step_name(planned), attempts, retries=_FAILING_ATTEMPTS - 1))
        if roll_back:
            self.steps.append(Step(step_name(self.profile.plan[0]), (Attempt(self.moment),), kind="rollback"))
        return error

    def _finish_step(self, planned: PlannedStep) -> None:
        name, start = step_name(planned), self.moment
        match planned:
            case WorkStep():
                attempts = [self._attempt(planned, None)]
                if self.random.random() < _RETRY_CHANCE:
                    attempts = [
                        self._attempt(planned, self.profile.failures[0]),
                        self._attempt(planned, None),
                    ]
                    attempts[0] = Attempt(start, attempts[0].end, success=False, error=attempts[0].error)
                self.steps.append(Step(name, tuple(attempts), output='{"done":true}'))
            case SleepStep(seconds=seconds):
                self.steps.append(Sleep(name, start, self._advance(seconds)))
            case EventStep(event_type=event_type):
                end = self._advance(self.random.uniform(1, _LONGEST_WAIT_SECONDS))
                self.steps.append(WaitForEvent(name, start, end, event_type, output='{"by":"webhook"}'))

    def _attempt(self, planned: WorkStep, error: Failure | None) -> Attempt:
        start = self.moment
        end = self._advance(planned.seconds * self.random.uniform(0.5, 1.8))
        return Attempt(start, end, success=error is None, error=error)

    def _advance(self, seconds: float) -> datetime:
        self.moment = min(self.now, self.moment + timedelta(seconds=seconds))
        return self.moment
