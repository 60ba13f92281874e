"""What a person is told after doing something with a digest, or before it is done."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.digests.messages.phrases import command_of
from bot.digests.messages.plan import buttons, heading, what, when, zone_question
from bot.digests.messages.refusals import INVITE
from bot.digests.model import MOST_WORKFLOWS, Digest, DigestRun
from bot.language.tokens import COMMAND
from bot.ui.elements import Message, context, message, section, statement
from bot.ui.limits import Block
from bot.ui.mrkdwn import channel, command, escape, moment_after

_MOST_SAME: Final = 3
_TO_THE_SECOND: Final = "{date_short_pretty} at {time_secs}"

_STOPS: Final = {
    "is_archived": ("the channel is archived", "unarchive the channel"),
    "not_in_channel": ("this bot is not in the channel", INVITE),
    "channel_not_found": ("the channel is gone, or this bot is no longer in it", INVITE),
}
"""Slack's words for a channel that can't be posted in: what that means, and what to do."""


def asked_here_message() -> Message:
    """Say in a channel that a digest is to go there. Slack shows it only if the reader and the bot are there.

    It is true whatever comes of it.
    """
    return statement(
        "⏳",
        "Checking this channel for a digest.",
        "Slack shows this line only if you and this bot are in the channel. The result follows.",
    )


def asked_elsewhere_message(number: int) -> Message:
    """Say in a digest's channel that its creator asked for it in another one, or in a form."""
    return statement(
        "🔎",
        f"Checking your access to digest {number}.",
        "Slack shows this line only if you are in the digest's channel. Nobody else sees it.",
    )


def created_message(digest: Digest, same: Sequence[Digest] = ()) -> Message:
    """Tell that a digest is kept, and repeat what was understood.

    Args:
        digest: the new one.
        same: others of its channel that tell the same at the same times.
    """
    return _with_blocks(_done("✅", "is made", digest, *_same(digest, same)), _zone_question(digest))


def created_elsewhere_message(
    digest: Digest, unannounced: Mapping[str, str] | None = None, same: Sequence[Digest] = ()
) -> Message:
    """Return the same for somebody who asked for it in another channel than its own.

    Args:
        digest: the new one.
        unannounced: why it was not announced in a channel, in plain text, by Slack's id of the channel.
        same: as for `created_message`.
    """
    where = channel(digest.plan.channel)
    said = statement(
        "✅",
        f"Digest {digest.number} is made.",
        f"It goes to {where}: {when(digest)}.",
        *_same(digest, same),
        *_not_announced(unannounced or {}),
    )
    return _with_blocks(said, _zone_question(digest))


def changed_message(
    digest: Digest,
    moved_from: str = "",
    unannounced: Mapping[str, str] | None = None,
    same: Sequence[Digest] = (),
) -> Message:
    """Tell that a digest has another plan.

    Args:
        digest: the changed one.
        moved_from: the channel that it no longer goes to; empty where it did not move.
        unannounced: as for `created_elsewhere_message`.
        same: as for `created_message`.
    """
    moved = [f"It no longer goes to {channel(moved_from)}."] if moved_from else []
    advice = (*moved, *_same(digest, same), *_not_announced(unannounced or {}))
    return _done("✅", "is changed", digest, *advice)


def moved_away_message(digest: Digest) -> Message:
    """Tell in a digest's old channel that it goes to another one."""
    where = channel(digest.plan.channel)
    return statement("↪️", f"Digest {digest.number} no longer comes here.", f"It goes to {where} now.")


def paused_message(digest: Digest) -> Message:
    """Tell that a digest is paused until it is resumed."""
    again = f"To have it again: {command(command_of('resume', digest.number))}"
    return _done("⏸️", "is paused", digest, again, said=_schedule(digest))


def resumed_message(digest: Digest) -> Message:
    """Tell that a digest is active again."""
    return _done("▶️", "is active again", digest)


def deleted_message(digest: Digest) -> Message:
    """Tell that a digest is deleted, with a button that restores it."""
    back = f"To have it back: {command(command_of('restore', digest.number))}"
    return _done("🗑️", "is deleted", digest, back, said=_schedule(digest))


def restored_message(digest: Digest, same: Sequence[Digest] = ()) -> Message:
    """Tell that a digest is restored as it was; `same` as for `created_message`."""
    return _done("✅", "is restored", digest, *_same(digest, same))


def run_started_message(digest: Digest) -> Message:
    """Tell that a run is on its way."""
    lines = [f"It comes to {channel(digest.plan.channel)} in a moment."]
    if digest.state == "paused":
        lines.append(
            f"It stays paused. To have it go out again: {command(command_of('resume', digest.number))}"
        )
    return statement("⏳", f"Digest {digest.number} is being made.", *lines)


def run_waiting_message(digest: Digest, run: DigestRun) -> Message:
    """Tell that no run was added, as one that was asked for before is still to come."""
    why = f"It is late: {escape(run.detail)}." if run.detail else ""
    return statement(
        "⏳",
        f"Digest {digest.number} is being made already.",
        f"It was {moment_after('asked for', run.due_at, _TO_THE_SECOND)}, and comes once "
        f"to {channel(digest.plan.channel)}. No second one follows.",
        *filter(None, [why]),
    )


