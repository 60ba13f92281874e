"""Show above an answer how its command was read."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.language.command import Reading
from bot.ui.elements import Message, context
from bot.ui.limits import Block
from bot.ui.mrkdwn import code

_LONGEST: Final = 80
_MOST: Final = 6


def with_readings(message: Message, readings: Sequence[Reading]) -> Message:
    """Return a message that says first how its command was read; without readings it stays as it is."""
    if not readings:
        return message
    said = _sentence(readings)
    return replace(message, text=f"{said} {message.text}", blocks=_below_title(message.blocks, said))


def view_with_readings(view: Block, readings: Sequence[Reading]) -> Block:
    """Return a modal that says first how the command that opened it was read."""
    return {**view, "blocks": _below_title(view["blocks"], _sentence(readings))} if readings else view


def _below_title(blocks: list[Block], said: str) -> list[Block]:
    above = 1 if blocks and blocks[0]["type"] == "header" else 0
    return [*blocks[:above], context(said), *blocks[above:]]


def _sentence(readings: Sequence[Reading]) -> str:
    shown = readings[:_MOST]
    read = [
        f"{code(each.typed, _LONGEST)} as {code(each.meant, _LONGEST)}"
        for each in shown
        if each.typed and each.meant
    ]
    left_out = [code(each.typed, _LONGEST) for each in shown if not each.meant]
    sentences = [f"Read {_join_phrases(read)}."] if read else []
    sentences += [f"Added {code(each.meant, _LONGEST)}, {each.why}." for each in shown if not each.typed]
    if left_out:
        sentences.append(f"Left out {_join_phrases(left_out)}.")
    if len(readings) > _MOST:
        sentences.append(f"And {len(readings) - _MOST} more.")
    return " ".join(sentences)


def _join_phrases(phrases: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(phrases[:-1]), phrases[-1])))
