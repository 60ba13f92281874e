"""What a person is told after doing something with a digest, and why it was not done."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from bot.digests.command.addressees import Channel
from bot.digests.messages.phrases import command_of
from bot.digests.messages.plan import buttons, heading, what, when, zone_question
from bot.digests.model import MOST_WORKFLOWS, Digest, DigestRun
from bot.language.command import Command
from bot.language.tokens import COMMAND
from bot.ui.elements import (
    Message,
    channel,
    code,
    command,
    context,
    escape,
    message,
    moment_after,
    person,
    plain,
    section,
    statement,
)
from bot.ui.limits import Block
from bot.ui.problems import run_button

Missing = Literal["person", "bot", "direct", "archived"]
"""Who is not in a channel; that it is a direct message between others; or that nobody can be, any more."""

_MOST_ADMINS: Final = 10
_MOST_SAME: Final = 3
_TO_THE_SECOND: Final = "{date_short_pretty} at {time_secs}"
_INVITE: Final = "invite this bot with `/invite @workflows` in that channel"
_DOORS: Final[dict[Missing, tuple[str, str]]] = {
    "person": (
        "You are not in {}.",
        "A digest is made by somebody who is in its channel. Join it, then try again.",
    ),
    "bot": ("This bot is not in {}.", f"To have it there, {_INVITE}. Then try again."),
    "direct": (
        "This bot can't post in a direct message between two people.",
        "It can't be added to one, either. Choose a channel, or your own conversation with this bot.",
    ),
    "archived": ("{} is archived.", "Nobody can post there: choose another channel, or unarchive it."),
}

_STOPS: Final = {
    "is_archived": ("the channel is archived", "unarchive the channel"),
    "not_in_channel": ("this bot is not in the channel", _INVITE),
    "channel_not_found": ("the channel is gone, or this bot is no longer in it", _INVITE),
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


def changed_meanwhile_message(digest: Digest) -> Message:
    """Say that a form was not saved, as its digest is not what the form was opened with."""
    return statement(
        "⚠️",
        f"Digest {digest.number} was changed after this form was opened. Nothing of the form was saved.",
        f"To see it as it is now, and change that: {command(command_of('edit', digest.number))}",
    )


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
    """Tell that a run was asked for before, which is still to come, so that no other was added."""
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
    if remedy == _INVITE and digest.plan.channel.startswith("D"):  # nobody can be invited to a direct message
        remedy = ""
    again = f"To have it again there: {remedy}, then type {command(command_of('resume', number))}"
    return statement(
        "⏸️",
        f"Digest {number} has paused itself.",
        f"It could not be posted in {where}: {escape(reason)}.",
        *([again] if remedy else []),
        f"To change it, or where it goes: {command(command_of('edit', number))}",
    )


def not_yours_message(digest: Digest, admins: Sequence[str]) -> Message:
    """Refuse a change of a digest. Send this to one reader alone, as it names people."""
    lines = [
        f"Digest {digest.number} is not yours to change.",
        f"Only {_owners(digest, admins)} can do that.",
    ]
    if digest.state != "deleted":
        preview = command(command_of("preview", digest.number))
        lines.append(f"What anybody in its channel can do there: {preview}")
    return statement("⛔", *lines)


def no_such_digest_message(number: int) -> Message:
    """Say that no digest has this number."""
    return _with_list(statement("⚠️", f"There is no digest {number}."), "All there are")


def no_longer_there_message(number: int, admins: Sequence[str]) -> Message:
    """Refuse a digest to its creator, who has left its channel. Send this to one reader alone."""
    others = f", and so can admins of this bot ({_named(admins)})" if admins else ""
    return statement(
        "⛔",
        f"You are not in the channel of digest {number} any more.",
        f"Its creator can see and change it while they are in its channel{others}.",
    )


def not_shown_message(digest: Digest, admins: Sequence[str]) -> Message:
    """Refuse to show a digest outside its channel. Send this to one reader alone."""
    said = statement(
        "⛔",
        f"Digest {digest.number} belongs to another channel.",
        f"Ask for it in that channel; elsewhere it is shown to {_owners(digest, admins)} only.",
    )
    return _with_list(said, "Those of this channel")


def not_all_message(admins: Sequence[str]) -> Message:
    """Refuse the digests of all channels to a person who is no admin. Send this to one reader alone."""
    who = f": {_named(admins)}" if admins else ", and the setting `BOT_ADMINS` names none"
    said = statement(
        "⛔", "The digests of all channels are not yours to see.", f"Only admins of this bot see them{who}."
    )
    return _with_list(said, "Those of this channel and your own")


def _with_list(said: Message, which: str) -> Message:
    """Return a message that offers the list of digests."""
    listing = Command(f"{COMMAND} digest list")
    offer = section(f"{which}: {command(listing.whole())}", run_button("Run it", listing))
    return _with_blocks(said, [offer])


def with_question(said: Message, verb: str) -> Message:
    """Return a list of digests that asks which one a verb is meant for, as its number was not typed."""
    question = f"Which digest? Choose in its `⋯`, or type {command(f'{COMMAND} digest {verb} NUMBER')}"
    return message(f"{question} {said.text}", [section(question), *said.blocks])


def with_no_worker_warning(said: Message) -> Message:
    """Return the same, saying that no digest will come as things are."""
    warning = (
        "Digests have been waiting for more than a minute: no worker seems to run. Whoever runs this bot has "
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
        "No digest can be delivered now: no worker runs. Whoever runs this bot has to start one: "
        "`workflows-bot serve --role worker`"
        if fault is None
        else f"No digest can be delivered now: {escape(fault)}. Whoever runs this bot finds more in its log."
    )
    return message(f"{said.text} {warning}", [*said.blocks, context(f"⚠️ {warning}")])


def channel_unavailable_message(missing: Missing, to: Channel, again: str) -> Message:
    """Tell why a digest can't go to a channel.

    Args:
        missing: why.
        to: the channel; without a name where Slack did not give it.
        again: the command that asks for the same once more, in that channel where it has no name.
    """
    title, advice = _DOORS[missing]
    if missing in {"person", "bot"}:
        where = "" if to.name else " there"
        advice = f"{advice.removesuffix('.')}{where}: {command(again)}"
    return statement("⛔", title.format(channel(to.id)), advice)


def channel_unavailable_text(missing: Missing) -> str:
    """Return the same at a form's field, as plain text."""
    title, advice = _DOORS[missing]
    words = plain(f"{title.format('this channel')} {advice}".replace("`", ""))
    return words[0].upper() + words[1:]