def run_too_soon_message(digest: Digest, run: DigestRun, again_at: datetime) -> Message:
    """Tell that a digest was asked for a moment ago, and when it can be asked for again."""
    return statement(
        "⏳",
        f"Digest {digest.number} was run a moment ago.",
        f"It was {moment_after('asked for', run.due_at, _TO_THE_SECOND)}. No second one is made so soon.",
        f"{moment_after('From', again_at, _TO_THE_SECOND)} on: {command(command_of('run', digest.number))}",
    )


def stop_in_words(why: str) -> str:
    """Say why a digest can't be posted any more, as plain text, given Slack's word for it."""
    return _STOPS[why][0] if why in _STOPS else f"Slack says {why}"


def paused_direct_message(digest: Digest, why: str) -> Message:
    """Tell the creator of a digest that it paused itself; `why` is Slack's word, or plain text."""
    number, where = digest.number, channel(digest.plan.channel)
    reason, remedy = _STOPS.get(why, (why, ""))
    if remedy == INVITE and digest.plan.channel.startswith("D"):  # nobody can be invited to a direct message
        remedy = ""
    again = f"To have it again there: {remedy}, then type {command(command_of('resume', number))}"
    return statement(
        "⏸️",
        f"Digest {number} has paused itself.",
        f"It could not be posted in {where}: {escape(reason)}.",
        *([again] if remedy else []),
        f"To change it, or where it goes: {command(command_of('edit', number))}",
    )


def with_question(said: Message, verb: str) -> Message:
    """Return a list of digests that asks which one a verb is meant for, as its number was not typed."""
    question = f"Which digest? Choose in its `⋯`, or type {command(f'{COMMAND} digest {verb} NUMBER')}"
    return message(f"{question} {said.text}", [section(question), *said.blocks])


def with_no_worker_warning(said: Message) -> Message:
    """Return the same, saying that no digest will come as things are."""
    warning = (
        "Digests have been waiting for more than a minute: no worker seems to run. The bot's operator has "
        "to start one: `workflows-bot serve --role worker`"
    )
    return message(f"{said.text} {warning}", [*said.blocks, context(f"⚠️ {warning}")])


def with_undelivered_warning(said: Message, fault: str | None) -> Message:
    """Return the same, saying that no worker could deliver a digest now.

    Args:
        said: the message.
        fault: what is wrong with the worker of this process; None if no process has one.
    """
    warning = (
        "No digest can be delivered now: no worker runs. The bot's operator has to start one: "
        "`workflows-bot serve --role worker`"
        if fault is None
        else f"No digest can be delivered now: {escape(fault)}. The bot's operator finds more in its log."
    )
    return message(f"{said.text} {warning}", [*said.blocks, context(f"⚠️ {warning}")])


def not_announced_text(reason: str) -> str:
    """Say why Slack did not show an announcement, as plain text: a `Missing`, or Slack's word."""
    reasons = {
        "person": "you are not in it",
        "bot": "this bot is not in it",
        "direct": "it is a direct message between two people",
        "archived": "it is archived",
    }
    return reasons.get(reason, f"Slack says {reason}")


def _not_announced(unannounced: Mapping[str, str]) -> list[str]:
    return [f"⚠️ Not announced in {channel(id_)}: {escape(why)}." for id_, why in unannounced.items()]


def _same(digest: Digest, others: Sequence[Digest]) -> list[str]:
    """Point out that a channel is told the same more than once."""
    if not others:
        return []
    names = ", ".join(f"digest {other.number}" for other in others[:_MOST_SAME])
    more = f" and {len(others) - _MOST_SAME} more" if len(others) > _MOST_SAME else ""
    paused = " (paused)" if all(other.state == "paused" for other in others) else ""
    said = f"{names[0].upper()}{names[1:]}{more}{paused}"
    verb = "tells" if len(others) == 1 else "tell"
    undo = command(command_of("delete", digest.number))
    return [f"⚠️ {said} {verb} the same there at the same times. To have it only once: {undo}"]


def _zone_question(digest: Digest) -> list[Block]:
    edit = command(command_of("edit", digest.number))
    taken = "⚠️ Slack did not tell your time zone: UTC is taken until it does, then your own."
    return zone_question(digest, f"{taken} To choose one now: {edit}")


def _with_blocks(said: Message, further: Sequence[Block]) -> Message:
    """Return a message with more blocks behind its first one, and their words in its text."""
    words = [block["text"]["text"] for block in further]
    return message(" ".join((said.text, *words)), [*said.blocks[:1], *further, *said.blocks[1:]])


def _schedule(digest: Digest) -> str:
    return escape(digest.plan.schedule.in_words())


def _done(emoji: str, outcome: str, digest: Digest, *advice: str, said: str = "") -> Message:
    """Tell what became of a digest that its reader may change; `said` replaces its schedule's line."""
    lines = (said or when(digest), what(digest.plan, MOST_WORKFLOWS), *advice)
    text = "\n".join((f"{emoji} {heading(digest)} *{outcome}.*", *lines))
    blocks = [section(text), *buttons(digest, may_change=True)]
    where = channel(digest.plan.channel)
    return message(f"Digest {digest.number} in {where} {outcome}. {' · '.join(lines)}", blocks)
