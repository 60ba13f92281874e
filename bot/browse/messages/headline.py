"""What a list is of, in a line: its workflows and its statuses."""

from typing import Final

from bot.browse.model import ListQuery
from bot.browse.selection import PATTERN
from bot.ui import limits
from bot.ui.statuses import appearance

_MOST_NAMES: Final = 3
_MOST_STATUSES: Final = 4
ALL_WORKFLOWS: Final = "All workflows"


def headline(query: ListQuery, *, with_emoji: bool = False) -> str:
    """Return what a list is of; long names are cut, so that its statuses are not."""
    statuses = _statuses(query, with_emoji=with_emoji)
    if not statuses:
        return workflows_in_words(query)
    names = limits.shorten(workflows_in_words(query), limits.HEADER - len(statuses) - len(" · "))
    return f"{names} · {statuses}"


def workflows_in_words(query: ListQuery) -> str:
    """Return the names and patterns of a list's workflows, the first of many."""
    names = query.selection.workflows
    if not names or PATTERN in names:
        return ALL_WORKFLOWS
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _statuses(query: ListQuery, *, with_emoji: bool) -> str:
    looks = [appearance(status) for status in query.selection.statuses]
    if len(looks) > _MOST_STATUSES:
        return f"{len(looks)} statuses"
    return ", ".join(f"{f'{each.emoji} ' * with_emoji}{each.word.lower()}" for each in looks)
