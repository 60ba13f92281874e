"""A list of instances as a message."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.browse.model import ListQuery
from bot.browse.screen import Screen
from bot.cloudflare.models import Instance
from bot.ui import limits
from bot.ui.api_words import api_messages, incomplete_rows_notice, unread_fields_notice
from bot.ui.elements import (
    Controls,
    Message,
    ago,
    code,
    command,
    context,
    duration,
    escape,
    header,
    iso,
    message,
    moment,
    paging,
    section,
)
from bot.ui.limits import Block
from bot.ui.statuses import appearance

_STILL_GOING: Final = frozenset({"running", "queued", "paused", "waiting", "waitingForPause", "rollingBack"})


def instances_message(screen: Screen, controls: Controls, notices: Sequence[str] = ()) -> Message:
    """Build one screen of instances with its buttons; `notices` are sentences in mrkdwn for this reader."""
    blocks = _around(screen, controls, notices, [_row(row, screen.fetched_at) for row in screen.rows])
    if not limits.fits(blocks):
        blocks = _shortened(screen, controls, notices)
    return message(_fallback_text(screen), blocks)


def _shortened(screen: Screen, controls: Controls, notices: Sequence[str]) -> list[Block]:
    """Build the screen without times, and without its last rows if needed; say what is left out."""
    notices = (*notices, "Times are left out: the ids are too long for all of it in one message.")
    rows = [section(_title(row)) for row in screen.rows]
    blocks = _around(screen, controls, notices, rows)
    shown = len(rows)
    while not limits.fits(blocks) and shown > 1:
        shown -= 1
        left_out = (
            f"{len(rows) - shown} more rows do not fit into one message: ask for fewer with `rows:{shown}`."
        )
        blocks = _around(screen, controls, (*notices, left_out), rows[:shown])
    if not limits.fits(blocks):  # the buttons and the command carry names as long as a message
        blocks[-1] = context(_range(screen))
    return blocks


def _around(screen: Screen, controls: Controls, notices: Sequence[str], rows: Sequence[Block]) -> list[Block]:
    query = screen.query
    oldest_first = query.direction == "asc"
    return [
        header(_headline(query)),
        context(
            code(screen.account),
            *query.describe(moment),
            f"as of {moment(screen.fetched_at, '{time_secs}')}",
        ),
        *(rows or [section(_nothing(screen))]),
        *(context(notice) for notice in _notices(screen, notices)),
        *api_messages(screen.messages),
        *paging(controls, *(("Older", "Newer") if oldest_first else ("Newer", "Older"))),
        context(_range(screen), command(query.command())),
    ]


def _headline(query: ListQuery) -> str:
    return f"{query.workflow} · {appearance(query.status).word.lower()}" if query.status else query.workflow


def _row(row: Instance, now: datetime) -> Block:
    return section(f"{_title(row)}\n{' · '.join(_times(row, now))}")


def _title(row: Instance) -> str:
    looks = appearance(row.status)
    return f"{looks.emoji} *{escape(looks.word)}*   {code(row.id)}"


def _times(row: Instance, now: datetime) -> list[str]:
    began = row.started_on or row.created_on
    phrases = ["no times given"]
    if began is not None:
        phrases = [f"{'started' if row.started_on else 'created'} {moment(began)}"]
    if row.started_on and row.ended_on:
        phrases.append(f"ran {duration(row.ended_on - row.started_on)}")
    elif began and row.status in _STILL_GOING:
        phrases.append(ago(now - began))
    if row.trigger_source and row.trigger_source != "unknown":
        phrases.append(escape(row.trigger_source))
    return phrases


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
        everything = ListQuery(query.workflow, account=query.account)
        return f"*No instance matches.* All of them: {command(everything.command())}"
    return (
        "*No instances.* None was created yet, or all are past their retention "
        "(3 days on Free, up to 30 on Paid)."
    )


def _range(screen: Screen) -> str:
    """Return the range of rows. The API's own total is not shown, as the API calls it inaccurate."""
    if not screen.rows:
        return "no rows"
    more = ", more follow" if screen.next is not None else ", the end of the list"
    if screen.first is None:
        return f"{len(screen.rows)} rows from the cursor{more}"
    last = screen.first + len(screen.rows) - 1
    return (f"{screen.first}\N{EN DASH}{last}" if last > screen.first else f"{last}") + more


def _fallback_text(screen: Screen) -> str:
    """Return the list as one text, for screen readers and notifications."""
    rows = escape("; ".join(f"{appearance(row.status).word} {row.id}" for row in screen.rows))
    restricted = ", ".join(screen.query.describe(iso))
    asked = escape(_headline(screen.query)) + (f", {restricted}" if restricted else "")
    return f"{asked}: {_range(screen)}. {rows}" if rows else f"{asked}: no instances"
