"""What an instance's steps say: which one failed, how often it was tried, and when. Pure."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from bot.cloudflare.causes import error_of, failed_step, has_failed, step_name
from bot.cloudflare.instance_models import Attempt, InstanceDetail, InstanceError, Step
from bot.cloudflare.models import is_ended
from bot.inspect.model import (
    AttemptGroup,
    InstanceRef,
    InstanceView,
    KeyStep,
    State,
    StepPage,
    StepSummary,
    TimelineStep,
    ends_at,
)
from bot.inspect.retries import next_attempt_at, retries_text

STEPS_PER_PAGE: Final = 20
BAR_WIDTH: Final = 12
_FULL: Final = "\N{FULL BLOCK}"
_EMPTY: Final = "\N{LIGHT SHADE}"
_BY_ENGINE: Final = ("rollback", "termination")
_FAILED: Final = ("errored", "rollingBack")
_TIMED: Final = ("step", "rollback")
"""Kinds whose `success` says how they ended; `finished` says it of the others."""


async def build_view(subject: InstanceRef, detail: InstanceDetail, first: int, now: datetime) -> InstanceView:
    """Build what is shown of an instance; others get their turn between the looks at all of its steps.

    Args:
        subject: which instance.
        detail: with its steps.
        first: the place of a step on the page to show, from 0.
        now: the time.
    """
    summary = summarize_steps(detail)
    await asyncio.sleep(0)
    key_step = find_key_step(detail, summary)
    return InstanceView(subject, detail, summary, key_step, cut_page(detail, first, now), now)


def summarize_steps(detail: InstanceDetail) -> StepSummary:
    """Return what all steps of an instance come to."""
    steps, may_go_on = detail.steps, not is_ended(detail.status)
    own, failures, first_failed, first_going = len(steps), 0, None, None
    for place, step in enumerate(steps):
        if step.success and step.error is None and step.type == "step":
            continue  # most of them, and there may be 25,000
        own -= step.type in _BY_ENGINE
        state = _state(step)
        if state is State.FAILED:
            failures += 1
            first_failed = place if first_failed is None else first_failed
        elif state is State.GOING and may_go_on and first_going is None:
            first_going = place
    return StepSummary(len(steps), own, failures, first_failed, first_going)


def cut_page(detail: InstanceDetail, first: int, now: datetime) -> StepPage:
    """Return the page of an instance's steps that a place is on."""
    steps = detail.steps
    start = min(max(first, 0), max(len(steps) - 1, 0)) // STEPS_PER_PAGE * STEPS_PER_PAGE
    shown = steps[start : start + STEPS_PER_PAGE]
    stopped = is_ended(detail.status)
    entries = tuple(
        _to_entry(step, start + place + 1, is_stopped=stopped) for place, step in enumerate(shown)
    )
    return StepPage(entries, start, _scale(entries, ends_at(detail, now)))


def _to_entry(step: Step, number: int, *, is_stopped: bool) -> TimelineStep:
    state = _state(step)
    return TimelineStep(
        number=number,
        kind=step.type or "step",
        name=shown_name(step.name),
        state=State.STOPPED if is_stopped and state is State.GOING else state,
        start=step.start,
        end=step.end,
        attempts=len(step.attempts),
        event_type=step.event_type,
        source=step.trigger.source if step.trigger else None,
    )


def shown_name(name: str) -> str:
    """Return a step's name without its counter, but for the second of a name and those behind it."""
    written = step_name(name)
    counter = name[len(written) + 1 :]
    return f"{written} #{counter}" if counter and counter != "1" else written


def find_key_step(detail: InstanceDetail, summary: StepSummary) -> KeyStep | None:
    """Return the step that matters most: the one that failed, else the one that goes on."""
    ended = is_ended(detail.status)
    place = None if ended else summary.first_going
    if detail.status in _FAILED and (failed := failed_step(detail)) is not None:
        place = _place_of(detail.steps, failed)
    if place is None:
        return None
    step = detail.steps[place]
    retries = step.config.retries if step.config else None
    return KeyStep(
        entry=_to_entry(step, place + 1, is_stopped=ended),
        error=error_of(step),
        groups=group_attempts(step.attempts),
        most_attempts=None if retries is None or retries.limit is None else retries.limit + 1,
        retries=retries_text(step.config) if step.config else "",
        next_at=next_attempt_at(step),
    )


def group_attempts(attempts: Sequence[Attempt]) -> tuple[AttemptGroup, ...]:
    """Return attempts with those in a row that failed alike put together."""
    groups: list[AttemptGroup] = []
    number = 1
    for key, alike in groupby(attempts, _outcome):
        members = tuple(alike)
        error, is_going, _ = key
        groups.append(
            AttemptGroup(
                number,
                tuple(each.start for each in members),
                tuple(each.end - each.start if each.end and each.start else None for each in members),
                error,
                is_going,
            )
        )
        number += len(members)
    return tuple(groups)


def bar(entry: TimelineStep, scale: tuple[datetime, datetime] | None, until: datetime) -> str:
    """Draw when a step ran within a stretch of time, `BAR_WIDTH` characters wide and one of them at least."""
    end = entry.last_moment(until)
    if scale is None or entry.start is None or end is None:
        return _EMPTY * BAR_WIDTH
    whole = scale[1] - scale[0]
    if whole <= timedelta(0):
        return _FULL * BAR_WIDTH
    begins = min(max(int((entry.start - scale[0]) / whole * BAR_WIDTH), 0), BAR_WIDTH - 1)
    ends = min(max(round((end - scale[0]) / whole * BAR_WIDTH), begins + 1), BAR_WIDTH)
    return _EMPTY * begins + _FULL * (ends - begins) + _EMPTY * (BAR_WIDTH - ends)


def _state(step: Step) -> State:
    if has_failed(step) or step.success is False:
        return State.FAILED
    if step.type == "termination":
        return State.DONE
    outcome = step.success if step.type in _TIMED or step.success is not None else step.finished
    if outcome:
        return State.DONE
    is_going = outcome is False or (step.end is None and step.start is not None)
    return State.GOING if is_going else State.UNKNOWN


def _scale(entries: Sequence[TimelineStep], until: datetime) -> tuple[datetime, datetime] | None:
    starts = [entry.start for entry in entries if entry.start is not None]
    ends = [end for entry in entries if (end := entry.last_moment(until)) is not None]
    return (min(starts), max((*starts, *ends))) if starts else None


def _outcome(attempt: Attempt) -> tuple[InstanceError | None, bool, bool]:
    """Return what two attempts that came to the same have in common."""
    is_going = attempt.success is None and attempt.end is None
    return attempt.error, is_going, attempt.success is not False and not is_going


def _place_of(steps: Sequence[Step], wanted: Step) -> int:
    return next(place for place, step in enumerate(steps) if step is wanted)
