"""A list of instances as a message."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from bot.browse.model import ListQuery
from bot.browse.screen import Screen
from bot.cloudflare.models import Instance
from bot.ui import limits
from bot.ui.api_words import api_messages, incomplete_rows_notice, unread_fields_notice
from bot.ui.elements import (
    DATE_AND_TIME,
    TIME,
    Controls,
    Message,
    ago,
    code,
    command,
    context,
    duration,
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

_STILL_GOING: Final = frozenset({"running", "queued", "paused", "waiting", "waitingForPause", "rollingBack"})
_ENDED: Final = {"errored": "failed", "complete": "completed", "terminated": "terminated"}
"""What became of an instance at its end, by its status."""
_DAY: Final = timedelta(days=1)


def instances_message(screen: Screen, controls: Controls, notices: Sequence[str] = ()) -> Message:
    """Build one screen of instances with its buttons; `notices` are sentences in mrkdwn for this reader."""
    blocks = _around(screen, controls, notices, [_row(row, screen) for row in screen.rows])
    if not limits.fits(blocks):
        blocks = _shortened(screen, controls, notices)
    return message(_fallback_text(screen), blocks)


def _shortened(screen: Screen, controls: Controls, notices: Sequence[str]) -> list[Block]:
    """Build the screen without times, and without its last rows if needed; say what is left out."""
    notices = (*notices, "Times are left out: the ids are too long for all of it in one message.")
    rows = [section("   ".join(_title(row, screen))) for row in screen.rows]
    blocks = _around(screen, controls, notices, rows)
    shown = len(rows)
    while not limits.fits(blocks) and shown > 1:
        shown -= 1
        left_out = (
            f"{len(rows) - shown} more rows do not fit into one message: ask for fewer with `rows:{shown}`."
        )
        blocks = _around(screen, controls, (*notices, left_out), rows[:shown])
    if not limits.fits(blocks):  # the buttons and the command carry names as long as a message
        blocks.pop()
    return blocks


def _around(screen: Screen, controls: Controls, notices: Sequence[str], rows: Sequence[Block]) -> list[Block]:
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
        *(rows or [section(_nothing(screen))]),
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
    created = [row.created_on for row in screen.rows if row.created_on is not None]
    if len(created) < 2:
        return []
    if all(one >= other for one, other in pairwise(created)):
        return ["newest created first"]
    if all(one <= other for one, other in pairwise(created)):
        return ["oldest created first"]
    return []


def _row(row: Instance, screen: Screen) -> Block:
    """Build a row: its times go below its status, or beside its id where all rows have the same status."""
    *status, id_ = _title(row, screen)
    times = " · ".join(_times(row, screen.fetched_at))
    return section(f"{status[0]}   {id_}\n{times}" if status else f"{id_}   {times}")


def _title(row: Instance, screen: Screen) -> list[str]:
    """Return a row's status, unless it is the one that was asked for, and its id."""
    if row.status is not None and row.status == screen.query.status:
        return [code(row.id)]
    looks = appearance(row.status)
    return [f"{looks.emoji} *{escape(looks.word)}*", code(row.id)]


def _times(row: Instance, now: datetime) -> list[str]:
    """Return when an instance was created, which the list is sorted by, and what became of it."""
    began = row.created_on or row.started_on
    phrases = []
    if began is not None:
        phrases.append(moment_after("created" if row.created_on else "started", began))
    if row.ended_on is not None:
        ended = _ENDED.get(row.status or "", "ended")
        is_near = began is not None and timedelta(0) <= row.ended_on - began < _DAY
        phrases.append(moment_after(ended, row.ended_on, TIME if is_near else DATE_AND_TIME))
        if row.started_on is not None:
            phrases.append(f"ran {duration(row.ended_on - row.started_on)}")
    elif row.status in _STILL_GOING and began is not None:
        started = row.started_on if row.created_on else None
        phrases.append(f"started {ago(now - started)}" if started else ago(now - began))
    if not phrases:
        phrases.append("no times given")
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
    """Return which rows these are, and of how many as far as the list was read.

    The API's own total is not shown, as the API calls it inaccurate.
    """
    if not screen.rows:
        return "no rows"
    if screen.first is None or screen.known is None:
        return "1 row" if len(screen.rows) == 1 else f"{len(screen.rows)} rows"
    last = screen.first + len(screen.rows) - 1
    rows = f"{screen.first}\N{EN DASH}{last}" if last > screen.first else f"{last}"
    is_total = screen.is_last and not screen.incomplete_rows
    return f"{rows} of {screen.known:,}{'' if is_total else '+'}"


def _end(screen: Screen) -> list[str]:
    """Return the notice for the end of a list; empty before the end.

    The API bounds a list by creation time alone. Instances that were
    created before the bound and ended after it are missing. That matters only if ended ones were asked for.
    """
    query = screen.query
    if screen.next is not None or not screen.is_last:
        return []
    if query.since is None or query.status in _STILL_GOING:
        return ["the end of the list"] if screen.rows else []
    missing = "instances created before may have ended since"
    return [f"no more created since then; {missing}" if screen.rows else missing]


def _fallback_text(screen: Screen) -> str:
    """Return the list as one text, for screen readers and notifications."""
    rows = escape("; ".join(f"{appearance(row.status).word} {row.id}" for row in screen.rows))
    restricted = ", ".join(screen.query.describe(iso_after))
    asked = escape(_headline(screen.query)) + (f", {restricted}" if restricted else "")
    told = ", ".join((_range(screen) if rows else "no instances", *_end(screen)))
    return f"{asked}: {told}. {rows}" if rows else f"{asked}: {told}"
