"""What a digest is called and what it is about, in words that all its messages share."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.cloudflare.models import Status
from bot.digests.model import DigestSpec, Mention
from bot.digests.report import Report, WorkflowRow
from bot.language.tokens import COMMAND
from bot.ui.explanations import explain
from bot.ui.mrkdwn import code, escape
from bot.ui.statuses import URGENCY, appearance

LONGEST_NAME: Final = 100
"""Characters of a workflow's name that are shown. Cloudflare's have 64 at most."""

_ORDER: Final = {Status(status): place for place, status in enumerate(URGENCY)}
_MOST_NAMES: Final = 3
_CALLS: Final = {"person": "<@{}>", "group": "<!subteam^{}>", "everybody": "<!{}>"}


def command_of(action: str, number: int) -> str:
    """Return the command for an action on a digest, such as `run`."""
    return f"{COMMAND} digest {action} {number}"


def span_in_words(window: timedelta) -> str:
    """Format a window as the words behind "the last": `24 hours`, `7 days`, `hour`."""
    hours = round(window / timedelta(hours=1))
    if hours % 24 == 0 and hours > 24:
        return f"{hours // 24} days"
    return f"{hours} hours" if hours != 1 else "hour"


def newly(status: Status) -> str:
    """Format a status as `newly errored`, in plain text."""
    return f"newly {appearance(status).word.lower()}"


def how_many(count: int, *, exact: bool) -> str:
    """Format a number, and whether there may be more."""
    return f"{count:,}" if exact else f"at least {count:,}"


def how_often(count: int, *, exact: bool) -> str:
    """Format how often: `once`, `3 times`; and whether it may be more often."""
    often = "once" if count == 1 else f"{count:,} times"
    return often if exact else f"at least {often}"


def name_of(number: int | None) -> str:
    """Return `Digest 7`; a digest that is not saved yet has no number."""
    return "Digest" if number is None else f"Digest {number}"


def subject(plan: DigestSpec) -> str:
    """Name a digest's workflows, as text that is not escaped yet."""
    if not plan.workflows:
        return "all workflows"
    left = len(plan.workflows) - _MOST_NAMES
    more = f" and {left} more" if left > 0 else ""
    return ", ".join(plan.workflows[:_MOST_NAMES]) + more


def since_in_words(report: Report, since: str) -> str:
    """Return `since` and a moment, in these words; for a first digest use its window."""
    return f"in the last {span_in_words(report.plan.window)}" if report.first else since


def named(name: str) -> str:
    """Format a workflow's name as code."""
    return code(name, LONGEST_NAME)


def mention_markup(mentions: Sequence[Mention]) -> str:
    """Format mentions that notify the people they name, in mrkdwn."""
    return " ".join(_CALLS[mention.kind].format(escape(mention.id)) for mention in mentions)


def mention_names(mentions: Sequence[Mention]) -> str:
    """Format mentions as names that notify no person.

    One whose name is not known can only be shown as a mention: to be sent to one reader alone.
    """
    return ", ".join(map(_mention_name, mentions))


def _mention_name(mention: Mention) -> str:
    if mention.kind == "everybody" or mention.name:
        return code(f"@{mention.name or mention.id}")
    return mention_markup([mention])


def unread_by_reason(report: Report) -> dict[str, list[str]]:
    """Return the workflows that could not be read by why, which is a sentence in mrkdwn."""
    found: dict[str, list[str]] = {}
    for name, error in report.unread.items():
        found.setdefault(explain(error).title, []).append(name)
    return found


def counts_of(row: WorkflowRow) -> list[tuple[Status, int, int]]:
    """Return status, count and change of all that is not zero or was not, the most urgent first."""
    counts, changes = row.counts or {}, row.changes or {}
    found = [
        (status, counts.get(status, 0), changes.get(status, 0))
        for status in {*counts, *changes}
        if counts.get(status) or changes.get(status)
    ]
    return sorted(found, key=lambda item: (rank(item[0]), item[0]))


def rank(status: Status) -> int:
    """Return how urgent a status is, the most urgent first; unknown ones last."""
    return _ORDER.get(status, len(_ORDER))


def changed(change: int) -> str:
    """Format a change with its sign in brackets, ` (+3)`; empty if nothing changed."""
    sign = "+" if change > 0 else "\N{MINUS SIGN}"
    return f" ({sign}{abs(change):,})" if change else ""
