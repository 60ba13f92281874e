"""The step that matters most: which one, why it failed, and each of its attempts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.cloudflare.instance_models import InstanceError
from bot.inspect.model import AttemptGroup, InstanceView, KeyStep, State
from bot.language.options import Say
from bot.ui.elements import context, section
from bot.ui.limits import Block
from bot.ui.mrkdwn import code, code_block, duration, escape, moment_after

_MOST_GROUPS: Final = 5
_MOST_TIMES: Final = 6
_LONGEST_NAME: Final = 100
_LONGEST_ERROR: Final = 200
_TIME: Final = "{time_secs}"
TIMES: Final = "\N{MULTIPLICATION SIGN}"


def error_text(error: InstanceError | None) -> str:
    """Return an error as its runtime writes it: `Name: message`."""
    return "" if error is None else ": ".join(filter(None, (error.name, error.message)))


def headline(view: InstanceView, say: Say) -> str:
    """Return in one phrase where an instance failed or is, in mrkdwn; empty where no step stands out.

    Args:
        view: the instance.
        say: joins words with the moment behind them.
    """
    key_step = view.key_step
    if key_step is None:
        return ""
    step = f"step {key_step.entry.number:,}{_of_total(view)}, {code(key_step.entry.name, _LONGEST_NAME)}"
    if key_step.entry.state is State.FAILED:
        return f"Failed in {step}{_after(key_step)}"
    words = {"sleep": "Sleeps in", "waitForEvent": "Waits in", "rollback": "Rolls back in"}
    return f"{words.get(key_step.entry.kind, 'Now in')} {step}{_progress(key_step, view.now, say)}"


def key_step_blocks(view: InstanceView, longest_error: int) -> list[Block]:
    """Build the error of an instance, and the step that matters most, with its attempts."""
    own, key_step = view.detail.error, view.key_step
    error = (key_step.error if key_step else None) or own
    said = error_text(error)
    lines = []
    if title := headline(view, moment_after) or _title_without_step(view):
        lines.append(f"*{title}*")
    if said:
        lines.append(code_block(said, longest_error))
    blocks = [section("\n".join(lines))] if lines else []
    if key_step is not None and own is not None and (own_text := error_text(own)) not in ("", said):
        blocks.append(section(f"The instance's own error:\n{code_block(own_text, longest_error)}"))
    if key_step is not None:
        attempts = _attempt_lines(key_step)
        blocks += [section("\n".join(attempts))] if attempts else []
        blocks += [context(f"Retries: {escape(key_step.retries)}")] if key_step.retries else []
    return blocks


def _title_without_step(view: InstanceView) -> str:
    """Return the title above an error that no step has."""
    if view.detail.error is None:
        return "Failed, and Cloudflare gives no error" if view.detail.status == "errored" else ""
    if view.detail.is_partial or view.detail.status != "errored":
        return "Error of the instance"
    if view.summary.failures == 0:
        return "Failed outside its steps: no step has an error"
    return "Failed after its steps: the code went on after those that failed"


def _of_total(view: InstanceView) -> str:
    """Return how many steps there are, once that is certain."""
    key_step = view.key_step
    has_all = not (view.detail.is_partial or view.detail.incomplete_steps)
    is_certain = key_step is not None and key_step.entry.state is State.FAILED and has_all
    return f" of {view.summary.own:,}" if is_certain else ""


def _after(key_step: KeyStep) -> str:
    count = key_step.entry.attempts
    if not count:
        return ""
    return f", after {count:,} attempt" + ("s" if count > 1 else "")


def _progress(key_step: KeyStep, now: datetime, say: Say) -> str:
    """Return which attempt runs or failed, and about when the next one begins."""
    entry = key_step.entry
    if entry.kind == "waitForEvent":
        event = f" for event {code(entry.event_type, _LONGEST_NAME)}" if entry.event_type else ""
        return event + _until(entry.end, say)
    if entry.kind == "sleep":
        return _until(entry.end, say)
    if not key_step.groups:
        return ""
    which = f"attempt {entry.attempts:,}" + (
        f" of {key_step.most_attempts:,}" if key_step.most_attempts else ""
    )
    if key_step.groups[-1].is_going:
        return f", {which}" if entry.attempts > 1 else ""
    return f": {which} failed{_next(key_step.next_at, now, say)}"


def _next(at: datetime | None, now: datetime, say: Say) -> str:
    """Return about when the next attempt begins."""
    if at is None:
        return ""
    return f", {say('next at about', at)}" if at > now else ", the next one is due"


def _until(end: datetime | None, say: Say) -> str:
    return "" if end is None else f", {say('until', end)}"


def _attempt_lines(key_step: KeyStep) -> list[str]:
    groups = key_step.groups
    if len(groups) <= _MOST_GROUPS:
        return [_attempt_line(group, key_step) for group in groups]
    left_out = groups[2 : len(groups) - 2]
    count = sum(len(group.starts) for group in left_out)
    return [
        *(_attempt_line(group, key_step) for group in groups[:2]),
        f"… {count:,} more attempts …",
        *(_attempt_line(group, key_step) for group in groups[-2:]),
    ]


def _attempt_line(group: AttemptGroup, key_step: KeyStep) -> str:
    count = len(group.starts)
    which = ordinal(group.first) if count == 1 else f"{ordinal(group.first)} to {ordinal(group.last)}"
    phrases = [f"*{which} attempt{'s' if count > 1 else ''}*", *_times(group.starts), *_spans(group.spans)]
    return " · ".join((*phrases, _outcome(group, key_step)))


def _outcome(group: AttemptGroup, key_step: KeyStep) -> str:
    if group.is_going:
        return "runs now"
    if group.error is None:
        return "no error given"
    count = len(group.starts)
    if group.error == key_step.error:
        return "this error" if count == 1 else f"{count:,} {TIMES} the same error"
    text = code(" ".join(error_text(group.error).split()), _LONGEST_ERROR)
    return text if count == 1 else f"{count:,} {TIMES} {text}"


def _times(starts: Sequence[datetime | None]) -> list[str]:
    known = [at for at in starts if at is not None]
    if not known:
        return []
    if len(known) > _MOST_TIMES:
        first, last = moment_after("from", known[0], _TIME), moment_after("to", known[-1], _TIME)
        return [f"{first} {last}"]
    return [moment_after("at", known[0], _TIME) + "".join(moment_after(",", at, _TIME) for at in known[1:])]


def _spans(spans: Sequence[timedelta | None]) -> list[str]:
    known = [span for span in spans if span is not None]
    if not known:
        return []
    shortest, longest = duration(min(known)), duration(max(known))
    if len(known) == 1:
        return [f"took {shortest}"]
    return [f"took {shortest} each" if shortest == longest else f"took {shortest} to {longest}"]


def ordinal(number: int) -> str:
    """Return `1st`, `2nd`, `3rd`, `11th`."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"
