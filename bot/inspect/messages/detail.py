"""One instance, as a message and as a modal: status, error, failing step, steps, buttons."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from bot.browse.requests import ShowInstance
from bot.cloudflare.models import Instance, is_ended
from bot.inspect.messages.buttons import InstanceControls, instance_buttons, step_buttons
from bot.inspect.messages.facts import Facts, head_blocks, origin_blocks
from bot.inspect.messages.key_step import error_text, headline, key_step_blocks
from bot.inspect.messages.payloads import NO_PAYLOADS, PayloadBlocks
from bot.inspect.messages.steps import step_blocks
from bot.inspect.model import InstanceRef, InstanceView
from bot.ui import limits
from bot.ui.api_words import unread_fields_notice
from bot.ui.elements import Message, context, message, modal, section
from bot.ui.limits import Block
from bot.ui.mrkdwn import ago, code, code_block, command, escape, iso_after, moment
from bot.ui.statuses import appearance

TITLE: Final = "Instance"
_CLOSE: Final = "Close"
_SPOKEN_ERROR: Final = 500


@dataclass(frozen=True, slots=True)
class _Room:
    """How much of an instance is shown.

    Attributes:
        name: characters of a step's name.
        error: characters of an error.
        payloads: how what went in and came out is shown: `folded`, as `buttons`, or not at all.
        has_steps: whether the steps are shown.
    """

    name: int
    error: int
    payloads: Literal["folded", "buttons", ""] = "folded"
    has_steps: bool = True


_ROOMS: Final = (
    _Room(60, 1_500),
    _Room(30, 600),
    _Room(30, 600, "buttons"),
    _Room(30, 600, ""),
    _Room(30, 300, "", has_steps=False),
)
"""From all of it to the least: the first that fits into a message is shown."""


def instance_message(
    view: InstanceView, controls: InstanceControls, account: str, payloads: PayloadBlocks = NO_PAYLOADS
) -> Message:
    """Build an instance as a message.

    Args:
        view: the instance.
        controls: its buttons.
        account: the account's name, where there are several; empty where there is one.
        payloads: what went in and came out, which stands below the steps.
    """
    return message(_fallback_text(view), instance_blocks(view, controls, account, payloads))


def instance_modal(
    view: InstanceView, controls: InstanceControls, account: str, payloads: PayloadBlocks = NO_PAYLOADS
) -> Block:
    """Build an instance as a modal; see `instance_message`."""
    return modal(TITLE, [*instance_blocks(view, controls, account, payloads), _behind()], _CLOSE)


def loading_modal(subject: InstanceRef, row: Instance | None, now: datetime, account: str) -> Block:
    """Build the modal of an instance with what a row of a list knows of it, until the rest is there."""
    facts = Facts() if row is None else Facts.of_row(row)
    blocks = [*head_blocks(subject, facts, now, account), *origin_blocks(facts, now)]
    return modal(TITLE, [*blocks, context("⏳ Looking it up…"), _ending(subject)], _CLOSE)


def problem_modal(subject: InstanceRef, said: Message, refresh: str | None) -> Block:
    """Build the modal of an instance that can't be shown just now; its button tries again."""
    blocks = [*said.blocks, *instance_buttons(subject, InstanceControls(refresh=refresh)), _ending(subject)]
    return modal(TITLE, blocks, _CLOSE)


def not_opened_message(subject: InstanceRef) -> Message:
    """Say that Slack did not open the modal, and what to type instead."""
    again = command(_command_of(subject))
    words = f"Slack did not open the instance. Type {again} to see it here."
    return message(words, [section(words)])


def instance_blocks(
    view: InstanceView, controls: InstanceControls, account: str, payloads: PayloadBlocks
) -> list[Block]:
    """Build as much of an instance as fits into a message."""
    blocks: list[Block] = []
    for room in _ROOMS:
        blocks = _blocks(view, controls, account, payloads, room)
        if limits.fits(blocks):
            return blocks
    while not limits.fits(blocks):  # the buttons and the command carry names as long as a message
        blocks.pop()
    return blocks


