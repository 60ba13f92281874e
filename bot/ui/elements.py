"""Build the pieces of messages: texts, buttons, rows of them, whole messages and modals."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pydantic_core import to_json

from bot.ui import limits
from bot.ui.limits import Block
from bot.ui.mrkdwn import plain


@dataclass(frozen=True)  # without slots, which `as_ack` needs to be kept
class Message:
    """What Slack is sent.

    Attributes:
        text: the whole message for screen readers and notifications; it makes sense alone.
        blocks: the same for eyes.
    """

    text: str
    blocks: list[Block]

    @property
    def bare(self) -> "Message":
        """Return the text alone, for where Slack takes none of the blocks."""
        return Message(self.text, [])

    @cached_property
    def as_ack(self) -> str:
        """Return the JSON by which a command's ack shows the message to its sender only; it is built once."""
        ack = {"response_type": "ephemeral", "text": self.text, "blocks": self.blocks}
        return to_json(ack).decode()


@dataclass(frozen=True, slots=True)
class Controls:
    """The values of a message's buttons; a button that would lead nowhere has none.

    Attributes:
        previous: the screen before.
        next: the screen after.
        refresh: this screen anew.
        filter: the list's question, for a form to narrow it down.
        share: this screen, for everybody in the channel.
        further: the same list, searched further.
        why: what failed of the list, by cause.
        retry: this screen with what could not be read of it.
        incomplete: a button is missing that would lead somewhere, as its place could not be kept.
    """

    previous: str | None
    next: str | None
    refresh: str | None
    filter: str | None = None
    share: str | None = None
    further: str | None = None
    why: str | None = None
    retry: str | None = None
    incomplete: bool = False


SEARCH_FURTHER: Final = "Search further"
ACTION_NUMBER: Final = ":"
"""Stands in an action id before the number of a button, as Slack takes each id once in a block."""


def header(text: str) -> Block:
    """Build a title."""
    return {"type": "header", "text": plain_text(text, limits.HEADER, emoji=False)}


def section(markup: str, accessory: Block | None = None) -> Block:
    """Build a paragraph of mrkdwn, with a button beside it if one is given."""
    text = limits.shorten_markup(markup, limits.SECTION)
    block: Block = {"type": "section", "text": _mrkdwn(text)}
    if accessory is not None:
        block["accessory"] = accessory
    return block


def context(*phrases: str) -> Block:
    """Build a small line of mrkdwn."""
    text = limits.shorten_markup(" · ".join(phrases), limits.CONTEXT)
    return {"type": "context", "elements": [_mrkdwn(text)]}


def preformatted(text: str) -> Block:
    """Build a block of code from a foreign text, in which Slack reads no markup whatever it holds."""
    lines = text.replace("\r\n", "\n").expandtabs(4).split("\n")
    element = {"type": "text", "text": "\n".join(map(plain, lines)) or " "}
    return {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [element]}]}


def container(title: str, blocks: list[Block]) -> Block:
    """Build a fold that is closed at first, with at most ten blocks in it. Only messages take it, no modal.

    It is one of Slack's newer blocks: https://docs.slack.dev/reference/block-kit/blocks/container-block
    """
    return {
        "type": "container",
        "title": plain_text(title, limits.CONTAINER_TITLE),
        "is_collapsible": True,
        "default_collapsed": True,
        "child_blocks": blocks,
    }


def plain_text(text: str, most: int, *, emoji: bool = True) -> Block:
    """Build a text in which Slack reads no markup; `emoji` makes pictures of `:names:`."""
    return {"type": "plain_text", "text": limits.shorten(plain(text), most), "emoji": emoji}


def _mrkdwn(text: str) -> Block:
    """Build a verbatim mrkdwn text, so that Slack turns nothing in it into a link."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def button(label: str, action_id: str, value: str, accessibility_label: str) -> Block:
    """Build a button; `accessibility_label` is the text for screen readers.

    Raises:
        ValueError: the value does not fit, and cutting it would break it.
    """
    if len(value) > limits.VALUE:
        raise ValueError(f"a button's value has {len(value)} characters")
    return {
        "type": "button",
        "action_id": action_id,
        "text": plain_text(label, limits.BUTTON),
        "value": value,
        "accessibility_label": limits.shorten(plain(accessibility_label), limits.BUTTON),
    }


def with_number(pressed: Block, number: int) -> Block:
    """Build one of several buttons of a block that do the same."""
    return {**pressed, "action_id": f"{pressed['action_id']}{ACTION_NUMBER}{number}"}


def with_confirm(pressed: Block, title: str, text: str, label: str) -> Block:
    """Build a button that asks before it acts; `label` is the text of the confirming button."""
    confirm = {
        "title": plain_text(title, limits.CONFIRM_TITLE),
        "text": plain_text(text, limits.CONFIRM_TEXT),
        "confirm": plain_text(label, limits.CONFIRM_BUTTON),
        "deny": plain_text("Cancel", limits.CONFIRM_BUTTON),
        "style": "danger",
    }
    return {**pressed, "confirm": confirm}


def actions(buttons: list[Block]) -> list[Block]:
    """Build a row of buttons; without buttons return no block, as Slack takes no empty row."""
    return [{"type": "actions", "elements": buttons}] if buttons else []


def paging(controls: Controls, previous: str, next_: str) -> list[Block]:
    """Build the buttons below a list, without those that lead nowhere."""
    buttons = []
    if controls.previous is not None:
        buttons.append(button(f"◀ {previous}", "page_previous", controls.previous, f"{previous} rows"))
    if controls.next is not None:
        buttons.append(button(f"{next_} ▶", "page_next", controls.next, f"{next_} rows"))
    if controls.further is not None:
        buttons.append(button(f"{SEARCH_FURTHER} ▶", "list_further", controls.further, SEARCH_FURTHER))
    if controls.why is not None:
        buttons.append(button("Why?", "failures_show", controls.why, "Why these failed"))
    if controls.refresh is not None:
        buttons.append(button("⟳ Refresh", "page_refresh", controls.refresh, "Refresh this list"))
    if controls.filter is not None:
        buttons.append(button("Filter…", "filter_open", controls.filter, "Filter this list"))
    if controls.share is not None:
        buttons.append(share_button(controls.share, "list"))
    blocks = actions(buttons)
    if controls.incomplete:
        blocks.append(context("A button is missing: this bot's database does not answer. Try again later."))
    return blocks


def share_button(value: str, what: str) -> Block:
    """Build the button that shows everybody in the channel what one person sees: `what` in a word."""
    return button("Share", "share", value, f"Share this {what} in the channel")


def modal(title: str, blocks: list[Block], close: str) -> Block:
    """Build a modal."""
    return {
        "type": "modal",
        "title": plain_text(title, limits.TITLE),
        "close": plain_text(close, limits.TITLE),
        "blocks": blocks,
    }


def message(text: str, blocks: list[Block]) -> Message:
    """Build a message; `text` is mrkdwn already."""
    return Message(limits.shorten_markup(text, limits.TEXT), blocks)


def statement(emoji: str, title: str, *advice: str) -> Message:
    """Build a message of one sentence in bold and lines below it; all of them are mrkdwn already."""
    return message(" ".join((title, *advice)), [section("\n".join((f"{emoji} *{title}*", *advice)))])
