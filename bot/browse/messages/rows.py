"""An instance as a paragraph: why it failed, what became of it and when, and the button that opens it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.browse.messages.details import ValueOf, details_button
from bot.browse.requests import ShowInstance
from bot.browse.screen import Row, Screen
from bot.cloudflare.causes import Cause
from bot.cloudflare.models import ACTIVE_STATUSES, Instance
from bot.ui import limits
from bot.ui.elements import section
from bot.ui.limits import Block
from bot.ui.mrkdwn import ago, code, duration, escape, moment_after
from bot.ui.statuses import appearance, ending_word

_SHORT_ID: Final = 24
"""Characters of an id that has room for its times beside it; one of a UUID's length has not."""

_BRIEF_NAME: Final = 20
_ANY_ERROR: Final = "Error"
"""What JavaScript calls an error that its author gave no name: it tells nothing beside a message."""
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class RowDetail:
    """How much of each row a message has room for.

    Attributes:
        brief: whether a button carries the id alone, and its name is cut for those who do not see it.
        cause: characters of why an instance failed; 0 where there is no room for that.
        times: whether there is room for times.
        buttons: whether there is room for buttons.
        share: whether there is room to share the list: its button carries a cursor, which may be long.
    """

    brief: bool = True
    cause: int = 0
    times: bool = True
    buttons: bool = True
    share: bool = True

    def left_out(self, screen: Screen) -> str:
        """Return what of a screen is not there, as the message says it; empty where nobody misses it."""
        causes = not self.cause and any(row.cause for row in screen.rows)
        missing = [
            *(["causes"] * causes),
            *(["times"] * (not self.times)),
            *(["the buttons for details"] * (not self.buttons)),
            *(["*Share*"] * (not self.share)),
        ]
        first, last = ", ".join(missing[:-1]), "".join(missing[-1:])
        said = f"{first} and {last}" if first else last
        return f"{said[:1].upper()}{said[1:]} are" if said else ""


_WITH_CAUSES: Final = (
    RowDetail(brief=False, cause=150),
    RowDetail(cause=150),
    RowDetail(cause=60),
    RowDetail(cause=60, times=False),
)
_WITHOUT_CAUSES: Final = (RowDetail(brief=False), RowDetail())
_LEAST: Final = (
    RowDetail(times=False),
    RowDetail(times=False, buttons=False),
    RowDetail(times=False, buttons=False, share=False),
)


def row_details(screen: Screen) -> Sequence[RowDetail]:
    """Return how a screen's rows can be shown, from all to the ids alone, which no row goes without."""
    has_causes = any(row.cause for row in screen.rows)
    return (*(_WITH_CAUSES if has_causes else _WITHOUT_CAUSES), *_LEAST)


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
    """Build a row: its times stand beside its id where that is all that its first line has, else below."""
    *status, id_ = _title(row.instance, screen)
    where = "" if screen.query.workflow else f" in {code(row.workflow)}"
    said = "   ".join((*status, id_)) + where
    times = " · ".join(row_times(row.instance, screen.fetched_at)) if detail.times else ""
    if times and not status and not where and gap != "\n":
        said, times = f"{said}{gap}{times}", ""
    lines = (said, cause_in_words(row.cause, detail.cause), times)
    pressed = row_button(row, screen, value_of, brief=detail.brief) if detail.buttons else None
    return section("\n".join(filter(None, lines)), pressed)


def cause_in_words(cause: Cause | None, most: int) -> str:
    """Return why an instance failed, in mrkdwn of one line: its step and its error, shortened.

    Args:
        cause: without secrets; None where it is not known.
        most: characters; 0 for none at all.
    """
    if cause is None or not most:
        return ""
    name = "" if cause.name == _ANY_ERROR and cause.message else cause.name
    parts = (_one_line(part) for part in (cause.step, name, cause.message))
    return escape(limits.shorten(": ".join(filter(None, parts)), most))


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


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
