"""Which workflows have instances of a status, as a message that asks which one is meant."""

from typing import Final

from bot.browse.model import ListQuery, PendingQuery
from bot.browse.options import DEFAULT_ROWS
from bot.browse.requests import FindStatus
from bot.browse.screen import StatusCounts
from bot.language.command import Command
from bot.ui.elements import Message, code, command, context, escape, header, message, moment, section
from bot.ui.problems import run_button
from bot.ui.statuses import appearance

_MOST_ROWS: Final = 10


def statuses_message(found: StatusCounts, request: FindStatus) -> Message:
    """Show the workflows with instances of a status, most first, each with a button that lists those."""
    looks = appearance(request.status)
    word = escape(looks.word.lower())
    shown = found.rows[:_MOST_ROWS]
    if shown:
        title = f"Which workflow? These have {word} instances:"
    else:
        title = f"No workflow has {word} instances{' of those that were counted' * bool(found.uncounted)}."
    lists = [_list_of(row.name, request) for row in shown]
    rows = [
        section(f"*{code(row.name)}*\n{looks.emoji} {row.count:,} {word}", run_button("Open", each))
        for row, each in zip(shown, lists, strict=True)
    ]
    notices = []
    if len(found.rows) > len(shown):
        notices.append(f"And {len(found.rows) - len(shown)} more: {command('/workflows')}")
    if found.uncounted:
        notices.append(f"Not counted just now: {', '.join(map(code, found.uncounted[:_MOST_ROWS]))}")
    if shown and (request.since or request.until):
        notices.append("The counts are of all instances that are kept; the lists are of that time only.")
    blocks = [
        header(f"Workflows · {looks.emoji} {looks.word.lower()}"),
        context(code(found.account), f"as of {moment(found.fetched_at, '{time_secs}')}"),
        section(f"*{title}*" if shown else f"*{title}* All of them: {command('/workflows')}"),
        *rows,
        *map(context, notices),
        context(command(request.command()), "`/workflows help`"),
    ]
    names = "; ".join(f"{escape(row.name)}: {row.count:,}" for row in shown)
    return message(" ".join(filter(None, (title, names, *notices))), blocks)


def _list_of(workflow: str, request: FindStatus) -> Command:
    query = ListQuery.of(workflow, request.account, request.status, rows=request.rows or DEFAULT_ROWS)
    return Command(PendingQuery(query, request.since, request.until).command())
