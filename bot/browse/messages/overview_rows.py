"""One workflow in the overview: what is wrong with it, its counts and its schedules."""

from collections.abc import Mapping
from typing import Final

from bot.browse.overview.trouble import Failures, Trouble, WorkflowRow
from bot.cloudflare.errors import CloudflareError
from bot.cloudflare.models import CronSchedule, Status, Workflow
from bot.language.workflow_schedules import schedule_in_words
from bot.ui import limits
from bot.ui.explanations import explain
from bot.ui.mrkdwn import code, escape, moment_after
from bot.ui.statuses import URGENCY, appearance

_LONGEST_QUIET: Final = 380
"""Characters. Five of them fit into one line of a context."""


def trouble_markup(row: WorkflowRow, uncounted: Mapping[str, CloudflareError], longest: int) -> str:
    """Return a workflow with trouble in mrkdwn, at most so many characters."""
    title = f"*{code(row.name)}*   {' · '.join(_troubles(row))}"
    details = _schedules(row.workflow, most=3)
    if row.workflow.triggered_on is not None:
        details.insert(0, moment_after("last started", row.workflow.triggered_on))
    lines = (title, " · ".join(_counts_or_why(row.workflow, uncounted)), " · ".join(details))
    return limits.shorten_markup("\n".join(filter(None, lines)), longest)


def quiet_markup(row: WorkflowRow, uncounted: Mapping[str, CloudflareError]) -> str:
    """Return a workflow without trouble in a line of mrkdwn."""
    phrases = _counts_or_why(row.workflow, uncounted)
    if row.errored:
        phrases[0] += ", none in 24 h"
    mark = "⚪" if row.workflow.instances is None else "🟢"
    details = " · ".join((*phrases, *_schedules(row.workflow, most=1)))
    return limits.shorten_markup(f"{mark} {code(row.name)}  {details}", _LONGEST_QUIET)


def row_in_words(row: WorkflowRow, uncounted: Mapping[str, CloudflareError]) -> str:
    """Return a workflow for screen readers, without pictures and times."""
    phrases = (*_troubles_in_words(row), *_counts_or_why(row.workflow, uncounted))
    return f"{escape(row.name)}: {', '.join(phrases)}"


def failures_in_words(failures: Failures) -> str:
    """Return how many failed lately."""
    about = "" if failures.complete else "at least "
    return f"{about}{failures.day:,} failed in 24 h"


def status_counts(workflow: Workflow) -> list[tuple[Status, int]]:
    """Return counts that are not zero, the most urgent first, statuses never seen before last."""
    counts = [(status, count) for status, count in (workflow.instances or {}).items() if count]
    order = {status: place for place, status in enumerate(URGENCY)}
    return sorted(counts, key=lambda item: (order.get(item[0], len(order)), item[0]))


def _troubles(row: WorkflowRow) -> list[str]:
    """Return all that is wrong with a workflow, the worst first."""
    found = []
    failures, rises = row.failures, [row.in_day, row.since_look]
    if failures is not None and failures.day:
        about = "" if failures.complete else "at least "
        hour = f", {failures.hour:,} in the last hour" if failures.hour else ""
        found.append(f"🔴 {about}*{failures.day:,}* failed in 24 h{hour}")
        rises = [row.since_look]
    found += [
        moment_after(f"{rise.by:,} more errored since", rise.since) for rise in dict.fromkeys(rises) if rise
    ]
    if row.trouble is Trouble.ERRORED:
        found.append(_undated(row))
    if row.missed is not None:
        found.append(f"⏰ {moment_after('no run started that was due', row.missed)}")
    if row.queue is not None:
        found.append(f"⏳ {moment_after(f'{row.queue.by:,} more queued since', row.queue.since)}")
    if row.workflow.script_deleted:
        found.append("⚠️ its script is deleted")
    if row.asks_why and not found[0].startswith("🔴"):
        found[0] = f"🔴 {found[0]}"
    return found


def _troubles_in_words(row: WorkflowRow) -> list[str]:
    found = []
    if row.failures is not None and row.failures.day:
        found.append(failures_in_words(row.failures))
    elif row.since_look is not None and not row.since_look.is_recent:
        found.append(f"{row.since_look.by:,} more errored than at the last look, {_undated(row)}")
    elif row.trouble is Trouble.FAILING:
        found.append(f"{row.failed_lately:,} more errored lately")
    elif row.trouble is Trouble.ERRORED:
        found.append(_undated(row))
    if row.missed is not None:
        found.append("a scheduled run has not started")
    if row.queue is not None:
        found.append(f"{row.queue.by:,} more queued")
    if row.workflow.script_deleted:
        found.append("its script is deleted")
    return found


def _undated(row: WorkflowRow) -> str:
    """Say why a workflow with failures is not quiet, though none is known to be new."""
    if row.none_in_day:
        return "none failed in 24 h"
    if row.failures is None:
        return "it is not known when they failed"
    return "none of the newest failed in 24 h, older ones may have"


def _counts_or_why(workflow: Workflow, uncounted: Mapping[str, CloudflareError]) -> list[str]:
    """Return a workflow's counts in phrases, the most urgent first, or why there are none."""
    if workflow.name in uncounted:
        return [f"⚠️ not counted: {explain(uncounted[workflow.name]).title}"]
    if workflow.instances is None:
        return ["no counts given"]
    counts = status_counts(workflow)
    return [f"{count:,} {escape(appearance(status).word.lower())}" for status, count in counts] or [
        "no instances"
    ]


def _schedules(workflow: Workflow, most: int) -> list[str]:
    schedules = workflow.schedules or ()
    found = [_schedule(each) for each in schedules[:most]]
    if len(schedules) > most:
        left = len(schedules) - most
        found.append(f"and {left} more schedule{'s' * (left > 1)}")
    return found


def _schedule(schedule: CronSchedule) -> str:
    words = schedule_in_words(schedule.cron) or f"runs at {code(schedule.cron)} UTC"
    upcoming = schedule.next_instance
    return f"{words}, {moment_after('next', upcoming)}" if upcoming is not None else words
