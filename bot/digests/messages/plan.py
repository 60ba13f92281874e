"""One digest's plan in words, and the buttons that go with it; lists, details and confirmations show them."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.digests.command.requests import (
    DIGEST_CODEC,
    DeleteDigest,
    EditDigest,
    OfDigest,
    PauseDigest,
    PreviewDigest,
    RestoreDigest,
    ResumeDigest,
    RunDigest,
    ShowDigest,
)
from bot.digests.messages.phrases import mention_names, named, newly, span_in_words
from bot.digests.model import ERRORED, Digest, DigestSpec
from bot.language.durations import DEFAULT_WINDOW
from bot.ui.elements import actions, button, section, with_confirm
from bot.ui.form_fields import menu_option
from bot.ui.limits import Block
from bot.ui.mrkdwn import channel, code, escape, moment_after

MENU: Final = "digest_more"
"""The action id of the menu of a digest; its choices carry what the buttons do."""
MOST_NAMES: Final = 5
"""Workflows that are named where there are many digests or little room."""


def heading(digest: Digest) -> str:
    """Format `Digest 7 in #ops`, in mrkdwn."""
    return f"*Digest {digest.number}* in {channel(digest.plan.channel)}"


def when(digest: Digest) -> str:
    """Format the schedule in words and its effect, in mrkdwn."""
    return f"{escape(digest.plan.schedule.in_words())} · {upcoming(digest)}"


def upcoming(digest: Digest) -> str:
    """Format the next time, or why there is none, in mrkdwn."""
    if digest.state == "deleted":
        return "🗑️ deleted"
    if digest.state == "paused" or digest.next_due is None:
        return "⏸️ paused" + (f": {escape(digest.pause_reason)}" if digest.pause_reason else "")
    return moment_after("next", digest.next_due)


def what(plan: DigestSpec, most: int) -> str:
    """Describe the unusual parts of a plan, naming at most so many workflows, in mrkdwn."""
    phrases = [_workflows(plan.workflows, most)]
    if plan.status != ERRORED:
        phrases.append(escape(newly(plan.status)))
    if plan.account:
        phrases.append(f"account {code(plan.account)}")
    if plan.window != DEFAULT_WINDOW:
        phrases.append(f"the last {span_in_words(plan.window)}")
    if plan.quiet:
        phrases.append("only when something is new")
    if plan.mentions:
        phrases.append(f"mentions {mention_names(plan.mentions)}")
    if plan.daily_thread:
        phrases.append("one thread a day")
    if plan.zone_assumed:
        phrases.append("UTC until Slack tells its creator's time zone")
    return " · ".join(phrases)


def buttons(digest: Digest, *, may_change: bool) -> list[Block]:
    """Build the buttons of a card; people who may not change a digest can only preview and run it.

    A button that changes the digest updates the card.
    """
    number = digest.number
    if digest.state == "deleted":
        undo = RestoreDigest(number, in_place=True)
        return actions([_button("Undo", undo, "Undo: restore")] if may_change else [])
    row = [_button("Preview", PreviewDigest(number)), _button("Run now", RunDigest(number))]
    if may_change:
        if digest.state == "paused":
            row.append(_button("Resume", ResumeDigest(number, in_place=True)))
        else:
            row.append(_button("Pause", PauseDigest(number, in_place=True)))
        row += [_button("Edit…", EditDigest(number, in_place=True)), _delete(digest)]
    return actions(row)


def zone_question(digest: Digest, words: str) -> list[Block]:
    """Build a line with a button that asks for a digest's time zone, if UTC stands in for it.

    Args:
        digest: the digest.
        words: what is said beside the button, in mrkdwn.
    """
    if not digest.plan.zone_assumed or digest.state == "deleted":
        return []
    label, request = "Choose time zone…", EditDigest(digest.number)
    spoken = f"Choose the time zone of digest {digest.number}"
    return [section(words, button(label, request.kind, DIGEST_CODEC.encode(request), spoken))]


def menu(digest: Digest, *, may_change: bool) -> Block:
    """Build the `⋯` of a digest in a list: what can be done with it. The list stays as it is.

    Deleting asks for no confirmation: a menu can't confirm one of its choices, and the answer offers to undo
    it.
    """
    number = digest.number
    choices: dict[str, OfDigest] = {"Preview": PreviewDigest(number), "Run now": RunDigest(number)}
    if not may_change:
        return _overflow({"Show": ShowDigest(number), **choices})
    is_paused = digest.state == "paused"
    choices |= {"Resume": ResumeDigest(number)} if is_paused else {"Pause": PauseDigest(number)}
    return _overflow({**choices, "Edit…": EditDigest(number), "Delete": DeleteDigest(number)})


def _overflow(choices: Mapping[str, OfDigest]) -> Block:
    options = [menu_option(label, DIGEST_CODEC.encode(request)) for label, request in choices.items()]
    return {"type": "overflow", "action_id": MENU, "options": options}


def new_button(label: str) -> list[Block]:
    """Build a row with the button that opens the form of a new digest."""
    return actions([button(label, "digest_new", "new", label)])


def _button(label: str, request: OfDigest, spoken: str = "") -> Block:
    return button(
        label, request.kind, DIGEST_CODEC.encode(request), f"{spoken or label} digest {request.number}"
    )


def _delete(digest: Digest) -> Block:
    return with_confirm(
        _button("Delete…", DeleteDigest(digest.number, in_place=True)),
        f"Delete digest {digest.number}?",
        f"It goes out {digest.plan.schedule.in_words()}. It can be restored for a while.",
        "Delete",
    )


def _workflows(names: Sequence[str], most: int) -> str:
    if not names:
        return "all workflows"
    left = len(names) - most
    return ", ".join(map(named, names[:most])) + (f" and {left} more" if left > 0 else "")
