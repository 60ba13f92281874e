"""A list of instances as a message."""

from collections.abc import Sequence
from dataclasses import astuple, replace
from datetime import datetime
from itertools import pairwise
from typing import Final

from bot.browse.command.options import MAX_ROWS
from bot.browse.messages.completeness import (
    end,
    is_whole,
    missing_text,
    nothing,
    unread_block,
)
from bot.browse.messages.completeness import notices as completeness_notices
from bot.browse.messages.details import ValueOf, no_value
from bot.browse.messages.headline import headline
from bot.browse.messages.rows import cause_in_words, row_details, rows
from bot.browse.messages.table import table
from bot.browse.screen import Row, Screen
from bot.cloudflare.models import Status
from bot.ui import limits
from bot.ui.api_words import api_messages, incomplete_rows_notice, unread_fields_notice
from bot.ui.elements import Controls, Message, context, header, message, paging, section
from bot.ui.limits import Block
from bot.ui.mrkdwn import code, command, escape, iso_after, moment, moment_after
from bot.ui.statuses import appearance

_ERRORED: Final = Status("errored")
_SPOKEN_CAUSE: Final = 60
"""Characters of why an instance failed in the text for those who do not see the message."""
_LEFT_OUT: Final = "{} left out: the {} are too long for all of it in one message."


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
    what = "ids" if screen.query.workflow else "names and ids"
    for detail in row_details(screen):
        missing = detail.left_out(screen)
        left_out = [_LEFT_OUT.format(missing, what)] if missing else []
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
    caption = f"{headline(screen.query)}: {_range(screen)}"
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
        header(headline(query, with_emoji=True)),
        context(
            _range(screen),
            *_order(screen),
            *query.describe(moment_after),
            code(screen.account),
            f"as of {moment(screen.fetched_at, '{time_secs}')}",
        ),
        *(built or [section(nothing(screen))]),
        *unread_block(screen, controls.retry),
        *(context(notice) for notice in _notices(screen, notices)),
        *api_messages(screen.messages),
        *paging(controls, *(("Older", "Newer") if oldest_first else ("Newer", "Older"))),
        context(*end(screen), command(query.command())),
    ]


def _order(screen: Screen) -> list[str]:
    """Return the order of the rows if they have one; the API's reference promises none."""
    by_end = screen.query.selection.by_end
    times = [_ended_on(row) if by_end else row.instance.created_on for row in screen.rows]
    known = [moment for moment in times if moment is not None]
    if len(known) < 2:
        return []
    newest = all(one >= other for one, other in pairwise(known))
    if by_end:
        what = "failure" if screen.query.status == _ERRORED else "end"
        return [f"newest {what} first"] if newest else []
    if newest:
        return ["newest created first"]
    return ["oldest created first"] if all(one <= other for one, other in pairwise(known)) else []


def _ended_on(row: Row) -> datetime | None:
    """Return when an instance ended; one that has not counts by its creation."""
    return row.instance.ended_on or row.instance.created_on


def _notices(screen: Screen, notices: Sequence[str]) -> list[str]:
    found = [
        *notices,
        *completeness_notices(screen),
        *incomplete_rows_notice(screen.incomplete_rows),
        *unread_fields_notice(screen.unread_fields),
    ]
    if screen.cursor_loop:
        found.append("Cloudflare sent a cursor it had sent before, so the list ends here; there may be more.")
    if screen.cut_short:
        found.append("Cloudflare sent no cursor that can be used, so the list ends here; there may be more.")
    return found


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
    return f"{numbers} of {screen.known:,}{'' if is_whole(screen) else '+'}"


def _fallback_text(screen: Screen) -> str:
    """Return the list as one text, for screen readers and notifications."""
    instances = "; ".join(_row_text(row, screen) for row in screen.rows)
    restricted = ", ".join(screen.query.describe(iso_after))
    asked = escape(headline(screen.query)) + (f", {restricted}" if restricted else "")
    range_ = _range(screen) if instances else "no instances"
    told = ", ".join((range_, *missing_text(screen), *end(screen)))
    return f"{asked}: {told}. {instances}" if instances else f"{asked}: {told}"


def _row_text(row: Row, screen: Screen) -> str:
    instance = row.instance
    where = "" if screen.query.workflow else f" in {row.workflow}"
    said = escape(f"{appearance(instance.status).word} {instance.id}{where}")
    why = cause_in_words(row.cause, _SPOKEN_CAUSE)
    return f"{said}, {why}" if why else said