def channel_unknown_message(reason: str) -> Message:
    """Say that Slack did not tell whether the bot may post there; `reason` is its word for why."""
    return statement(
        "⚠️",
        "Slack did not let this bot look into that channel.",
        f"It says: {code(reason)}. Nothing was changed; try again in a minute.",
    )


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


def _owners(digest: Digest, admins: Sequence[str]) -> str:
    """Name the people who may do everything with a digest."""
    creator = f"its creator {person(digest.creator)}"
    if not admins:
        return creator
    return f"{creator} or an admin of this bot ({_named(admins)})"


def _named(admins: Sequence[str]) -> str:
    left = len(admins) - _MOST_ADMINS
    return ", ".join(map(person, admins[:_MOST_ADMINS])) + (f" and {left} more" if left > 0 else "")


def _schedule(digest: Digest) -> str:
    return escape(digest.plan.schedule.in_words())


def _done(emoji: str, outcome: str, digest: Digest, *advice: str, said: str = "") -> Message:
    """Tell what became of a digest that its reader may change; `said` replaces its schedule's line."""
    lines = (said or when(digest), what(digest.plan, MOST_WORKFLOWS), *advice)
    text = "\n".join((f"{emoji} {heading(digest)} *{outcome}.*", *lines))
    blocks = [section(text), *buttons(digest, may_change=True)]
    where = channel(digest.plan.channel)
    return message(f"Digest {digest.number} in {where} {outcome}. {' · '.join(lines)}", blocks)