def _blocks(
    view: InstanceView, controls: InstanceControls, account: str, payloads: PayloadBlocks, room: _Room
) -> list[Block]:
    subject = view.subject
    facts = Facts.of_view(view)
    blocks = head_blocks(subject, facts, view.now, account)
    blocks += [context(notice) for notice in _notices(view)]
    blocks += key_step_blocks(view, room.error)
    blocks += _rollback_blocks(view, room.error)
    blocks += origin_blocks(facts, view.now)
    blocks += step_blocks(view, room.name) if room.has_steps else []
    blocks += step_buttons(controls)
    if room.payloads:
        blocks += payloads.folded if room.payloads == "folded" else payloads.buttons
    elif payloads.buttons:
        blocks.append(context("Params and output are left out: they do not fit into this message."))
    if not room.has_steps:
        blocks.append(context("The steps are left out: they do not fit into this message."))
    return [*blocks, *instance_buttons(subject, controls), _ending(subject, view)]


def _notices(view: InstanceView) -> list[str]:
    """Return what is odd about the answer."""
    detail = view.detail
    found = []
    if "steps" in detail.unread_fields:
        found.append(
            "⚠️ The steps could not be read: Cloudflare's answer with them is too long, or malformed."
        )
    elif detail.is_partial:
        count = (
            f": it sent {view.summary.total:,} of {detail.step_count:,} steps" if detail.step_count else ""
        )
        found.append(f"⚠️ Cloudflare said that its answer is not complete{count}. Here is what it sent.")
    if detail.incomplete_steps:
        which = "1 step" if detail.incomplete_steps == 1 else f"{detail.incomplete_steps:,} steps"
        found.append(f"Cloudflare sent {which} that could not be read in full: what could be read is shown.")
    return [*found, *unread_fields_notice([name for name in detail.unread_fields if name != "steps"])]


def _rollback_blocks(view: InstanceView, longest_error: int) -> list[Block]:
    rollback = view.detail.rollback
    if rollback is None:
        return []
    said = error_text(rollback.error)
    if rollback.outcome == "complete":
        words = "↩️ *Rolled back*: its rollback steps are done."
    elif rollback.outcome == "failed":
        words = "🔴 *The rollback failed.*"
    else:
        words = f"↩️ *Rollback*: {code(rollback.outcome or 'no outcome yet', 60)}"
    return [section("\n".join((words, *([code_block(said, longest_error)] if said else []))))]


def _behind() -> Block:
    """Say where a list opens that is asked for in a modal."""
    return context("Lists open in the channel behind this window.")


def _ending(subject: InstanceRef, view: InstanceView | None = None) -> Block:
    """Build the last line: when it was looked at while it goes on, and what to type for the same."""
    is_going = view is not None and not is_ended(view.detail.status)
    seen = [f"as of {moment(view.now, '{time_secs}')}"] if view is not None and is_going else []
    return context(*seen, code(subject.instance), command(_command_of(subject)))


def _command_of(subject: InstanceRef) -> str:
    return ShowInstance(subject.workflow, subject.instance, subject.account).command()


def _fallback_text(view: InstanceView) -> str:
    """Return the instance as one text, for screen readers and notifications."""
    facts = Facts.of_view(view)
    word = appearance(facts.status).word.lower()
    sentences = [escape(f"{view.subject.workflow} {view.subject.instance}: {word}")]
    if facts.end is not None:
        sentences[0] += f", {ago(view.now - facts.end)}"
    error = (view.key_step.error if view.key_step else None) or view.detail.error
    said = limits.shorten(" ".join(error_text(error).split()), _SPOKEN_ERROR)
    sentences += [part for part in (headline(view, iso_after), escape(said)) if part]
    return ". ".join(sentences)
