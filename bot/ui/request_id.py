"""Add the request id, which is also in the log, to the end of a problem message."""

from bot.ui import limits
from bot.ui.elements import Message, code, context, message
from bot.ui.limits import Block


def with_request_id(told: Message, reference: str) -> Message:
    """Add the request id of the log to the end of a message's small print."""
    known_by = f"reference {code(reference)}"
    text = limits.shorten_markup(told.text, limits.TEXT - len(known_by) - 3)
    return message(f"{text} ({known_by})", _ending_in(told.blocks, known_by))


def _ending_in(blocks: list[Block], phrase: str) -> list[Block]:
    if not blocks or blocks[-1]["type"] != "context":
        return [*blocks, context(phrase)]
    said = limits.shorten_markup(blocks[-1]["elements"][0]["text"], limits.CONTEXT - len(phrase) - 3)
    return [*blocks[:-1], context(said, phrase)]
