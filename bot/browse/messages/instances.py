"""A list of instances as a message."""

from collections.abc import Sequence
from dataclasses import astuple, replace
from itertools import pairwise
from typing import Final

from bot.browse.messages.details import ValueOf, no_value
from bot.browse.messages.rows import ROW_DETAILS, rows
from bot.browse.messages.table import table
from bot.browse.model import ListQuery
from bot.browse.options import MAX_ROWS
from bot.browse.screen import Screen
from bot.cloudflare.models import ACTIVE_STATUSES
from bot.ui import limits
from bot.ui.api_words import api_messages, incomplete_rows_notice, unread_fields_notice
from bot.ui.elements import (
    Controls,
    Message,
    code,
    command,
    context,
    escape,
    header,
    iso_after,
    message,
    moment,
    moment_after,
    paging,
    section,
)
from bot.ui.limits import Block
from bot.ui.statuses import appearance

_LEFT_OUT: Final = "{} left out: the ids are too long for all of it in one message."


def instances_message(
    screen: Screen, controls: Controls, notices: Sequence[str] = (), value_of: ValueOf = no_value
) -> Message:
    """Build one screen of instances, a paragraph each.

    Args:
        screen: of a list; of one that was asked for as a table, its first rows are shown.
        controls: the values of the buttons below.
        notices: sentences in mrkdwn for this reader.
        value_of: writes the values of the rows' buttons.
    """
    if screen.query.view == "table" and screen.rows:
        notices = (*notices, _without_table(screen))
        screen = replace(screen, rows=screen.rows[:MAX_ROWS])
    for detail in ROW_DETAILS:
        left_out = [_LEFT_OUT.format(detail.left_out)] if detail.left_out else []
        built = rows(screen, value_of, detail)
        controls = controls if detail.share else replace(controls, share=None)
        blocks = _around(screen, controls, (*notices, *left_out), built)
        if limits.fits(blocks):
            return message(_fallback_text(screen), blocks)
    return message(_fallback_text(screen), _first_rows(screen, controls, (*notices, *left_out), built))


def table_message(
    screen: Screen, controls: Controls, notices: Sequence[str], value_of: ValueOf
) -> Message | None:
    """Build one screen of instances as a table; None if there is nothing to put into one.

    The arguments are those of `instances_message`, whose message is for where Slack takes no tables.
    """
    caption = f"{_headline(screen.query)}: {_range(screen)}"
    around = _around(screen, controls, notices, ())
    # What buttons carry is no text: Slack counts what people see, and limits a table's cells by themselves.
    carried = sum(len(value) for value in astuple(controls) if isinstance(value, str))
    built = table(screen, value_of, caption, limits.MESSAGE - limits.size(around) + carried)
    if not built:
        return None
    shown = len(built[0]["rows"]) - 1
    if shown < len(screen.rows):
        notices = (*notices, _too_many(len(screen.rows) - shown, shown))
    return message(_fallback_text(screen), _around(screen, controls, notices, built))


def _first_rows(
    screen: Screen, controls: Controls, notices: Sequence[str], built: Sequence[Block]
) -> list[Block]:
    """Build the screen without its last rows; say how many are left out."""
    blocks: list[Block] = []
    for shown in range(len(built) - 1, 0, -1):
        left_out = _too_many(len(built) - shown, shown)
        blocks = _around(screen, controls, (*notices, left_out), built[:shown])
        if limits.fits(blocks):
            return blocks
    blocks = blocks or _around(screen, controls, notices, built)
    blocks.pop()  # the buttons and the command carry names as long as a message
    return blocks


def _too_many(left_out: int, shown: int) -> str:
    more = "1 more row does" if left_out == 1 else f"{left_out} more rows do"
    return f"{more} not fit into one message: ask for fewer with `rows:{shown}`."


def _without_table(screen: Screen) -> str:
    """Say that these are rows although a table was asked for, and how to page through all of them."""
    query = screen.query
    again = command(replace(query, view="rows", rows=min(query.rows, MAX_ROWS)).command())
    first = f" These are the first {MAX_ROWS} of its {len(screen.rows)} rows." * (len(screen.rows) > MAX_ROWS)
    return f"Slack did not take the table.{first} The list without one: {again}"


