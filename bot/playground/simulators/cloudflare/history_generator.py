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
_LONGEST_SMOOTH_RUN: Final = timedelta(minutes=15)
"""An instance that runs for longer has failed attempts."""
_TIME_OUT_CHANCE: Final = 0.2
_TIME_BEFORE_WAIT: Final = timedelta(minutes=10)
_UNDO_CHANCE: Final = 0.5
_UNDO_FAILS_CHANCE: Final = 0.2


@dataclass(frozen=True, slots=True)
class History:
    """The steps of an instance, its end, its output and its error."""

    steps: tuple[StepRecord, ...] = ()
    ended_on: datetime | None = None
    output: str | None = None
    error: Failure | None = None


def _rollback_of(step: Step, attempt: Attempt) -> Step:
    """Return the rollback of a step; it is tried once."""
    return step._replace(attempts=(attempt,), output=None, kind="rollback", retries=0, sensitive=False)


@dataclass(slots=True)
class HistoryGenerator:
    """Generates one history; ``moment`` is the current time in it, at most ``now``.

    If ``is_regression``, an instance fails as most of the newest version do.
    """

    profile: Profile
    moment: datetime
    now: datetime
    random: Random
    is_regression: bool = False
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
        if status == "errored" and self._regression is not None:
            return [planned.name for planned in self.profile.plan].index(self._regression[0])
        if status == "errored" and self._may_time_out() and self.random.random() < _TIME_OUT_CHANCE:
            return next(
                place for place, planned in enumerate(self.profile.plan) if isinstance(planned, EventStep)
            )
        kind = (EventStep, SleepStep) if status == "waiting" else WorkStep
        places = [place for place, planned in enumerate(self.profile.plan) if isinstance(planned, kind)]
        return self.random.choice(places or [0])

    def _add_current_step(self, planned: PlannedStep, status: str) -> Failure | None:
        name = step_name(planned)
        match planned:
            case EventStep(event_type=event_type, deadline=deadline) if status == "errored":
                error = Failure("WorkflowTimeoutError", "Execution timed out while waiting for an event")
                start, end = self.moment, self._advance(deadline.total_seconds())
                self.steps.append(WaitForEvent(name, start, end, event_type, error=error))
                return error
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
                has_taken_long = self.now - self.moment > _LONGEST_SMOOTH_RUN
                failed = self._retried_attempts(planned, 2) if has_taken_long else ()
                self.steps.append(planned.to_step((*failed, Attempt(self.moment))))
        return None

    def _fail(self, planned: WorkStep, *, roll_back: bool) -> Failure:
        error = self._regression[1] if self._regression else self.random.choice(self.profile.failures)
        tries = 1 if error.name == "NonRetryableError" else _FAILING_ATTEMPTS
        attempts = self._failing_attempts(planned, error, tries)
        done = [step for step in self.steps if isinstance(step, Step)]
        self.steps.append(planned.to_step(attempts, retries=_FAILING_ATTEMPTS - 1))
        if roll_back:
            first = done[-1] if done else Step(step_name(self.profile.plan[0]), attempts)
            self.steps.append(_rollback_of(first, Attempt(self.moment)))
        elif self.profile.undoes and done and self.random.random() < _UNDO_CHANCE:
            self._roll_back(done)
        return error

    def _failing_attempts(self, planned: WorkStep, error: Failure, number: int) -> tuple[Attempt, ...]:
        """Return attempts that fail, with the step's delays after them but the last."""
        attempts: tuple[Attempt, ...] = ()
        for count in range(1, number + 1):
            attempts = (*attempts, self._attempt(planned, error))
            if count < number:
                self._advance(planned.delay_after(count))
        return attempts

    def _retried_attempts(self, planned: WorkStep, number: int) -> tuple[Attempt, ...]:
        """Return attempts that fail, with the step's delays after each."""
        attempts = self._failing_attempts(planned, self.profile.failures[0], number)
        self._advance(planned.delay_after(number))
        return attempts

    def _roll_back(self, done: list[Step]) -> None:
        """Roll back the finished steps, newest first; some rollbacks fail, which ends the rest."""
        for step in reversed(done):
            fails = self.random.random() < _UNDO_FAILS_CHANCE
            error = Failure("Error", "Warehouse answered 409: already picked") if fails else None
            start = self.moment
            end = self._advance(self.random.uniform(0.5, 3))
            self.steps.append(_rollback_of(step, Attempt(start, end, success=not fails, error=error)))
            if fails:
                return

    @property
    def _regression(self) -> tuple[str, Failure] | None:
        return self.profile.regression if self.is_regression else None

    def _may_time_out(self) -> bool:
        """Return whether a wait for an event that began now would be over."""
        deadlines = [planned.deadline for planned in self.profile.plan if isinstance(planned, EventStep)]
        return bool(deadlines) and self.moment + deadlines[0] + _TIME_BEFORE_WAIT < self.now

    def _finish_step(self, planned: PlannedStep) -> None:
        name, start = step_name(planned), self.moment
        match planned:
            case WorkStep():
                retried = self.random.random() < _RETRY_CHANCE
                failed = self._retried_attempts(planned, 1) if retried else ()
                self.steps.append(planned.to_step((*failed, self._attempt(planned, None))))
            case SleepStep(seconds=seconds):
                self.steps.append(Sleep(name, start, self._advance(seconds)))
            case EventStep(event_type=event_type):
                end = self._advance(self.random.uniform(1, _LONGEST_WAIT_SECONDS))
                self.steps.append(WaitForEvent(name, start, end, event_type, output='{"by":"webhook"}'))

    def _attempt(self, planned: WorkStep, error: Failure | None) -> Attempt:
        start = self.moment
        end = self._advance(planned.seconds * self.random.uniform(0.5, 1.8))
        return Attempt(start, end, error is None, error)

    def _advance(self, seconds: float) -> datetime:
        self.moment = min(self.now, self.moment + timedelta(seconds=seconds))
        return self.moment
