"""Where statistics come from: how many instances were seen, over which time, and whether that is all."""

from collections.abc import Iterator
from datetime import timedelta

from bot.stats.messages.figures import count, rate
from bot.stats.model import Estimate, Stats
from bot.stats.statistics import Rate
from bot.ui.explanations import explain
from bot.ui.mrkdwn import code, duration, moment_after

_GAP = 4
"""Which part of the time is empty before the oldest instance, so that it may be due to the retention."""
_MOST_NAMED = 5


def source(stats: Stats) -> str:
    """Say which instances were seen, back to when, and whether these are all, in mrkdwn."""
    if not stats.total.count or stats.oldest is None:
        return seen(stats)
    if stats.is_all:
        return f"{seen(stats)} {moment_after('The oldest was created', stats.oldest)}."
    if stats.workflow:
        return f"{seen(stats)} {moment_after('They reach back to', stats.oldest)}."
    return seen(stats)


def seen(stats: Stats) -> str:
    """Say which instances were seen and whether these are all."""
    number = stats.total.count
    if stats.is_all:
        if not number and stats.asked.selection.where:
            return "Cloudflare's list has no such instances of that time."
        if not number:
            return "Cloudflare's list has no instances of that time."
        return f"From Cloudflare's list: all {count(number, 'instance', 'instances')} of that time."
    if not stats.has_more:
        are = "instance" if number == 1 else "instances"
        return f"From Cloudflare's list: {number:,} {are} of that time, as far as could be read."
    newest = "the newest" if stats.workflow else "of each workflow the newest,"
    return f"From Cloudflare's list: {newest} {count(number, 'instance', 'instances')}; there are more."


def limits_of(stats: Stats) -> Iterator[str]:
    """Say what could not be read or is not there, a sentence each."""
    if stats.is_all and stats.oldest is not None and not stats.asked.selection.where:
        gap = stats.oldest - stats.since
        if gap > (stats.until - stats.since) / _GAP and gap > timedelta(hours=1):
            yield "Older instances may be past their retention: Cloudflare lists them no more."
    stopped = [each for each in stats.workflows if each.seen.error is not None]
    for each in stopped[:1]:
        if each.seen.error is not None:
            yield f"Reading stopped early: {explain(each.seen.error).title}"
    yield from _unread(stats)
    if stats.estimate_error is not None:
        yield f"Cloudflare's analytics said nothing: {explain(stats.estimate_error).title}"
    idle = stats.idle + sum(not each.runs.count for each in stats.workflows)
    if idle and stats.total.count:
        yield f"{count(idle, 'workflow has', 'workflows have')} no runs of that time."


def _unread(stats: Stats) -> Iterator[str]:
    """Say which workflows and instances are missing."""
    by_reason: dict[str, list[str]] = {}
    for name, error in stats.unread.items():
        by_reason.setdefault(explain(error).title, []).append(name)
    for reason, names in by_reason.items():
        more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
        yield f"Not read: {', '.join(map(code, names[:_MOST_NAMED]))}{more}. {reason} *Refresh* tries again."
    if stats.unlisted:
        yield "Cloudflare's list of the workflows did not come whole: others may have runs, too."
    if stats.unread_rows:
        rows = count(stats.unread_rows, "instance", "instances")
        yield f"{rows} could not be read in full, or without a time: they may be missing here."
    if stats.left_out:
        left = count(stats.left_out, "workflow", "workflows")
        yield f"{left} with fewer instances left out, as they are too many: name those that you want."


def estimated(found: Estimate) -> str:
    """Say what Cloudflare's analytics counted."""
    started, ended = sum(found.started.values()), sum(found.ended.values(), Rate())
    said = [f"about {started:,} created"]
    if ended.whole:
        said.append(f"about {rate(ended, 'that ended failed')}")
    if found.mean is not None:
        said.append(f"a run took about `{duration(found.mean)}` on average")
    by = "by Cloudflare's analytics, which are sampled and some minutes late"
    return f"*All of that time*  {' · '.join(said)}   {by}."


def seen_by_analytics(stats: Stats) -> Estimate | None:
    """Return what analytics counted, if they saw more instances than the list holds."""
    found = stats.estimate
    return found if found is not None and sum(found.started.values()) > stats.total.count else None