def _around(
    screen: Screen, controls: Controls, notices: Sequence[str], built: Sequence[Block]
) -> list[Block]:
    query = screen.query
    oldest_first = query.direction == "asc"
    return [
        header(_headline(query, with_emoji=True)),
        context(
            _range(screen),
            *_order(screen),
            *query.describe(moment_after),
            code(screen.account),
            f"as of {moment(screen.fetched_at, '{time_secs}')}",
        ),
        *(built or [section(_nothing(screen))]),
        *(context(notice) for notice in _notices(screen, notices)),
        *api_messages(screen.messages),
        *paging(controls, *(("Older", "Newer") if oldest_first else ("Newer", "Older"))),
        context(*_end(screen), command(query.command())),
    ]


def _headline(query: ListQuery, *, with_emoji: bool = False) -> str:
    if query.status is None:
        return query.workflow
    looks = appearance(query.status)
    return f"{query.workflow} · {f'{looks.emoji} ' * with_emoji}{looks.word.lower()}"


def _order(screen: Screen) -> list[str]:
    """Return the order of the rows if they have one; the API's reference promises none."""
    found = (row.instance.created_on for row in screen.rows)
    created = [moment for moment in found if moment is not None]
    if len(created) < 2:
        return []
    if all(one >= other for one, other in pairwise(created)):
        return ["newest created first"]
    if all(one <= other for one, other in pairwise(created)):
        return ["oldest created first"]
    return []


def _notices(screen: Screen, notices: Sequence[str]) -> list[str]:
    found = [
        *notices,
        *incomplete_rows_notice(screen.incomplete_rows),
        *unread_fields_notice(screen.unread_fields),
    ]
    if screen.cursor_loop:
        found.append("Cloudflare sent a cursor it had sent before, so the list ends here; there may be more.")
    if screen.cut_short:
        found.append("Cloudflare sent no cursor that can be used, so the list ends here; there may be more.")
    return found


def _nothing(screen: Screen) -> str:
    query = screen.query
    if screen.next is not None:
        return "*Nothing on the first pages.* Cloudflare says there is more: the search goes on further down."
    if (screen.first is not None and screen.first > 1) or query.start is not None:
        start = command(query.from_start.command())
        return f"*Nothing here.* The list ends before this place; its start: {start}"
    if query.status or query.since or query.until:
        everything = ListQuery.of(query.workflow, account=query.account)
        return f"*No instance matches.* All of them: {command(everything.command())}"
    return (
        "*No instances.* None was created yet, or all are past their retention "
        "(3 days on Free, up to 30 on Paid)."
    )


def _range(screen: Screen) -> str:
    """Return which rows these are, and of how many as far as the list was read.

    The API's own total is not shown, as the API calls it inaccurate.
    """
    if not screen.rows:
        return "no rows"
    if screen.first is None or screen.known is None:
        return "1 row" if len(screen.rows) == 1 else f"{len(screen.rows)} rows"
    last = screen.first + len(screen.rows) - 1
    numbers = f"{screen.first}\N{EN DASH}{last}" if last > screen.first else f"{last}"
    is_total = screen.is_last and not screen.incomplete_rows
    return f"{numbers} of {screen.known:,}{'' if is_total else '+'}"


def _end(screen: Screen) -> list[str]:
    """Return the notice for the end of a list; empty before the end.

    The API bounds a list by creation time alone. Instances that were
    created before the bound and ended after it are missing. That matters only if ended ones were asked for.
    """
    query = screen.query
    if screen.next is not None or not screen.is_last:
        return []
    if query.since is None or query.status in ACTIVE_STATUSES:
        return ["the end of the list"] if screen.rows else []
    missing = "instances created before may have ended since"
    return [f"no more created since then; {missing}" if screen.rows else missing]


def _fallback_text(screen: Screen) -> str:
    """Return the list as one text, for screen readers and notifications."""
    shown = (row.instance for row in screen.rows)
    instances = escape("; ".join(f"{appearance(row.status).word} {row.id}" for row in shown))
    restricted = ", ".join(screen.query.describe(iso_after))
    asked = escape(_headline(screen.query)) + (f", {restricted}" if restricted else "")
    told = ", ".join((_range(screen) if instances else "no instances", *_end(screen)))
    return f"{asked}: {told}. {instances}" if instances else f"{asked}: {told}"
