"""What the log knows a problem by, at the end of the message that tells of it."""

from bot.ui import limits
from bot.ui.elements import Message, code, context, message
from bot.ui.limits import Block


def with_request_id(told: Message, reference: str) -> Message:
    """Return the same with its small print ending in what the log knows it by, for whoever looks into it."""
    known_by = f"reference {code(reference)}"
    text = limits.shorten_markup(told.text, limits.TEXT - len(known_by) - 3)
    return message(f"{text} ({known_by})", _ending_in(told.blocks, known_by))


def _ending_in(blocks: list[Block], phrase: str) -> list[Block]:
    if not blocks or blocks[-1]["type"] != "context":
        return [*blocks, context(phrase)]
    said = limits.shorten_markup(blocks[-1]["elements"][0]["text"], limits.CONTEXT - len(phrase) - 3)
    return [*blocks[:-1], context(said, phrase)]
