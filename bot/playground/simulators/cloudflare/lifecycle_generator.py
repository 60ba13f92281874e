"""Generates the lifecycle of an instance: its start, its steps and its end."""

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final, Literal, NamedTuple, TypeAlias

from bot.playground.simulators.cloudflare.lifecycles import Lifecycle, StateChange, StepHistory
from bot.playground.simulators.cloudflare.model import InstanceRecord
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

Outcome: TypeAlias = Literal["complete", "errored", "paused", "rolledBack", "terminated"]

_OUTCOMES: Final[tuple[Outcome, ...]] = ("complete", "errored", "paused", "rolledBack", "terminated")
_OUTCOME_BOUNDS: Final = (0.70, 0.83, 0.91, 0.97)
"""The upper bound of each outcome but the last, between 0 and 1."""
_GOLDEN_RATIO: Final = 0.618033988749895

_MILLISECOND: Final = timedelta(milliseconds=1)
_MAX_ATTEMPTS: Final = 6
"""The attempts of a step with five retries."""

# Probabilities.
_RETRY_CHANCE: Final = 0.08
_SLOW_CHANCE: Final = 0.25
_LATE_CHANCE: Final = 0.12
_TERMINATE_CHANCE: Final = 0.3

_EVENT_OUTPUT: Final = '{"by":"webhook"}'

# Ranges in seconds; the sum of the maxima is less than LONGEST_LIFECYCLE. Rare states last long, so that
# each status nearly always has an instance.
_SLOW_ATTEMPT: Final = (60, 300)
_FAILING_ATTEMPT: Final = (20, 90)
_LONG_FAILING_ATTEMPT: Final = (300, 570)
_EVENT: Final = (1, 180)
_LATE_EVENT: Final = (600, 6 * 3600)
_PAUSE: Final = (1800, 5 * 3600)

# The same for steps that were pending when the account was seeded.
_PENDING_STEP: Final = (5, 240)
_LONG_PENDING_STEP: Final = (60, 3000)


class PlannedAttempt(NamedTuple):
    """An attempt to generate: its duration, and its error if it fails."""

    seconds: float
    error: Failure | None = None


def choose_outcome(number: int, offset: float) -> Outcome:
    """Choose the outcome of the instance with this number.

    Multiples of the golden ratio spread each outcome evenly over the numbers; random outcomes would sometimes
    leave a status without instances for a long time.
    """
    return _OUTCOMES[bisect(_OUTCOME_BOUNDS, (number * _GOLDEN_RATIO + offset) % 1)]


