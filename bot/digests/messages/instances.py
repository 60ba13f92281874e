"""Instances that a digest reported and did not show: exactly these, as they were then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from bot.browse.options import DEFAULT_ROWS
from bot.digests.command.requests import OfInstances
from bot.digests.messages.phrases import name_of, newly
from bot.digests.model import ERRORED
from bot.ui.elements import (
    Message,
    actions,
    button,
    code,
    command,
    context,
    escape,
    header,
    message,
    moment_after,
    section,
)
from bot.ui.limits import Block
from bot.ui.statuses import appearance

_LONGEST_ID: Final = 280
_ENDED: Final = frozenset({"complete", "errored", "terminated"})


@dataclass(frozen=True, slots=True)
class InstanceButtons:
    """The values of the buttons below; one that would lead nowhere is None."""

    newer: str | None
    older: str | None
    live: str | None


def rows_at(request: OfInstances) -> Sequence[tuple[str, int]]:
    """Return the instances on the screen that a request asks for."""
    return request.instances[request.offset : request.offset + DEFAULT_ROWS]


def reported_message(request: OfInstances, buttons: InstanceButtons) -> Message:
    """List a screen of the instances that a digest reported."""
    query, status = request.query, request.query.status or ERRORED
    looks, since = appearance(status), "ended" if status in _ENDED else "since"
    rows, total = rows_at(request), len(request.instances)
    first, last = request.offset + 1, request.offset + len(rows)
    shown = f"{first}\N{EN DASH}{last} of {total:,}" if last > first else f"{last} of {total:,}"
    title = f"{query.workflow} · {total:,} {newly(status)}"
    asked = moment_after(f"as {name_of(request.digest).lower()} counted them", _at(request.until))
    blocks = [header(title), context(code(request.account), asked)]
    for instance, at in rows:
        row = f"{looks.emoji} *{escape(looks.word)}*   {code(instance, _LONGEST_ID)}"
        blocks.append(section(f"{row}\n{moment_after(since, _at(at))}"))
    if not request.exact:
        blocks.append(context("There may be more that the digest could not look at: the list has them."))
    blocks += _buttons(buttons)
    blocks.append(context(shown, command(query.command())))
    ids = "; ".join(instance for instance, _ in rows)
    return message(f"{escape(title)}: {shown}. {escape(ids)}", blocks)


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
