"""The channels and people in a command: Slack says their ids where it recognised what was typed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.digests.model import Mention
from bot.language.errors import QueryError, nearest, typed
from bot.language.tokens import COMMAND, SlackMention, Token

CHANNEL: Final = "`here`, or a channel such as `#ops`"
SOMEBODY: Final = "`@` and the name of a person or a group, `@here` or `@channel`"

_COMPLETED: Final = "that Slack completes as you type"
_OR_FORM: Final = (
    f"or the form that `{COMMAND} digest` opens. If it exists, “Escape channels, users, and links” is off "
    "for this app's slash command (`should_escape: true` in its manifest)"
)
_EVERYBODY: Final = ("here", "channel")
_CHANNEL_ID: Final = re.compile(r"#([CGD][A-Z0-9]{7,})")
_SOMEBODY_ID: Final = re.compile(r"@([UWS][A-Z0-9]{7,})")


@dataclass(frozen=True, slots=True)
class Channel:
    """Where a digest goes.

    Attributes:
        id: Slack's.
        name: without its `#`; empty where Slack does not say.
    """

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Addressees:
    """Those that Slack recognised in a command.

    Attributes:
        mentioned: in their order.
        here: the id of the channel in which the command was typed.
    """

    mentioned: Sequence[SlackMention]
    here: str

    def channel(self, token: Token) -> Channel:
        """Return the channel that a word's value means.

        Raises:
            QueryError: it is none, or Slack does not say which.
        """
        found = next(iter(self._within(token)), None)
        if found and found.typed == token.value:
            if found.kind == "#":
                return Channel(found.id, found.name)
            raise token.wrong("is no channel", expected=CHANNEL)
        if token.value.lower() == "here":
            return Channel(self.here)
        if known := _CHANNEL_ID.fullmatch(token.value):
            return Channel(known[1])
        raise unknown_channel(token)

    def mentions(self, token: Token) -> tuple[Mention, ...]:
        """Return the mentions in a word's value, which are separated by commas.

        Raises:
            QueryError: one of them is nobody, or Slack does not say who.
        """
        mentions = []
        at = token.end - len(token.raw)
        for found in self._within(token):
            mentions += _unrecognised(token, at, found.start)
            mentions.append(_recognised(token, found))
            at = found.end
        mentions += _unrecognised(token, at, token.end)
        if not mentions:
            raise token.wrong("has no name", expected=SOMEBODY)
        return tuple(mentions)

    def _within(self, token: Token) -> Iterator[SlackMention]:
        return (found for found in self.mentioned if token.start <= found.start < found.end <= token.end)


def names_channel(token: Token) -> bool:
    """Return whether a word by itself is a channel, or was meant as one."""
    return token.text.startswith("#")


def names_somebody(token: Token) -> bool:
    """Return whether a word by itself is a person or group, or was meant as one."""
    return token.text.startswith("@")


def unknown_channel(token: Token, *, nearest: str | None = None) -> QueryError:
    """Return the error for a word in a channel's place that Slack did not recognise."""
    if not names_channel(token):
        return token.wrong(
            "is taken for a channel, and has no `#`",
            expected=f"`#` before a channel, as in `#ops`, {_COMPLETED}, or this command in that channel "
            f"without the word, or the form that `{COMMAND} digest` opens",
            nearest=nearest,
        )
    return token.wrong(
        "is taken for a channel, and Slack did not identify it",
        expected=f"a channel {_COMPLETED}, or this command in that channel without the word, {_OR_FORM}",
        nearest=nearest,
    )


def _unrecognised(token: Token, start: int, end: int) -> list[Mention]:
    """Return the mentions between two places of a command, without quotes around them all."""
    parts = (
        part.strip().strip("\"'“”‘’")
        for part in token.text[start - token.start : end - token.start].split(",")
    )
    return [_typed(token, part) for part in parts if part]


def _recognised(token: Token, found: SlackMention) -> Mention:
    if found.kind == "@":
        return Mention("person", found.id, found.name)
    if found.id.startswith("subteam^"):
        return Mention("group", found.id.removeprefix("subteam^"), found.name)
    return _typed(token, found.typed)


def _typed(token: Token, name: str) -> Mention:
    """Return the mention for a name that came without an id, or with one that is a word."""
    word = name.removeprefix("@").lower()
    if word in _EVERYBODY:
        return Mention("everybody", word, word)
    if known := _SOMEBODY_ID.fullmatch(name):
        return Mention("group" if known[1].startswith("S") else "person", known[1])
    if name.startswith("#"):
        raise token.wrong("is a channel, and channels are not called", expected=SOMEBODY)
    close = "channel" if word in ("everyone", "everybody", "all") else nearest(word, _EVERYBODY)
    right = token.text.replace(name, f"@{close}", 1) if close else None
    if word in ("everyone", "everybody", "all"):
        raise token.wrong("is nobody whom a bot may call", expected=SOMEBODY, nearest=right)
    raise token.wrong(
        f"mentions {typed(name)}, but Slack did not recognise the name",
        expected=f"{SOMEBODY}, {_COMPLETED}, {_OR_FORM}",
        nearest=right,
    )
