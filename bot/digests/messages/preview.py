"""A digest as it would look, in a window above its form."""

from collections.abc import Sequence
from typing import Final

from bot.ui import limits
from bot.ui.elements import Message, modal, plain_text, section, statement
from bot.ui.limits import Block

_TITLE: Final = "Preview"
_BACK: Final = "Back"


def preview_view(shown: Message) -> Block:
    """Build a modal of a message, with blocks that modals take and without buttons."""
    blocks = [
        {key: value for key, value in block.items() if key != "accessory"}
        for block in shown.blocks
        if block["type"] != "actions"
    ]
    return modal(_TITLE, blocks, close=_BACK)


def reading_view() -> Block:
    """Build the modal that is shown during the reading."""
    return modal(_TITLE, [section("⏳ Reading what Cloudflare has…")], close=_BACK)


def preview_failed_view(problems: Sequence[str]) -> Block:
    """Build the modal that lists the form's errors, which are plain texts."""
    said = [{"type": "section", "text": plain_text(text, limits.SECTION, emoji=False)} for text in problems]
    return modal(_TITLE, [section("⚠️ *The form is not complete yet.*"), *said], close=_BACK)


def preview_not_shown_message() -> Message:
    """Say that Slack did not show the modal, or not its content."""
    title = "The preview can't be shown just now."
    advice = "Nothing in the form is lost: go back to it and press Preview again."
    return statement("⚠️", title, advice)
