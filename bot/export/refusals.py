"""Why an export is not begun or not cancelled, and what to do instead."""

from collections.abc import Sequence
from typing import Final

from bot.export.store import PER_PERSON
from bot.language.command import Command
from bot.slack.channels import Reason
from bot.ui.elements import Message, context, message, section
from bot.ui.limits import Block
from bot.ui.mrkdwn import channel, code, command, escape, person
from bot.ui.problems import run_button


def not_allowed_message(again: Command) -> Message:
    """Say that the bot may not send files, how that is changed, and that nothing was read."""
    words = (
        "This bot may not send files yet, so nothing was read. A manager of the Slack app can add "
        "the scope `files:write` under *OAuth &amp; Permissions* and install it again."
    )
    return message(words, [section(f"⚠️ {words}"), *_again(again)])


def not_begun_message(why: str, again: Command) -> Message:
    """Say that Slack does not let an export begin; `why` is its word."""
    words = f"Slack did not let this export begin ({escape(why)}). Nothing was read; try again in a minute."
    return message(words, [section(f"⚠️ {words}"), *_again(again)])


def too_many_message(again: Command) -> Message:
    """Refuse one more export of a person."""
    words = f"You have {PER_PERSON} exports under way. Wait for one of them, or cancel it, and begin again."
    return message(words, [section(f"⚠️ {words}"), *_again(again)])


def busy_message(most: int, again: Command) -> Message:
    """Refuse one more export of this bot."""
    words = f"This bot makes {most} exports at once, and has as many. Begin again in a few minutes."
    return message(words, [section(f"⚠️ {words}"), *_again(again)])


_UNAVAILABLE: Final[dict[Reason, tuple[str, str]]] = {
    "person": ("You are not in {}.", "Join it, and begin again."),
    "bot": ("This bot is not in {}.", "Invite it with `/invite @workflows`, and begin again."),
    "direct": (
        "This bot can't post in a direct message between others.",
        "Leave `to` out: it writes to you.",
    ),
    "archived": ("{} is archived.", "Choose another channel."),
}


def channel_unavailable_message(to: str, missing: Reason, again: Command) -> Message:
    """Say why a file can't go to a channel, and that nothing was read."""
    title, advice = _UNAVAILABLE[missing]
    words = f"{title.format(channel(to))} Nothing was read. {advice}"
    return message(words, [section(f"⛔ {words}"), *_again(again)])


def channel_refused_message(to: str, workflow: str) -> Message:
    """Refuse to show a channel a workflow that not all who read it may look at."""
    words = (
        f"An export of {code(workflow)} can't go to {channel(to)}: not everyone there may look at that. "
        "Leave `to` out, and you get it directly."
    )
    return message(words, [section(f"⛔ {words}")])


def not_yours_message(user: str, admins: Sequence[str]) -> Message:
    """Tell a person who may cancel an export."""
    others = f", or an admin of this bot ({', '.join(map(person, admins))})" if admins else ""
    words = f"Only {person(user)}, who asked for this export, can cancel it{others}."
    return message(words, [section(f"⛔ {words}")])


def ended_message() -> Message:
    """Tell that an export can't be cancelled any more."""
    words = "This export has ended, or its file is being sent."
    return message(words, [context(words)])


def _again(again: Command) -> list[Block]:
    return [section(f"Again: {command(again.whole())}", run_button("Try again", again))]
