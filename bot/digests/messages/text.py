"""A digest for a terminal: plain text, without markup and without a limit."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.digests.messages.chart import drawing
from bot.digests.messages.counts import counted
from bot.digests.messages.phrases import (
    how_many,
    how_often,
    name_of,
    newly,
    since_in_words,
    span_in_words,
    subject,
    unread_by_reason,
)
from bot.digests.messages.title import count_by_workflow, title
from bot.digests.model import Digest, DigestSpec
from bot.digests.report import Group, Report
from bot.ui.mrkdwn import plain, plural

_INDENT: Final = "  "


def digest_line(digest: Digest) -> str:
    """Format a digest as a line: its number, channel, schedule, next time and workflows."""
    due = f"next {_at(digest.next_due, _zone(digest.plan))}" if digest.next_due else digest.state
    why = f" ({digest.pause_reason})" if digest.pause_reason else ""
    plan = digest.plan
    return plain(
        f"{digest.number:>4}  {plan.channel}  {plan.schedule.in_words()}  {due}{why}  {subject(plan)}"
    )


def report_text(digest: Digest, report: Report) -> str:
    """Format a whole report, with times in its zone, in ISO 8601 to the minute."""
    zone = _zone(digest.plan)
    since = since_in_words(report, f"since {_at(report.since, zone)}")
    lines = [
        f"{name_of(digest.number)} · {subject(report.plan)}",
        f"{report.account} · {since} · as of {_at(report.until, zone)} · {report.plan.schedule.in_words()}",
        "",
        title(report),
        *_news(report, zone),
        "",
        *_counts(report),
    ]
    if report.chart:
        bars, drawn = drawing(report)
        most = max(bar.count for bar in bars)
        span = span_in_words(report.plan.window)
        lines += ["", f"{newly(report.plan.status)} in the last {span}: {drawn}  0 to {most:,}"]
    return "\n".join(plain(line).rstrip() for line in lines)


def _news(report: Report, zone: ZoneInfo) -> Iterator[str]:
    for group in report.groups:
        yield from _group(group, report, zone)
    for name, count in report.ungrouped.items():
        yield f"{_INDENT}{name}: {count:,} more {newly(report.plan.status)}"
    for name, count in report.unexplained.items():
        yield f"{_INDENT}{name}: the count rose by {count:,}; its instances were not looked at"
    if report.unread_causes is not None:
        why = report.unread_causes.error or "Cloudflare took too long"
        yield f"{_INDENT}Why {report.unread_causes.count:,} of them failed could not be read: {why}"
    if report.gone:
        yield f"No longer in the account: {', '.join(report.gone)}"
    for why, names in unread_by_reason(report).items():
        yield f"Could not be read: {', '.join(names)}: {why}"
    if report.missed:
        yield f"Missed while the bot was away: {', '.join(_at(slot, zone) for slot in report.missed)}"


def _group(group: Group, report: Report, zone: ZoneInfo) -> Iterator[str]:
    error = ": ".join(filter(None, (group.error, " ".join((group.message or "").split()))))
    step = f" · step {group.step}" if group.step else ""
    read = report.read.get(group.workflow, 0)
    is_sample = 0 < read < count_by_workflow(report)[group.workflow]
    sample = f"of the {read:,} read: " if is_sample else ""
    count = f"{sample}{how_often(group.total, exact=group.exact or is_sample)}"
    yield f"{_INDENT}{group.workflow} · {count} · {error or newly(report.plan.status)}{step}"
    for new_instance in group.shown:
        yield f"{_INDENT * 2}{new_instance.id} · {_at(new_instance.at, zone)}"
    if left := group.total - len(group.shown):
        yield f"{_INDENT * 2}and {how_many(left, exact=group.exact)} more"


def _counts(report: Report) -> Iterator[str]:
    width = max((len(row.name) for row in report.rows), default=0)
    for row in report.rows:
        yield f"{row.name.ljust(width)}{_INDENT}{' · '.join(counted(row))}"
    if report.empty:
        yield f"{plural(report.empty, 'workflow has', 'workflows have')} no instances"
    elif not report.rows:
        yield f"no workflows in {report.account}"


def _at(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(" ", "minutes")


def _zone(plan: DigestSpec) -> ZoneInfo:
    return ZoneInfo(plan.schedule.zone)
