"""An instance as a paragraph: what became of it and when, how long it ran, and the button that opens it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.browse.messages.details import ValueOf, details_button
from bot.browse.requests import ShowInstance
from bot.browse.screen import Row, Screen
from bot.cloudflare.models import ACTIVE_STATUSES, Instance
from bot.ui import limits
from bot.ui.elements import ago, code, duration, escape, moment_after, section
from bot.ui.limits import Block
from bot.ui.statuses import appearance, ending_word

_SHORT_ID: Final = 24
"""Characters of an id that has room for its times beside it; one of a UUID's length has not."""

_BRIEF_NAME: Final = 20
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class RowDetail:
    """How much of each row a message has room for.

    Attributes:
        brief: whether a button carries the id alone, and its name is cut for those who do not see it.
        times: whether there is room for times.
        buttons: whether there is room for buttons.
        share: whether there is room to share the list: its button carries a cursor, which may be long.
        left_out: what is not there, as the message says it; empty where nobody misses it.
    """

    brief: bool
    times: bool
    buttons: bool
    share: bool = True
    left_out: str = ""


ROW_DETAILS: Final = (
    RowDetail(brief=False, times=True, buttons=True),
    RowDetail(brief=True, times=True, buttons=True),
    RowDetail(brief=True, times=False, buttons=True, left_out="Times are"),
    RowDetail(brief=True, times=False, buttons=False, left_out="Times and the buttons for details are"),
    RowDetail(
        brief=True,
        times=False,
        buttons=False,
        share=False,
        left_out="Times, the buttons for details and *Share* are",
    ),
)
"""From all to the ids alone, which no row goes without."""


def rows(screen: Screen, value_of: ValueOf, detail: RowDetail) -> list[Block]:
    """Build a paragraph for each row of a screen, all in the same form."""
    gap = gap_behind(row.instance.id for row in screen.rows)
    return [_row(row, screen, value_of, detail, gap) for row in screen.rows]


def gap_behind(ids: Iterable[str]) -> str:
    """Return what stands between an id and its times, the same for all rows of a message."""
    return "   " if all(len(id_) <= _SHORT_ID for id_ in ids) else "\n"


def row_button(row: Row, screen: Screen, value_of: ValueOf, *, brief: bool = False) -> Block | None:
    """Build a row's button; it carries what the list knows unless it is to be brief."""
    query, instance = screen.query, row.instance
    shown = ShowInstance(row.workflow, instance.id, query.account, None if brief else _known(instance))
    name = limits.shorten(instance.id, _BRIEF_NAME) if brief else instance.id
    return details_button(shown, value_of, name)


def _known(row: Instance) -> Instance:
    """Return what is worth showing of a row while its detail is on its way."""
    return row.model_copy(update={"modified_on": None, "workflow_id": None})


def _row(row: Row, screen: Screen, value_of: ValueOf, detail: RowDetail, gap: str) -> Block:
    """Build a row: its times go below its status, or beside its id where all rows have the same status."""
    *status, id_ = _title(row.instance, screen)
    said = "   ".join((*status, id_))
    if detail.times:
        said += ("\n" if status else gap) + " · ".join(row_times(row.instance, screen.fetched_at))
    return section(said, row_button(row, screen, value_of, brief=detail.brief) if detail.buttons else None)


def _title(row: Instance, screen: Screen) -> list[str]:
    """Return a row's status, unless it is the one that was asked for, and its id."""
    if row.status is not None and row.status == screen.query.status:
        return [code(row.id)]
    looks = appearance(row.status)
    return [f"{looks.emoji} *{escape(looks.word)}*", code(row.id)]


def row_times(row: Instance, now: datetime) -> Sequence[str]:
    """Return what became of an instance and when, and how long it ran or has been running."""
    began = row.started_on or row.created_on
    start = [] if began is None else [moment_after("started" if row.started_on else "created", began)]
    if row.ended_on is not None:
        ended = moment_after(ending_word(row.status), row.ended_on)
        return [ended, *([f"ran {duration(row.ended_on - row.started_on)}"] if row.started_on else start)]
    if began is not None and row.status in ACTIVE_STATUSES:
        is_active = row.status == ("running" if row.started_on else "queued")
        is_worth_it = is_active and now - began >= _SECOND
        return [*start, f"{row.status} for {duration(now - began)}" if is_worth_it else ago(now - began)]
    return start or ["no times given"]