@dataclass(slots=True)
class LifecycleGenerator:
    """Generates one lifecycle; ``moment`` is the current time in it."""

    profile: Profile
    outcome: Outcome
    random: Random
    moment: datetime
    steps: list[StepHistory] = field(default_factory=list)
    error: Failure | None = None
    changes: list[StateChange] = field(default_factory=list)

    def generate(self, instance: InstanceRecord) -> Lifecycle:
        """Generate the lifecycle of an instance from its current state to its end."""
        self.steps = [StepHistory(self.moment, self.moment, step) for step in instance.steps]
        self.error = instance.error
        match instance.status:
            case "queued":
                self._advance(self.random.uniform(0.1, self.profile.longest_queue))
                self._run_plan()
            case "rollingBack":
                self._finish(self.steps.pop().ended, self._draw(_LONG_PENDING_STEP))
                self._record("errored")
            case "waitingForPause":
                self._finish(self.steps.pop().ended, self._draw(_LONG_PENDING_STEP))
                self._record("paused")
                self._resume()
            case "paused":
                self._resume()
            case status:
                seconds = self._draw(_LATE_EVENT if status == "waiting" else _PENDING_STEP)
                self._finish(self.steps.pop().ended, seconds)
                self._run_plan()
        return Lifecycle(instance, tuple(self.changes), tuple(self.steps))

    def _run_plan(self) -> None:
        """Run the remaining steps; the outcome takes effect at one of the work steps."""
        remaining = self.profile.plan[len(self.steps) :]
        work_steps = [planned for planned in remaining if isinstance(planned, WorkStep)]
        if self.outcome in ("rolledBack", "terminated"):
            work_steps = work_steps[1:]  # a first step is finished before the outcome
        failing = self.random.choice(work_steps) if work_steps and self.outcome != "complete" else None
        for planned in remaining:
            if planned is failing:
                self._apply_outcome(planned)
                return
            self._run_step(planned)
        self._record("complete", '{"ok":true}')

    def _apply_outcome(self, planned: WorkStep) -> None:
        """Apply the outcome at a step, once."""
        outcome, self.outcome = self.outcome, "complete"
        match outcome:
            case "terminated":
                self._terminate()
            case "paused":
                planned_attempts = [*self._draw_failures(), self._draw_attempt(planned)]
                self._run_attempts(planned, planned_attempts, status="waitingForPause")
                self._record("paused")
                self._resume()
            case _:
                done = [step.ended for step in self.steps if isinstance(step.ended, Step)]
                self._fail(planned)
                if outcome == "rolledBack":
                    self._roll_back(done)
                self._record("errored")

    def _fail(self, planned: WorkStep) -> None:
        self.error = self.random.choice(self.profile.failures)
        planned_attempts = 1 if self.error.name == "NonRetryableError" else _MAX_ATTEMPTS
        failing = [PlannedAttempt(self._draw(_FAILING_ATTEMPT), self.error) for _ in range(planned_attempts)]
        self._run_attempts(planned, failing)

    def _roll_back(self, done: list[Step]) -> None:
        """Roll the finished steps back, newest first; only the first rollback takes long."""
        failing = self._draw_failures()
        for step in reversed(done):
            planned_attempts = [*failing, PlannedAttempt(self.random.uniform(1, 5))]
            self._run_attempts(_rollback_of(step), planned_attempts, status="rollingBack")
            failing = []

    def _resume(self) -> None:
        """End a pause: resume or terminate the instance."""
        self._advance(self._draw(_PAUSE))
        if self.random.random() < _TERMINATE_CHANCE:
            self._terminate()
        else:
            self._record("running")
            self._run_plan()

    def _terminate(self) -> None:
        self.steps.append(StepHistory(self.moment, self.moment, Termination()))
        self._record("terminated")

    def _run_step(self, planned: PlannedStep) -> None:
        start, name = self.moment, step_name(planned)
        match planned:
            case WorkStep():
                retried = self.random.random() < _RETRY_CHANCE
                failed = (
                    [PlannedAttempt(self._draw(_FAILING_ATTEMPT), self.profile.failures[0])]
                    if retried
                    else []
                )
                self._run_attempts(planned, [*failed, self._draw_attempt(planned)])
            case SleepStep(seconds=seconds):
                self._wait(Sleep(name, start, start + _duration(seconds), finished=False), seconds)
            case EventStep(event_type=event_type, deadline=deadline):
                seconds = self._draw(_LATE_EVENT if self.random.random() < _LATE_CHANCE else _EVENT)
                self._wait(WaitForEvent(name, start, start + deadline, event_type, finished=False), seconds)

    def _wait(self, step: Sleep | WaitForEvent, seconds: float) -> None:
        self._record("waiting")
        self._finish(step, seconds)

    def _finish(self, pending: StepRecord, seconds: float) -> None:
        """Finish a pending step after some seconds; a sleep ends at its own time."""
        start, ended = self.moment, pending
        self.moment = pending.end if isinstance(pending, Sleep) else self.moment + _duration(seconds)
        match pending:
            case Step(attempts=(*failed, last)):
                attempts = (*failed, Attempt(last.start, self.moment, True, last.error))
                ended = pending._replace(attempts=attempts, output=self._output_of(pending))
            case Sleep():
                ended = pending._replace(finished=True)
            case WaitForEvent():
                ended = pending._replace(end=self.moment, finished=True, output=_EVENT_OUTPUT)
        self.steps.append(StepHistory(start, self.moment, ended, pending))

    def _run_attempts(
        self,
        planned: WorkStep | Step,
        planned_attempts: Sequence[PlannedAttempt],
        *,
        status: str = "running",
    ) -> None:
        """Run the attempts of a step or of a rollback, with the step's delays.

        The end of the last attempt is not recorded: another change always follows in the same moment.
        """
        start, attempts = self.moment, list[Attempt]()
        for number, (seconds, error) in enumerate(planned_attempts):
            if number:
                self._record(status)
                self._advance(planned.delay_after(number))
            self._record(status)
            begin, self.moment = self.moment, self.moment + _duration(seconds)
            attempts.append(Attempt(begin, self.moment, error is None, error))
        self.steps.append(StepHistory(start, self.moment, _step_with(planned, tuple(attempts))))

    def _output_of(self, step: Step) -> str | None:
        """Return what a step returns; a rollback returns nothing."""
        work = [planned for planned in self.profile.plan if isinstance(planned, WorkStep)]
        outputs = {step_name(planned): planned.output for planned in work}
        return outputs.get(step.name) if step.kind == "step" else None

    def _draw_attempt(self, planned: WorkStep) -> PlannedAttempt:
        if self.random.random() < _SLOW_CHANCE:
            return PlannedAttempt(self._draw(_SLOW_ATTEMPT))
        return PlannedAttempt(planned.seconds * self.random.uniform(0.5, 1.8))

    def _draw_failures(self) -> list[PlannedAttempt]:
        """Draw nearly as many failures as the retries allow, about half an hour in all."""
        times = self.random.randint(_MAX_ATTEMPTS - 2, _MAX_ATTEMPTS - 1)
        return [
            PlannedAttempt(self._draw(_LONG_FAILING_ATTEMPT), self.profile.failures[0]) for _ in range(times)
        ]

    def _draw(self, between: tuple[float, float]) -> float:
        return self.random.uniform(*between)

    def _advance(self, seconds: float) -> None:
        self.moment += _duration(seconds)

    def _record(self, status: str, output: str | None = None) -> None:
        """Record the current state of the instance."""
        self.changes.append(StateChange(self.moment, status, self.error, output))


def _rollback_of(step: Step) -> Step:
    return step._replace(kind="rollback", output=None, sensitive=False)


def _step_with(planned: WorkStep | Step, attempts: tuple[Attempt, ...]) -> Step:
    return planned.to_step(attempts) if isinstance(planned, WorkStep) else planned._replace(attempts=attempts)


def _duration(seconds: float) -> timedelta:
    """Return a duration in whole milliseconds, the API's precision."""
    return round(seconds * 1000) * _MILLISECOND
