"""The timeline: a line for each step, with a bar that shows when it ran."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.inspect.model import InstanceView, State, TimelineStep
from bot.inspect.timeline import bar
from bot.ui import limits
from bot.ui.elements import section
from bot.ui.limits import Block
from bot.ui.mrkdwn import code, duration, escape, moment_after

_MARKS: Final = {
    State.DONE: "✅",
    State.FAILED: "🔴",
    State.GOING: "🔵",
    State.STOPPED: "⚫",
    State.UNKNOWN: "⚪",
}
_KIND_MARKS: Final = {"sleep": "💤", "waitForEvent": "📨", "rollback": "↩️", "termination": "⚫"}
_STATE_WORDS: Final = {
    State.FAILED: "failed",
    State.STOPPED: "stopped with the instance",
    State.UNKNOWN: "state unknown",
}
_LONGEST_WORD: Final = 40


def step_blocks(view: InstanceView, longest_name: int) -> list[Block]:
    """Build a page of the timeline; a name is cut after so many characters."""
    page, total = view.page, view.summary.total
    if not page.entries:
        return [section(f"*Steps* · {_no_steps(view)}")]
    title = ["*Steps*"]
    if len(page.entries) < total:
        title.append(f"{page.first + 1:,}\N{EN DASH}{page.first + len(page.entries):,} of {total:,}")
    if view.summary.failures > 1:
        title.append(f"{view.summary.failures:,} failed")
    if page.scale is not None and page.scale[1] > page.scale[0]:
        title.append(f"bars span {duration(page.scale[1] - page.scale[0])}")
    lines = [
        f"{code(bar(entry, page.scale, view.until))} {step_line(entry, view.until, longest_name)}"
        for entry in page.entries
    ]
    return _in_sections([" · ".join(title), *lines])


def step_line(entry: TimelineStep, until: datetime, longest_name: int) -> str:
    """Return a step in words: its kind, how long it took, and what it waits for."""
    mark = _MARKS[entry.state]
    if entry.state is not State.FAILED:
        mark = _KIND_MARKS.get(entry.kind, mark)
    name = (
        f"*{escape(limits.shorten(' '.join(entry.name.split()), longest_name))}*"
        if entry.name.strip()
        else ""
    )
    what = " ".join(filter(None, (mark, f"{entry.number:,}", _kind_word(entry), name)))
    return " · ".join((what, *_progress(entry, until)))


def _kind_word(entry: TimelineStep) -> str:
    match entry.kind:
        case "step":
            return ""
        case "waitForEvent":
            return "wait"
        case "rollback":
            return "rollback of"
        case "sleep" | "termination" as known:
            return known
    return escape(limits.shorten(entry.kind, _LONGEST_WORD))


def _progress(entry: TimelineStep, until: datetime) -> list[str]:
    """Return how a step went, in phrases."""
    if entry.kind == "termination":
        return [f"by {escape(limits.shorten(entry.source, _LONGEST_WORD))}"] if entry.source else []
    end = entry.last_moment(until)
    span = duration(end - entry.start) if end is not None and entry.start is not None else ""
    phrases = [*_waiting(entry), *([span] if span else [])]
    if entry.state is State.GOING and span:
        phrases[-1] += " so far"
    if entry.attempts > 1:
        phrases.append(f"{entry.attempts:,} attempts")
    return [*phrases, *([_STATE_WORDS[entry.state]] if entry.state in _STATE_WORDS else [])]


def _waiting(entry: TimelineStep) -> list[str]:
    """Return what a wait waits for, and until when it or a sleep goes on."""
    phrases = []
    if entry.kind == "waitForEvent" and entry.event_type:
        phrases.append(f"for event {code(entry.event_type, _LONGEST_WORD)}")
    if entry.kind in ("sleep", "waitForEvent") and entry.state is State.GOING and entry.end is not None:
        phrases.append(moment_after("until", entry.end))
    return phrases


def _no_steps(view: InstanceView) -> str:
    count = view.detail.step_count
    if "steps" in view.detail.unread_fields:
        return "not read"
    if count:
        return f"Cloudflare counts {count:,} and sent none"
    return "none yet" if view.detail.end is None else "none"


def _in_sections(lines: Sequence[str]) -> list[Block]:
    """Put lines into as few sections as hold them."""
    texts = [""]
    for line in lines:
        longer = f"{texts[-1]}\n{line}" if texts[-1] else line
        if len(longer) > limits.SECTION:
            texts.append(line)
        else:
            texts[-1] = longer
    return [section(text) for text in texts]
