"""What a message mentions, for the person who asked: a row for each instance and workflow."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.access.messages import ACCESS
from bot.browse.messages.details import ValueOf, details_button
from bot.browse.messages.overview_rows import status_counts
from bot.browse.messages.rows import row_times
from bot.browse.requests import ShowInstance
from bot.cloudflare.errors import InstanceNotFound, WorkflowNotFound
from bot.cloudflare.models import Instance
from bot.inspect.lookup_model import (
    FoundInstance,
    FoundWorkflow,
    LookupRow,
    NotFound,
    OtherAccount,
    WorkflowHidden,
)
from bot.inspect.model import InstanceRef, row_of
from bot.language.command import Command
from bot.language.tokens import COMMAND, quote
from bot.ui import limits
from bot.ui.elements import Message, button, context, header, message, section
from bot.ui.explanations import explain, is_explained
from bot.ui.limits import Block
from bot.ui.mrkdwn import code, command, escape
from bot.ui.problems import run_button
from bot.ui.statuses import appearance

_LONGEST_ERROR: Final = 120
_MOST_COUNTS: Final = 4
_TITLE: Final = "Found in that message"


def found_message(
    found: Sequence[LookupRow],
    left_out: int,
    unread: Sequence[Exception],
    value_of: ValueOf,
    now: datetime,
) -> Message:
    """Show what a message mentions.

    Args:
        found: in the order of the message.
        left_out: how many more it mentions.
        unread: why an account's workflows could not be listed, for each such account.
        value_of: writes the values of the rows' buttons.
        now: the clock.
    """
    notices = []
    if left_out:
        notices.append(f"And {left_out:,} more, which are not looked up: one message shows ten.")
    if unread:
        why = " ".join(dict.fromkeys(map(_why, unread)))
        notices.append(f"⚠️ Not all names of workflows are known just now. {why}")
    if not found:
        return _nothing(notices)
    rows = [_row(row, value_of, now) for row in found]
    blocks = [header(_TITLE), *rows, *map(context, notices)]
    texts = [row["text"]["text"].replace("\n", " ") for row in rows]
    return message(f"{_TITLE}: {'; '.join((*texts, *notices))}", blocks)


def _nothing(notices: Sequence[str]) -> Message:
    title = "Nothing in that message leads to a workflow."
    advice = (
        "Looked for: links to workflows in Cloudflare's dashboard, `NAME/ID`, names of workflows, "
        "and ids of instances."
    )
    everything = Command(COMMAND)
    blocks = [
        section(f"*{title}*\n{advice}", run_button("All workflows", everything)),
        *map(context, notices),
    ]
    return message(" ".join((title, advice, *notices)), blocks)


def _row(row: LookupRow, value_of: ValueOf, now: datetime) -> Block:
    match row:
        case FoundInstance():
            return _instance(row, value_of, now)
        case FoundWorkflow():
            return _workflow(row)
        case WorkflowHidden():
            return section(
                f"🔒 {code(row.workflow)}\nYou may not look at it here: {command(ACCESS)} says who may."
            )
        case OtherAccount():
            names = " ".join(code(name) for name in (row.workflow, row.instance) if name)
            account = code(row.account_id)
            return section(f"{names}\nThe link leads to the account {account}, which this bot does not read.")
        case NotFound():
            return _not_found(row)


def _instance(found: FoundInstance, value_of: ValueOf, now: datetime) -> Block:
    subject, detail = found.subject, found.detail
    names = f"{code(subject.instance)} of {_named(subject.workflow, subject.account)}"
    if detail is None:
        is_missing = isinstance(found.error, InstanceNotFound | WorkflowNotFound)
        shown = None if is_missing else _details(subject, None, value_of)
        return section(f"⚠️ {names}\n{_why(found.error)}", shown)
    return instance_row(subject, row_of(subject.instance, detail), value_of, now)


def instance_row(subject: InstanceRef, row: Instance, value_of: ValueOf, now: datetime) -> Block:
    """Build the row of an instance that was found: its status, its workflow, its times and *Details*."""
    looks = appearance(row.status)
    times = " · ".join(row_times(row, now))
    names = f"{code(subject.instance)} of {_named(subject.workflow, subject.account)}"
    said = f"{looks.emoji} *{escape(looks.word)}*   {names}\n{times}"
    return section(said, _details(subject, row, value_of))


def _details(subject: InstanceRef, row: Instance | None, value_of: ValueOf) -> Block | None:
    shown = ShowInstance(subject.workflow, subject.instance, subject.account, row)
    return details_button(shown, value_of)


def _workflow(found: FoundWorkflow) -> Block:
    name = _named(found.name, found.account)
    if found.listed is None:
        return section(f"⚠️ {name}\nThe account's list has no workflow of that name.")
    said = [
        f"{appearance(status).emoji} {count:,} {escape(appearance(status).word.lower())}"
        for status, count in status_counts(found.listed)
    ]
    line = " · ".join(said[:_MOST_COUNTS]) or "a workflow"
    shown = None
    if found.list_value is not None:
        shown = button("Open", "list_open", found.list_value, f"Open {found.name}")
    return section(f"*{name}*\n{line}", shown)


def _not_found(found: NotFound) -> Block:
    where = "No list that was read lately has it"
    if found.tried is not None:
        where += f", nor does {code(found.tried)}"
    find = Command(f"{COMMAND} find {quote(found.instance)}")
    text = f"{code(found.instance)}\n{where}. To ask every workflow: {command(find.whole())}"
    return section(text, run_button("Find it", find))


def _named(workflow: str, account: str | None) -> str:
    return code(workflow) if account is None else f"{code(workflow)} in {code(account)}"


def _why(error: Exception | None) -> str:
    """Return in a sentence why something is not known."""
    if isinstance(error, WorkflowNotFound):
        return "The account has no workflow of that name."
    if error is not None and is_explained(error):
        return limits.shorten_markup(explain(error).title, _LONGEST_ERROR)
    return "Cloudflare has not answered yet."
