"""Words that people write out of politeness or grammar, and that add nothing to what they ask."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from bot.language.tokens import Token

_SMALL: Final = frozenset({
    "a", "an", "the", "my", "our", "your", "its", "it", "this", "that", "these", "those", "there",
    "here", "right", "still", "them", "they", "recent", "anywhere",
    "i", "we", "you", "me", "us",
    "please", "pls", "plz", "kindly", "hey", "just", "now", "also", "only", "any", "some", "currently",
    "can", "could", "would", "will", "should", "want", "need", "like", "wanna", "gimme", "give", "tell",
    "see", "look", "let", "lets", "show", "get", "display", "view", "describe", "inspect", "open",
    "check",
    "is", "are", "was", "were", "be", "been", "am", "do", "does", "did", "has", "have", "had",
    "isn't", "created", "aren't", "it's", "there's", "again", "root", "hell", "wtf", "omg", "offenders",
    "what", "whats", "what's", "which", "where", "when", "who", "who's", "whos", "how", "many", "much",
    "top", "most",
    "of", "for", "from", "in", "on", "at", "by", "to", "with", "and", "or", "as", "than",
    "npx", "pnpm", "wrangler",
    "instance", "instances", "run", "runs", "job", "jobs", "execution", "executions", "workflow",
    "workflows", "flow", "flows", "items", "ones",
    "grep", "count", "status", "statuses", "state",
})  # fmt: skip


def is_filler(word: Token) -> bool:
    """Return whether a bare word adds nothing; one without a letter or digit never does, but for a star."""
    if word.key is not None or word.quoted:
        return False
    return _adds_nothing(word.value.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))


def without_fillers(words: Sequence[Token]) -> list[Token]:
    """Return the words that say something."""
    return [word for word in words if not is_filler(word)]


@lru_cache(maxsize=256)  # each way to read a command asks for the same words
def _adds_nothing(text: str) -> bool:
    return (
        text in _SMALL or (text != "*" and not any(sign.isalnum() for sign in text)) or _is_emoji_name(text)
    )


def _is_emoji_name(text: str) -> bool:
    return len(text) > 2 and text[0] == text[-1] == ":"
