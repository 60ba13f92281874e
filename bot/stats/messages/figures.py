"""Counts, rates and spans of time in words; all of them are mrkdwn."""

from collections.abc import Sequence
from typing import Final

from bot.cloudflare.models import Status
from bot.stats.model import Runs, StepRuns, StepSample, Unfinished, VersionRuns
from bot.stats.statistics import LEAST_FOR_MEDIAN, LEAST_FOR_P95, Rate, Spread
from bot.stats.steps import MOST_STEPS, flakiest, slowest
from bot.ui.explanations import explain
from bot.ui.mrkdwn import code, duration, escape, moment_after
from bot.ui.statuses import URGENCY, appearance

_ORDER: Final = {status: place for place, status in enumerate(URGENCY)}
_MOST_VERSIONS: Final = 5
_MOST_STEPS: Final = 3
_LONGEST_STEP: Final = 80
VERSION: Final = 8
"""Characters of a version's id, as Cloudflare's dashboard shows."""


def count(number: int, one: str, many: str) -> str:
    """Format a number with its noun: `1 run`, `2 runs`."""
    return f"{number:,} {one if number == 1 else many}"


def rate(part: Rate, verb: str) -> str:
    """Format a rate as `3 of 203 failed (1.5%)`; without the percentage where it would be of too few."""
    percent = f" ({part.percent})" if part.percent else ""
    return f"{part.part:,} of {part.whole:,} {verb}{percent}"


def statuses(runs: Runs) -> str:
    """Format how many instances of each status there are, the most urgent first."""
    found = sorted(runs.by_status.items(), key=lambda item: (_rank(item[0]), str(item[0])))
    looks = ((appearance(status), number) for status, number in found)
    return " · ".join(f"{look.emoji} {number:,} {escape(look.word.lower())}" for look, number in looks)


def _rank(status: Status | None) -> int:
    return _ORDER.get(status or "", len(_ORDER))


def spread(spans: Spread) -> str:
    """Format how spans of time are spread: of few they stand there themselves, and no percentile does."""
    if spans.shortest is None or spans.longest is None:
        return ""
    if spans.count == 1:
        return f"`{duration(spans.longest)}`"
    if spans.median is None:
        return f"`{duration(spans.shortest)}` and `{duration(spans.longest)}`"
    p95 = f" · p95 `{duration(spans.p95)}`" if spans.p95 is not None else ""
    return f"p50 `{duration(spans.median)}`{p95} · longest `{duration(spans.longest)}`"


def times(runs: Runs) -> str:
    """Say how long instances ran and queued, of which ones, and how those count that have not ended."""
    if not runs.queue.count and not runs.run.count and (runs.untimed or runs.going.count):
        return (
            "*Run and queue times* can't be told: Cloudflare's answer does not say when these instances "
            "started and ended, as a local `wrangler dev` does not."
        )
    lines = [line for line in (_run_time(runs), _queue_time(runs)) if line]
    return "\n".join(lines)


def _run_time(runs: Runs) -> str:
    beside = _unfinished(runs.going, "has not ended", "have not ended", "after")
    if not runs.run.count:
        return f"*Run time*  none has completed; {beside}." if beside else ""
    of = [f"of {_those(runs.run.count)} that completed", *_too_few(runs.run)]
    if runs.untimed:
        of.append(f"{runs.untimed:,} do not say when they started and ended")
    if beside:
        of.append(f"{beside}: not among these")
    return f"*Run time*  {spread(runs.run)}   {'; '.join(of)}."


def _queue_time(runs: Runs) -> str:
    beside = _unfinished(runs.queued, "waits", "wait", "for")
    if not runs.queue.count:
        return f"*Queue time*  none has started; {beside}." if beside else ""
    of = [f"from creation to start of {_those(runs.queue.count)} that started", *_too_few(runs.queue)]
    if beside:
        of.append(f"{beside}: not among these")
    return f"*Queue time*  {spread(runs.queue)}   {'; '.join(of)}."


