"""Which workflows names and patterns mean, of those that people may look at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

import bot.browse.messages.problems  # noqa: F401 - the words for what is refused here
from bot.access.model import Right
from bot.browse.errors import NoSuchWorkflow, NoSuchWorkflows
from bot.browse.model import ListQuery, overview_command
from bot.browse.rights import Audience, error_for_hidden
from bot.browse.selection import PATTERN, Selection, is_match
from bot.browse.several.planning import needs_names
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import CloudflareError, WorkflowNotFound
from bot.cloudflare.models import WorkflowList
from bot.language import name_matching
from bot.language.command import Command, Reading
from bot.slack.reply import UserError
from bot.ui.problems import problem_message

_MOST_PROPOSED: Final = 5
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ResolvedNames:
    """The workflows that were meant.

    Attributes:
        selection: the same instances, by the workflows' own names.
        visible: the names of the workflows that this means and that all the people may look at, in the order
            of the account's list; at the end those that were named and that an incomplete list lacks.
        readings: which name was read for which other one.
    """

    selection: Selection
    visible: tuple[str, ...]
    readings: tuple[Reading, ...]


async def list_for_names(
    workflows: CachedWorkflows, selection: Selection, *, fresh: bool = False
) -> WorkflowList:
    """Return the account's workflows. One name does without them: then it is as if there were more.

    Raises:
        CloudflareError: they are needed, and can't be read.
    """
    try:
        return await workflows.list_workflows(fresh=fresh)
    except CloudflareError:
        if needs_names(selection):
            raise
        return WorkflowList((), (), _NEVER, cut_short=True)


def resolve_names(
    selection: Selection, account: str, listed: WorkflowList, audience: Audience
) -> ResolvedNames:
    """Return the workflows that names and patterns mean.

    Args:
        selection: what was asked for.
        account: the account's name.
        listed: all its workflows; a name that a list which is not complete does not have may exist.
        audience: the people who have to be allowed to look at them.

    Raises:
        NoSuchWorkflow: the only name means none of the workflows, or several.
        NoSuchWorkflows: so does one of several names, or a pattern fits none.
        UserError: one of the people may not look at a workflow that was named.
    """
    allows = audience.workflow_filter(selection.account)
    visible = [row.name for row in listed.rows if allows(row.name)]
    names: list[str] = []
    readings: list[Reading] = []
    missing: list[str] = []
    for typed in selection.workflows:
        if _exists(typed, visible) or (PATTERN not in typed and not listed.is_complete and allows(typed)):
            names.append(typed)
            continue
        meant = name_matching.resolve(typed, visible) if PATTERN not in typed else ()
        if len(meant) == 1:
            names.append(meant[0])
            readings.append(Reading(typed, meant[0]))
            continue
        if PATTERN not in typed and not allows(typed):
            _refuse_hidden(typed, selection, audience, visible)
        missing.append(typed)
    if missing:
        query = ListQuery(selection)
        if selection.workflow:
            raise NoSuchWorkflow(query, account, visible, WorkflowNotFound("no such workflow"))
        raise NoSuchWorkflows(query, account, tuple(missing), visible)
    resolved = replace(selection, workflows=tuple(dict.fromkeys(names)))
    found = [name for name in visible if resolved.has(name)]
    unlisted = [name for name in resolved.workflows if PATTERN not in name and name not in visible]
    return ResolvedNames(resolved, (*found, *unlisted), tuple(readings))


def refuse_names(
    error: NoSuchWorkflow | NoSuchWorkflows, selection: Selection, write: Callable[[Selection], Command]
) -> UserError:
    """Return the refusal of names that mean no workflow or several, with what may be meant to type.

    Args:
        error: what was wrong with them.
        selection: what was asked for.
        write: returns what to type for a selection.
    """
    asked = selection.workflows
    meant: list[tuple[str, ...]]
    if isinstance(error, NoSuchWorkflow):
        meant = [(name,) for name in error.meant or error.similar]
    else:
        meant = [
            tuple(name if each == missing else each for each in asked)
            for missing in error.missing
            for name in error.similar(missing)
        ]
        others = tuple(each for each in asked if each not in error.missing)
        meant = [*meant[: _MOST_PROPOSED - 1], others] if others else meant
    commands = [write(replace(selection, workflows=names)) for names in meant[:_MOST_PROPOSED]]
    return UserError(problem_message(error, commands=commands or [overview_command(selection.account)]))


def _exists(typed: str, names: Sequence[str]) -> bool:
    """Return whether a name is one of some names, or a pattern fits any; `*` fits an account without any."""
    return typed == PATTERN or any(is_match(name, typed) for name in names)


def _refuse_hidden(typed: str, selection: Selection, audience: Audience, visible: Sequence[str]) -> None:
    """Refuse a workflow that one of the people may not look at, if its name is like no other one.

    Raises:
        UserError: it is like none.
    """
    query = ListQuery.of(typed, selection.account)
    if audience.viewer.may(Right.VIEW, selection.account, typed):
        audience.require(query.selection)  # the sharer lacks it
    error = error_for_hidden(audience.viewer, query, visible)
    if isinstance(error, UserError):
        raise error
