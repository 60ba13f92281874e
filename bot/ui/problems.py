"""Build the message about an error: its explanation, and buttons that lead on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.cloudflare.errors import RateLimited
from bot.language.errors import Editable, QueryError
from bot.ui.elements import Message, button, context, message, section
from bot.ui.explanations import explain, pause_of
from bot.ui.limits import VALUE, Block
from bot.ui.mrkdwn import command

RUN_COMMAND: Final = "command_run"
"""The action id of buttons that carry the text of a command."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A line below a problem with a button that opens a list.

    Attributes:
        text: what the list is, in mrkdwn.
        label: what stands on the button.
        value: the bookmark it carries.
        accessibility_label: what a screen reader reads.
    """

    text: str
    label: str
    value: str
    accessibility_label: str


def problem_message(
    error: Exception,
    *,
    again: Editable | None = None,
    suggestions: Sequence[Suggestion] = (),
    commands: Sequence[Editable] = (),
) -> Message:
    """Return what a person is told about an error.

    Args:
        error: of this bot's own kinds.
        again: the command that asks the same again, where that may help.
        suggestions: lists that lead on.
        commands: commands that may have been meant, beside those that the error proposes.
    """
    problem = explain(error)
    advice = list(problem.advice)
    proposals = (*(error.proposals if isinstance(error, QueryError) else ()), *commands)
    blocks = [section("\n".join((f"⚠️ *{problem.title}*", *advice)))]
    blocks += [section(command(text.whole()), run_button("Run it", text)) for text in proposals]
    advice += [f"Type {command(text.whole())}" for text in proposals]
    if again is not None:
        blocks.append(section(f"Again: {command(again.whole())}", run_button("Try again", again)))
        advice.append(f"To try again: {command(again.whole())}")
    blocks += [
        section(way.text, button(way.label, "list_open", way.value, way.accessibility_label))
        for way in suggestions
    ]
    if problem.details:
        blocks.append(context(*problem.details))
    return message(" ".join((problem.title, *advice, *(each.text for each in suggestions))), blocks)


def throttled_message(error: RateLimited) -> Message:
    """Tell that Cloudflare's pause is waited for in the person's place."""
    words = f"Too many requests to Cloudflare just now. The answer follows by itself in {pause_of(error)}."
    return message(words, [context(f"⏳ {words}")])


def run_button(label: str, text: Editable) -> Block | None:
    """Build a button that does what a command does, unless the command is too long for one."""
    sent = text.sent()
    if len(sent) > VALUE:
        return None
    return button(label, RUN_COMMAND, sent, f"{label}: {text.whole()}")
