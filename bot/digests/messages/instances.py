"""Instances that a digest reported and did not show: exactly these, as they were then."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Final

from bot.browse.command.options import DEFAULT_ROWS
from bot.browse.messages.details import button_of
from bot.browse.messages.rows import gap_behind
from bot.cloudflare.models import Status, is_ended
from bot.digests.command.requests import OfInstances
from bot.digests.messages.phrases import name_of, newly
from bot.digests.model import ERRORED
from bot.ui import limits
from bot.ui.elements import Message, actions, button, context, header, message, section
from bot.ui.limits import Block
from bot.ui.mrkdwn import code, command, escape, moment_after
from bot.ui.statuses import ending_word

_LONGEST_ID: Final = 280


@dataclass(frozen=True, slots=True)
class InstanceButtons:
    """The values of a message's buttons; one that would lead nowhere is None.

    Attributes:
        newer: the rows before.
        older: the rows after.
        live: the list as it is now.
        details: one for each row.
    """

    newer: str | None
    older: str | None
    live: str | None
    details: Sequence[str | None] = ()


def rows_at(request: OfInstances) -> Sequence[tuple[str, int]]:
    """Return the instances on the screen that a request asks for."""
    return request.instances[request.offset : request.offset + DEFAULT_ROWS]


def reported_message(request: OfInstances, buttons: InstanceButtons) -> Message:
    """List a screen of the instances that a digest reported."""
    query, status = request.query, request.query.status or ERRORED
    rows, total = rows_at(request), len(request.instances)
    first, last = request.offset + 1, request.offset + len(rows)
    shown = f"{first}\N{EN DASH}{last} of {total:,}" if last > first else f"{last} of {total:,}"
    title = f"{query.workflow} · {total:,} {newly(status)}"
    asked = moment_after(f"as {name_of(request.digest).lower()} counted them", _at(request.until))
    top = [header(title), context(code(request.account), asked)]
    bottom = _buttons(buttons)
    if not request.exact:
        more = context("There may be more that the digest could not look at: the list has them.")
        bottom.insert(0, more)
    bottom.append(context(shown, command(query.command())))
    blocks = [*top, *_rows(rows, status, buttons.details), *bottom]
    if not limits.fits(blocks):
        left_out = context("The buttons for details are left out: the ids are too long for all of it.")
        blocks = [*top, *_rows(rows, status, ()), left_out, *bottom]
    ids = "; ".join(instance for instance, _ in rows)
    return message(f"{escape(title)}: {shown}. {escape(ids)}", blocks)


def _rows(rows: Sequence[tuple[str, int]], status: Status, details: Sequence[str | None]) -> Iterator[Block]:
    """Build a paragraph for each instance, with its button if there is one."""
    gap = gap_behind(instance for instance, _ in rows)
    became = ending_word(status) if is_ended(status) else "since"
    for (instance, at), value in zip_longest(rows, details):
        said = f"{code(instance, _LONGEST_ID)}{gap}{moment_after(became, _at(at))}"
        yield section(said, button_of(instance, value) if value else None)


def _buttons(values: InstanceButtons) -> list[Block]:
    row = []
    if values.newer is not None:
        row.append(button("◀ Newer", "digest_instances_newer", values.newer, "Newer rows"))
    if values.older is not None:
        row.append(button("Older ▶", "digest_instances_older", values.older, "Older rows"))
    if values.live is not None:
        row.append(button("The list as it is now", "list_open", values.live, "Open the list as it is now"))
    return actions(row)


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
