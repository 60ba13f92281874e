"""What a text asks to look for: ids, beginnings of ids, and links to instances. Pure.

Anybody may have written the text: the work grows with its length and no faster.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final
from uuid import UUID

from bot.inspect.mentions import MOST_MENTIONS, Mention, find_mentions
from bot.language import name_matching
from bot.language.errors import QueryError
from bot.language.filler_words import without_fillers
from bot.language.tokens import Token, split

_MOST_WORDS: Final = 4
_MOST_WITH_FILLERS: Final = 6
"""Words that are looked at one by one: a longer text is a message that mentions ids."""
_LONGEST_ID: Final = 271
_DIGIT: Final = re.compile(r"\d")
_PART: Final = re.compile(r"([^*]+)\*+")
"""The beginning of an id, said to be one: `ord-59*`."""
_PART_OF_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{0,4}){0,3}(-[0-9a-f]{0,11})?", re.IGNORECASE)
_HASH: Final = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)
_ID_OF_CRON: Final = re.compile(r"\S+( \S+){4,6} ?-\d{10,16}|\S+( \S+){3,5} \S*-\d{10,16}")
"""A cron line and a time in milliseconds, as Cloudflare calls what a schedule starts: spaces and all."""
_SHORT: Final = 6
_SHORTEST_WITHIN: Final = 4
"""Characters. Less than that is in most ids."""


class Shape(Enum):
    """How much of an id a text is."""

    WHOLE = "whole"
    EITHER = "either"
    """It may be all of one, or the beginning."""
    LIKELY_PART = "likely part"
    PART = "part"
    """It is said to be the beginning."""


@dataclass(frozen=True, slots=True)
class Target:
    """Something to look for.

    Attributes:
        text: the id, or its beginning.
        shape: which of the two.
        named: where the text says that it is; None where it does not say.
        near: the workflow that the text names beside it, where it is likeliest to be.
    """

    text: str
    shape: Shape
    named: Mention | None = None
    near: str | None = None

    @property
    def may_be_within(self) -> bool:
        """Return whether an id may hold it further on: a part that is not said to be the beginning."""
        return self.shape in (Shape.EITHER, Shape.LIKELY_PART) and len(self.text) >= _SHORTEST_WITHIN


@dataclass(frozen=True, slots=True)
class Targets:
    """All that a text asks for, in its order, each once.

    Attributes:
        left_out: how many more there are.
    """

    shown: tuple[Target, ...]
    left_out: int = 0


def may_hold_id(text: str) -> bool:
    """Return whether anything in a text may be an id, which has a digit, or is said to begin an id."""
    return _DIGIT.search(text) is not None or any(_PART.fullmatch(word) for word in text.split())


def is_short(tokens: Sequence[Token]) -> bool:
    """Return whether words are few enough for each of them to be looked at."""
    return len(tokens) <= _MOST_WITH_FILLERS and len(without_fillers(tokens)) <= _MOST_WORDS


def read_targets(text: str, workflows: Mapping[str, str | None]) -> Targets:
    """Return what a text asks to look for; nothing, if all of it is the name of a workflow.

    Args:
        text: as it was typed or pasted.
        workflows: the account of each workflow that is known, as settings name it, by the workflow's name.
    """
    if words := _few_words(text):
        return _of_words(words, workflows)
    mentions = find_mentions(text, workflows)
    named = [mention for mention in mentions.shown if mention.instance is not None]
    if named:
        return Targets(tuple(map(_of_mention, named)), mentions.left_out)
    return Targets((Target(text.strip(), Shape.WHOLE),) if _ID_OF_CRON.fullmatch(text.strip()) else ())


def target_of_id(text: str) -> Target:
    """Return the target of what was typed where an id belongs."""
    return Target(text, _shape(text))


def spellings(text: str) -> tuple[str, ...]:
    """Return how an id may be written: hexadecimal digits come in capitals where a phone wrote them."""
    is_hex = is_uuid(text) or _HASH.fullmatch(text) is not None
    return tuple(dict.fromkeys((text, text.lower()))) if is_hex else (text,)


def is_uuid(text: str) -> bool:
    """Return whether a text is a whole UUID in its usual form."""
    try:
        return len(text) == 36 and str(UUID(text)) == text.lower()
    except ValueError:
        return False


def _few_words(text: str) -> list[Token]:
    """Return the words of a short text that say something; none of a longer one."""
    try:
        tokens = split(text)
    except QueryError:
        return []
    return [token for token in without_fillers(tokens) if token.value] if is_short(tokens) else []


def _of_words(words: list[Token], workflows: Mapping[str, str | None]) -> Targets:
    names = list(workflows)
    found = name_matching.find_name([word.value for word in words], names, lambda _: False)
    if found is not None and found.stop - found.start == len(words) and not _is_id(words[0].value, names):
        return Targets(())
    near = _near(words, names)
    targets: dict[str, Target] = {}
    left_out = 0
    for word in words:
        if word.value in workflows:
            continue
        for target in _of_word(word, near, workflows):
            targets.setdefault(target.text, target)
    if len(targets) > MOST_MENTIONS:
        left_out = len(targets) - MOST_MENTIONS
    return Targets(tuple(targets.values())[:MOST_MENTIONS], left_out)


def _is_id(text: str, names: list[str]) -> bool:
    """Return whether a text is an id though a name begins with it: no name is the text itself."""
    return (is_uuid(text) or _PART.fullmatch(text) is not None) and text not in names


def _near(words: list[Token], names: list[str]) -> str | None:
    """Return the workflow that is named beside an id."""
    for word in words:
        if not _DIGIT.search(word.value) or word.value in names:
            meant = name_matching.resolve(word.value, names)
            if len(meant) == 1:
                return meant[0]
    return None


def _of_word(word: Token, near: str | None, workflows: Mapping[str, str | None]) -> list[Target]:
    text = word.value if word.quoted else word.value.removeprefix("#")  # as in `#59603`
    if word.key is None and (part := _PART.fullmatch(text)):
        return [Target(part[1], Shape.PART, near=near)]
    if not _DIGIT.search(text):
        return []
    mentions = [each for each in find_mentions(word.text, workflows).shown if each.instance is not None]
    if any(mention.workflow is not None for mention in mentions):
        return [_of_mention(mention) for mention in mentions]
    if len(text) > _LONGEST_ID:
        return []
    return [Target(text, _shape(text), near=near)]


def _of_mention(mention: Mention) -> Target:
    text = mention.instance or ""
    if mention.workflow is not None:
        return Target(text, Shape.WHOLE, named=mention)
    near = mention.near.workflow if mention.near else None
    return Target(text, _shape(text), near=near)


def _shape(text: str) -> Shape:
    if is_uuid(text) or _HASH.fullmatch(text):
        return Shape.WHOLE
    if len(text) < _SHORT or _PART_OF_UUID.fullmatch(text):
        return Shape.LIKELY_PART
    return Shape.EITHER
