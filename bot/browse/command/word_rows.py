"""Words in a row: what they begin with, and how far a text in them goes before something else begins."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, compress, dropwhile, takewhile
from typing import Final

from bot.language import filters, name_matching, time_ranges, time_words
from bot.language.durations import parse_duration
from bot.language.mistyped_times import mistyped_time_word
from bot.language.tokens import Token

_ARTICLES: Final = frozenset({"a", "an", "the", "some", "status", "code"})
_ERRORS: Final = frozenset({"error", "errors", "exception", "exceptions", "please", "pls"})
_ENDS: Final = frozenset({
    "since", "until", "till", "between", "as", "latest", "newest", "table",
})  # fmt: skip
_COUNTS: Final = frozenset({"top", "last", "rows", "page", "limit"})
_JOINS: Final = frozenset({
    "in", "for", "of", "to", "by", "from", "on", "at", "with", "and", "or", "during", "within", "before",
    "after", "over",
})  # fmt: skip
_MOST_WORDS: Final = 5


class Phrases:
    """Phrases that words in a row may begin with.

    Args:
        phrases: in lower case, each of at most five words.

    Attributes:
        first_words: the first word of each.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = frozenset(phrases)
        self.first_words = frozenset(phrase.partition(" ")[0] for phrase in self._phrases)

    def longest(self, words: Sequence[str]) -> tuple[int, str]:
        """Return how many of the first words, in any case, are the longest phrase, and that phrase."""
        if not words or words[0].lower() not in self.first_words:  # as most words of a command
            return 0, ""
        ahead = list(accumulate(map(str.lower, words[:_MOST_WORDS]), "{} {}".format))
        counts = compress(range(1, len(ahead) + 1), map(self._phrases.__contains__, ahead))
        count = max(counts, default=0)
        return count, ahead[count - 1] if count else ""


@dataclass(frozen=True)
class WordRow:
    """Words without keys in a row."""

    tokens: Sequence[Token]
    workflows: Sequence[str]
    is_named: bool

    @cached_property
    def words(self) -> list[str]:
        """Return the words as they are compared; those in quotes are like none."""
        return ['"' if token.quoted else token.value.lower() for token in self.tokens]

    def may_begin_text(self, start: int) -> bool:
        """Return whether the text of an error, or a step's name, may begin at a word."""
        words = list(dropwhile(_ARTICLES.__contains__, self.words[start:]))
        if not words:
            return False
        is_other = words[0] in _ENDS or words[0] in _JOINS or filters.status_of(words[0]) is not None
        return not is_other and not begins_with_time(words) and not self._begins_with_slip(words)

    def _begins_with_slip(self, words: Sequence[str]) -> bool:
        """Return whether the first of some words is most likely mistyped in a time: `failed on mondya`."""
        found = mistyped_time_word(words[:_MOST_WORDS], self.is_name)
        return found is not None and found[0] == 0

    def text(self, start: int) -> tuple[str, int]:
        """Return the text that begins at a word, and how many words it is: up to what is something else."""
        tokens, words = self.tokens, self.words
        if start < len(tokens) and tokens[start].quoted:
            return tokens[start].value, 1
        end = start
        while end < len(tokens) and not tokens[end].quoted and not (end > start and self.ends_at(end)):
            if self.is_name(words[end]):
                break
            end += 1
        first, last = start, end
        while first < last and words[first] in _ARTICLES:
            first += 1
        while last > first + 1 and words[last - 1] in _ERRORS:
            last -= 1
        return " ".join(token.value for token in tokens[first:last]), end - start

    def ends_at(self, place: int) -> bool:
        """Return whether a text ends before a word, which begins something else."""
        words = self.words[place:]
        if words[0] in _ENDS or filters.known_status(words[0]) or begins_with_time(words):
            return True
        if words[0] in _COUNTS and "".join(words[1:2]).isdecimal():
            return True
        if words[0] not in _JOINS:
            return False
        behind = [word for word in words[1:] if word not in _ARTICLES]
        is_over = not self.workflows or not behind
        return is_over or self.is_name(behind[0]) or bool(filters.known_status(behind[0]))

    def behind(self, before: frozenset[str], keys: Phrases) -> int:
        """Return how many words end with one of some keys, also with small words before it; 0 for none."""
        words = self.words
        skipped = len(list(takewhile(before.__contains__, words)))
        for start in (skipped, 0):
            count, _ = keys.longest(words[start:])
            if count:
                return start + count
        return 0

    def is_name(self, text: str) -> bool:
        """Return whether a text is the whole name of a workflow, but for case and signs."""
        return name_matching.is_whole_name(text, self.workflows)

    def resolves(self, place: int) -> bool:
        """Return whether a word means a workflow, or several."""
        return bool(name_matching.resolve(self.tokens[place].value, self.workflows))


def longest_length(words: Sequence[str]) -> int:
    """Return how many of the first words are a length of time; 0 if they begin with none."""
    return _longest_length(tuple(words[:_MOST_WORDS]))


@lru_cache(maxsize=256)
def _longest_length(words: tuple[str, ...]) -> int:
    return next((count for count in range(len(words), 0, -1) if is_length(" ".join(words[:count]))), 0)


def is_length(text: str) -> bool:
    """Return whether a text is a length of time, even one that is longer than any calendar."""
    try:
        return parse_duration(text) is not None
    except OverflowError:
        return True


def begins_with_time(words: Sequence[str]) -> bool:
    """Return whether words begin with a time, or a stretch of it."""
    return time_words.longest_time(words) > 0 or time_ranges.take_range(words) is not None
