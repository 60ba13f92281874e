"""Why something was not done with a digest: it is not there, not theirs, or can't go to its channel."""

from collections.abc import Sequence
from typing import Final, Literal

from bot.digests.command.addressees import Channel
from bot.digests.messages.phrases import command_of
from bot.digests.model import Digest
from bot.language.command import Command
from bot.language.tokens import COMMAND
from bot.ui.elements import Message, message, section, statement
from bot.ui.mrkdwn import channel, code, command, person, plain
from bot.ui.problems import run_button

Missing = Literal["person", "bot", "direct", "archived"]
"""Who is not in a channel; that it is a direct message between others; or that nobody can be, any more."""

INVITE: Final = "invite this bot with `/invite @workflows` in that channel"

_MOST_ADMINS: Final = 10
_UNAVAILABLE: Final[dict[Missing, tuple[str, str]]] = {
    "person": (
        "You are not in {}.",
        "A digest is made by somebody who is in its channel. Join it, then try again.",
    ),
    "bot": ("This bot is not in {}.", f"To have it there, {INVITE}. Then try again."),
    "direct": (
        "This bot can't post in a direct message between two people.",
        "It can't be added to one, either. Choose a channel, or your own conversation with this bot.",
    ),
    "archived": ("{} is archived.", "Nobody can post there: choose another channel, or unarchive it."),
}


def changed_meanwhile_message(digest: Digest) -> Message:
    """Say that a form was not saved, as its digest is not what the form was opened with."""
    return statement(
        "⚠️",
        f"Digest {digest.number} was changed after this form was opened. Nothing of the form was saved.",
        f"To see it as it is now, and change that: {command(command_of('edit', digest.number))}",
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


def channel_unavailable_message(missing: Missing, to: Channel, again: str) -> Message:
    """Tell why a digest can't go to a channel.

    Args:
        missing: why.
        to: the channel; without a name where Slack did not give it.
        again: the command that asks for the same once more, in that channel where it has no name.
    """
    title, advice = _UNAVAILABLE[missing]
    if missing in {"person", "bot"}:
        where = "" if to.name else " there"
        advice = f"{advice.removesuffix('.')}{where}: {command(again)}"
    return statement("⛔", title.format(channel(to.id)), advice)


def channel_unavailable_text(missing: Missing) -> str:
    """Return the same at a form's field, as plain text."""
    title, advice = _UNAVAILABLE[missing]
    words = plain(f"{title.format('this channel')} {advice}".replace("`", ""))
    return words[0].upper() + words[1:]


def channel_unknown_message(reason: str) -> Message:
    """Say that Slack did not tell whether the bot may post there; `reason` is its word for why."""
    return statement(
        "⚠️",
        "Slack did not let this bot look into that channel.",
        f"It says: {code(reason)}. Nothing was changed; try again in a minute.",
    )


def _with_list(said: Message, which: str) -> Message:
    """Return a message that offers the list of digests."""
    listing = Command(f"{COMMAND} digest list")
    offer = f"{which}: {command(listing.whole())}"
    return message(f"{said.text} {offer}", [*said.blocks, section(offer, run_button("Run it", listing))])


def _owners(digest: Digest, admins: Sequence[str]) -> str:
    """Name the people who may do everything with a digest."""
    creator = f"its creator {person(digest.creator)}"
    if not admins:
        return creator
    return f"{creator} or an admin of this bot ({_named(admins)})"


def _named(admins: Sequence[str]) -> str:
    left = len(admins) - _MOST_ADMINS
    return ", ".join(map(person, admins[:_MOST_ADMINS])) + (f" and {left} more" if left > 0 else "")
