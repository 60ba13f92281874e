"""The title of a digest: one sentence that would do as a notification."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.cloudflare.models import Status
from bot.digests.messages.phrases import how_many, newly, span_in_words
from bot.digests.model import ERRORED
from bot.digests.report import Report
from bot.ui import limits
from bot.ui.statuses import appearance

_LONGEST_NAME: Final = 64
_WEEK: Final = timedelta(days=6)


def title(report: Report) -> str:
    """Say what is new since when and mostly where, in plain text: `34 failed since 9:00, most in orders`.

    Times are in the zone of the digest, as a title can't have each reader's own.
    """
    since = _since(report)
    if report.total:
        said = f"{how_many(report.total, exact=report.exact)} {_verb(report.plan.status)} {since}"
        return _capitalize(f"{said}{_where(count_by_workflow(report))}")
    if report.unexplained:
        more = sum(report.unexplained.values())
        said = f"{how_many(more, exact=False)} {_verb(report.plan.status)} {since} by the counts"
        return _capitalize(f"{said}{_where(report.unexplained)}")
    unseen = "" if report.exact else ", as far as could be looked at"
    return f"Nothing {_verb(report.plan.status)} {since}{unseen}"


def mark(report: Report) -> str:
    """Return the emoji of a digest, which shows whether something is bad now."""
    if report.total:
        return appearance(report.plan.status).emoji
    if report.unexplained:
        return "🟠"
    return "🟢" if report.exact else "⚪"


def count_by_workflow(report: Report) -> Counter[str]:
    """Count the new instances of each workflow that has any."""
    totals = Counter(report.ungrouped)
    for group in report.groups:
        totals[group.workflow] += group.total
    return totals


def _verb(status: Status) -> str:
    return "failed" if status == ERRORED else newly(status)


def _where(counts: Mapping[str, int]) -> str:
    """Name the workflow that has most of the news, if one has more than half of them."""
    (name, most), *others = Counter(counts).most_common()
    total = sum(counts.values())
    name = limits.shorten(name, _LONGEST_NAME)
    if not others:
        return f", all in {name}" if total > 1 else f", in {name}"
    return f", most in {name}" if most * 2 > total else f", in {len(counts)} workflows"


def _since(report: Report) -> str:
    if report.first:
        return f"in the last {span_in_words(report.plan.window)}"
    zone = _zone(report.plan.schedule.zone)
    since, until = report.since.astimezone(zone), report.until.astimezone(zone)
    return f"since {_day(since, until)}{since.hour}:{since.minute:02}"


def _day(since: datetime, until: datetime) -> str:
    """Return the day of a moment in words, to stand before its time; empty if it is the day of `until`."""
    days = until.date() - since.date()
    if days <= timedelta(0):
        return ""
    if days == timedelta(days=1):
        return "yesterday "
    return f"{since:%A} " if days <= _WEEK else f"{since.day} {since:%B} "


def _zone(name: str) -> ZoneInfo:
    """Return a zone; UTC for one that this machine does not know, of which `record_due` tells its creator."""
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return ZoneInfo("UTC")


def _capitalize(text: str) -> str:
    return text[0].upper() + text[1:]