def _those(number: int) -> str:
    return "the one" if number == 1 else f"the {number:,}"


def _too_few(spans: Spread) -> list[str]:
    if spans.count < LEAST_FOR_MEDIAN:
        return []  # they stand there themselves
    return [f"too few for a p95, which takes {LEAST_FOR_P95}"] if spans.p95 is None else []


def _unfinished(going: Unfinished, one: str, many: str, so_far: str) -> str:
    """Format how many go on, and how long: `1 waits for 9m`, `42 have not ended, the longest after 4d`."""
    if not going.count:
        return ""
    said = f"{going.count:,} {one if going.count == 1 else many}"
    if going.longest is None:
        return said
    longest = "" if going.count == 1 else ", the longest"
    return f"{said}{longest} {so_far} {duration(going.longest)}"


def versions(found: Sequence[VersionRuns]) -> str:
    """Describe the newest versions in a line each; empty where none is known."""
    if not found:
        return ""
    lines = ["*By version*, the newest first"]
    for each in found[:_MOST_VERSIONS]:
        usual = each.runs.run.median
        phrases = [
            moment_after("first seen", each.first),
            count(each.runs.count, "run", "runs"),
            *([rate(each.runs.failures, "failed")] if each.runs.failures.whole else []),
            *([f"p50 `{duration(usual)}`"] if usual is not None else []),
        ]
        mark = "🔴 " if each.is_worse else ""
        lines.append(f"{mark}{code(each.version[:VERSION])}   {' · '.join(phrases)}")
    if (left := len(found) - _MOST_VERSIONS) > 0:
        lines.append(f"and {count(left, 'older version', 'older versions')}")
    return "\n".join(lines)


def suspicion(found: Sequence[VersionRuns]) -> str:
    """Say which version failed more than chance explains, the newest such one; empty where none did."""
    worse = next((each for each in found if each.is_worse), None)
    if worse is None:
        return ""
    others = [each.runs.failures for each in found if each is not worse]
    rest = sum(others, Rate())
    name, first = code(worse.version[:VERSION]), moment_after("first seen", worse.first)
    own, else_ = rate(worse.runs.failures, "failed"), rate(rest, "failed")
    return (
        f"🔴 Version {name}, {first}, fails more often than the others, and chance hardly explains it: "
        f"{own}; of the others {else_}."
    )


def steps(sample: StepSample) -> str:
    """Describe the slowest and the flakiest steps, and of how many instances they are."""
    lines = []
    if slow := slowest(sample.steps, _MOST_STEPS):
        lines.append("*Slowest steps*")
        lines += [f"{_step(each)}   {spread(each.took)}   {_runs(each)}" for each in slow]
    if flaky := flakiest(sample.steps, _MOST_STEPS):
        lines.append("*Flakiest steps*, which failed or needed more than one attempt")
        lines += [f"{_step(each)}   {rate(each.troubled, 'runs')}" for each in flaky]
    elif slow:
        lines.append("No step failed or needed a second attempt.")
    return "\n".join(lines)


def step_source(sample: StepSample) -> str:
    """Say how many instances the steps are of, and how these were chosen."""
    if not sample.read:
        why = "There was no time left." if sample.error is None else explain(sample.error).title
        return f"Steps could not be read: {why} *Refresh* tries again."
    which = f"{count(sample.read, 'instance', 'instances')}, spread evenly over the {sample.of:,}"
    if sample.read == sample.of:
        which = f"all {count(sample.of, 'instance', 'instances')}"
    read = f"Steps of {which} that completed or failed."
    if sample.is_cut:
        read += f" Of each the first {MOST_STEPS:,} steps."
    if sample.error is not None:
        read += f" More could not be read: {explain(sample.error).title}"
    return read


def _step(step: StepRuns) -> str:
    return code(step.name, _LONGEST_STEP)


def _runs(step: StepRuns) -> str:
    return f"of {count(step.took.count, 'run', 'runs')}"
