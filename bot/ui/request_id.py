"""Add the request id, which is also in the log, to the end of a problem message."""

from bot.ui import limits
from bot.ui.elements import Message, context, message
from bot.ui.limits import Block
from bot.ui.mrkdwn import code


def with_request_id(shown: Message, request_id: str) -> Message:
    """Add the request id of the log to the end of a message's small print."""
    suffix = f"reference {code(request_id)}"
    text = limits.shorten_markup(shown.text, limits.TEXT - len(suffix) - 3)
    return message(f"{text} ({suffix})", _ending_in(shown.blocks, suffix))


def _ending_in(blocks: list[Block], phrase: str) -> list[Block]:
    if not blocks or blocks[-1]["type"] != "context":
        return [*blocks, context(phrase)]
    said = limits.shorten_markup(blocks[-1]["elements"][0]["text"], limits.CONTEXT - len(phrase) - 3)
    return [*blocks[:-1], context(said, phrase)]
