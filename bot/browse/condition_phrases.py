"""What people write in place of a condition: `longer than 1h`, `failed with card declined`, `from cron`.

Words are only taken where what they mean is certain, and an answer says how they were read. The name of a
workflow is none of them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile, takewhile
from typing import Final

from bot.browse.condition_options import ERROR, ID, LONGER, SHORTER, STEP, TRIGGER, VERSION, known_trigger
from bot.cloudflare.models import ENDED_STATUSES, Status
from bot.language import filters, name_matching, time_ranges, times
from bot.language.durations import parse_duration
from bot.language.filler_words import is_filler
from bot.language.readings import Reading
from bot.language.tokens import Token

_CREATED: Final = "created"
_CREATED_UNTIL: Final = "created_until"
_STATUS: Final = "status"
_ERRORED: Final = Status("errored")
_STUCK: Final = "queued,running,waiting"
"""The statuses of an instance that should go on."""
_STUCK_FOR: Final = "1h"
"""How long it has to be so if nobody says how long; the answer says it."""

_LENGTHS: Final = {
    **dict.fromkeys(
        (
            "longer than", "more than", "over", "at least", "slower than", "greater than", "above",
            "exceeding", "longer", "slower", "beyond",
        ),
        LONGER.key,
    ),
    **dict.fromkeys(
        ("shorter than", "less than", "under", "faster than", "quicker than", "below", "shorter", "faster"),
        SHORTER.key,
    ),
    **dict.fromkeys(("older than", "older"), _CREATED_UNTIL),
    **dict.fromkeys(("newer than", "younger than", "newer"), _CREATED),
}  # fmt: skip
_TOO_LONG: Final = ("too long", "for too long", "forever", "for ever", "for ages", "so long")
_BEFORE_LENGTHS: Final = frozenset({
    "for", "in", "took", "taking", "takes", "take", "lasted", "lasting", "ran", "run", "runs", "been",
    "duration", "going",
})  # fmt: skip
_TRIGGERED: Final = (
    "triggered by", "started by", "created by", "launched by", "triggered from", "from", "by", "via",
    "through", "trigger", "source",
)  # fmt: skip
_CRON: Final = ("cron", "crons", "scheduled")
_VERSIONS: Final = ("version", "deployment", "deploy", "build")
_BEFORE_KEYS: Final = frozenset({"on", "in", "of", "with", "for", "from", "at", "during", "by", "the", "an"})
_IDS: Final = (
    "ids starting with", "id starting with", "ids beginning with", "id begins with", "id starts with",
    "starting with", "beginning with", "id prefix", "id",
)  # fmt: skip
_IN_STEP: Final = ("in", "at", "on", "during")
_BECAUSE: Final = ("with error", "because of", "because", "due to", "with", "from", "by", "saying", "on")
_WITH_ERROR: Final = (
    "error message contains", "error message", "error contains", "error containing", "error like",
    "error is", "error has", "error saying", "errors containing", "errors like", "caused by", "because of",
    "due to", "with error", "with errors", "with message", "saying",
)  # fmt: skip
_ARTICLES: Final = frozenset({"a", "an", "the", "some", "status", "code"})
_ERRORS: Final = frozenset({"error", "errors", "exception", "exceptions", "please", "pls"})
_KINDS: Final = frozenset({"error", "errors", "exception", "exceptions", "failures"})
_NO_TEXT: Final = frozenset({
    "all", "any", "every", "everything", "everywhere", "new", "recent", "latest", "last", "first", "more",
    "other", "top", "list", "ls", "*",
})  # fmt: skip
"""Words before `errors` that say nothing of them."""
_ENDS: Final = frozenset({
    "since", "until", "till", "between", "as", "latest", "newest", "table",
})  # fmt: skip
_COUNTS: Final = frozenset({"top", "last", "rows", "page", "limit"})
_JOINS: Final = frozenset({
    "in", "for", "of", "to", "by", "from", "on", "at", "with", "and", "or", "during", "within", "before",
    "after", "over",
})  # fmt: skip
_ERROR_WORD: Final = re.compile(r"[A-Z]\w*(?:Error|Exception|Timeout)|E[A-Z]{4,}|[45]\d\d", re.ASCII)
_COMPARED: Final = re.compile(r"([<>])=?\s*$")
_DURATIONS: Final = ("took", "duration", "runtime", "ran")
_MOST_WORDS: Final = 5

Taken = tuple[dict[str, str], int]
"""The filters that some words mean, and how many of the words it is."""


def read_comparisons(words: Sequence[Token], text: str) -> tuple[list[Token], tuple[Reading, ...]]:
    """Replace `> 1h`, `<10s` and `took:>1h` by what they mean; return the words, and which were replaced.

    Args:
        words: those of a command.
        text: the command's, in which the signs stand; a word between the two of them is a placeholder.

    Raises:
        QueryError: a length of time has no sign, as in `took:1h`.
    """
    read: list[Token] = []
    readings: list[Reading] = []
    for word in words:
        start = _comparison(word, text)
        if start is None:
            read.append(word)
            continue
        signs = [sign for sign in text[start : word.end] if sign in "<>"]
        if not signs:
            raise word.wrong(
                "does not say whether that or longer, or shorter",
                expected="`longer:` or `shorter:`",
                nearest=(f"longer:{word.raw}", f"shorter:{word.raw}"),
            )
        key = LONGER.key if signs[0] == ">" else SHORTER.key
        if read and read[-1].key is None and read[-1].value.lower() in _BEFORE_LENGTHS:
            start = read.pop().start  # took > 10m
        read.append(replace(word, key=key))
        readings.append(Reading(text[start : word.end], f"{key}:{word.raw}"))
    return read, tuple(readings)


def _comparison(word: Token, text: str) -> int | None:
    """Return where a comparison with a length of time begins whose last word this is; None if it is none."""
    if word.key in _DURATIONS:
        return word.start
    is_placeholder = text[word.end : word.end + 1] == ">"
    if word.key is not None or word.quoted or is_placeholder or not _is_length(word.value):
        return None
    sign = _COMPARED.search(text, 0, word.start)
    return sign.start() if sign else None


def take_condition(row: Sequence[Token], workflows: Sequence[str], *, is_named: bool) -> Taken | None:
    """Return the conditions that a row of words begins with, and how many of the words it is; None for none.

    Args:
        row: words without keys; those in quotes may be a text, but nothing else.
        workflows: the names of the account's workflows, where they are known.
        is_named: a word before them says which workflow.
    """
    reader = _Row(row, workflows, is_named)
    takers = (
        reader.length,
        reader.trigger,
        reader.version,
        reader.id,
        reader.step,
        reader.error,
        reader.errors,
        reader.error_word,
    )
    return next((found for take in takers if (found := take()) is not None), None)


def take_text(row: Sequence[Token], workflows: Sequence[str]) -> tuple[str, int]:
    """Return the text that a row of words begins with, up to another filter, and how many of them it is."""
    return _Row(row, workflows, is_named=True).text(0)


@dataclass(frozen=True)
class _Row:
    """Words in a row, of which the first may begin a condition."""

    tokens: Sequence[Token]
    workflows: Sequence[str]
    is_named: bool

    @property
    def words(self) -> list[str]:
        """Return the words as they are compared; those in quotes are like none."""
        return ['"' if token.quoted else token.value.lower() for token in self.tokens]

    def length(self) -> Taken | None:
        """Read `longer than 1h`, `took more than 5 min`, `in under 10s`, `older than 2d`, `stuck for 2h`."""
        words = self.words
        before = len(list(takewhile(_BEFORE_LENGTHS.__contains__, words)))
        for start in (before, 0):
            count, key = _phrase(words[start:], _LENGTHS)
            if key and (more := longest_length(words[start + count :])):
                end = start + count + more
                return {_LENGTHS[key]: " ".join(words[start + count : end])}, end
        if words[0] == "stuck":
            return self._stuck()
        status = _status(words[0])
        goes_on = bool(status) and status not in ENDED_STATUSES
        if goes_on and (count := _phrase(words[1:], _TOO_LONG)[0]):
            return {_STATUS: status or "", LONGER.key: _STUCK_FOR}, 1 + count
        if goes_on and words[1:2] == ["for"] and (more := longest_length(words[2:])):
            return {_STATUS: status or "", LONGER.key: " ".join(words[2 : 2 + more])}, 2 + more
        return None

    def _stuck(self) -> Taken:
        """Read `stuck`, and `stuck for over 2h`."""
        words = self.words
        start = 1 + (words[1:2] == ["for"])
        start += _phrase(words[start:], [each for each, key in _LENGTHS.items() if key == LONGER.key])[0]
        more = longest_length(words[start:])
        length = " ".join(words[start : start + more]) if more else _STUCK_FOR
        return {_STATUS: _STUCK, LONGER.key: length}, start + more if more else 1

    def trigger(self) -> Taken | None:
        """Read `from cron`, `triggered by an event`, `scheduled`."""
        words = self.words
        count, _ = _phrase(words, _TRIGGERED)
        count += count > 0 and words[count : count + 1] in (["a"], ["an"], ["the"])
        said = words[count] if count < len(words) else ""
        trigger = known_trigger(said)
        if trigger is None or self._is_name(said) or (not count and said not in _CRON):
            return None
        return {TRIGGER.key: trigger}, count + 1

    def version(self) -> Taken | None:
        """Read `on version 4f2a`."""
        start = self._behind(_BEFORE_KEYS, _VERSIONS)
        word = self.words[start] if 0 < start < len(self.words) else ""
        is_id = re.fullmatch(r"(?=.*\d)[0-9a-f-]{2,36}|[a-f]{4,}", word)
        return ({VERSION.key: word}, start + 1) if is_id else None

    def id(self) -> Taken | None:
        """Read `starting with ord-59`."""
        start = self._behind(_BEFORE_KEYS, _IDS)
        if not 0 < start < len(self.tokens) or self._is_name(self.tokens[start].value):
            return None
        return {ID.key: self.tokens[start].value}, start + 1

    def step(self) -> Taken | None:
        """Read `in step charge-card`, and `failed in charge-card` where a workflow is named already."""
        words = self.words
        start = self._behind(_BEFORE_KEYS, ("step",))
        if start and self._may_begin_text(start) and (found := self.text(start))[1]:
            return {_STATUS: _ERRORED, STEP.key: found[0]}, start + found[1]
        if _status(words[0]) != _ERRORED or words[1:2] == [] or words[1] not in _IN_STEP:
            return None
        start = 2 + len(list(takewhile(("the", STEP.key).__contains__, words[2:])))
        if (
            start >= len(words)
            or words[start] in _NO_TEXT
            or _is_time(words[1:])
            or not self._may_begin_text(start)
        ):
            return None
        is_free = self.is_named if not self.workflows else self.is_named or not self._resolves(start)
        text, count = self.text(start)
        if not count or not is_free or self._is_name(text) or self._is_name(self.tokens[start].value):
            return None
        return {_STATUS: _ERRORED, STEP.key: text}, start + count

    def error(self) -> Taken | None:
        """Read `failed with card declined`, `with error timeout`, and `error timeout` behind a name."""
        start = self._error_start()
        if not start or not self._may_begin_text(start):
            return None
        text, count = self.text(start)
        if not count or self._is_name(text) or known_trigger(text):
            return None
        return {_STATUS: _ERRORED, ERROR.key: text}, start + count

    def _error_start(self) -> int:
        """Return where the text of an error begins, judging by the words before it; 0 without any."""
        words = self.words
        if _status(words[0]) == _ERRORED and not _is_time(words[1:]):
            count, _ = _phrase(words[1:], _BECAUSE)
            if count:
                return 1 + count
        start, _ = _phrase(words, _WITH_ERROR)
        return start or (words[0] == ERROR.key and self.is_named)

    def _may_begin_text(self, start: int) -> bool:
        """Return whether the text of an error, or a step's name, may begin at a word."""
        words = list(dropwhile(_ARTICLES.__contains__, self.words[start:]))
        if not words:
            return False
        is_other = words[0] in _ENDS or words[0] in _JOINS or _status(words[0]) is not None
        return not is_other and not _is_time(words)

    def errors(self) -> Taken | None:
        """Read `timeout errors`, `card declined errors`: words behind a name that are nothing else."""
        words = self.words
        if not (self.is_named or self.workflows):
            return None
        for count in range(1, min(_MOST_WORDS, len(words))):
            place = count - 1
            is_other = (
                words[place] in _NO_TEXT or not self._may_begin_text(place) or is_filler(self.tokens[place])
            )
            if is_other or self.tokens[place].quoted or self._resolves(place):
                return None
            if words[count] in _KINDS:
                return {
                    _STATUS: _ERRORED,
                    ERROR.key: " ".join(each.value for each in self.tokens[:count]),
                }, count + 1
        return None

    def error_word(self) -> Taken | None:
        """Read `TimeoutError`, `ECONNRESET`, `502`."""
        word = self.tokens[0]
        text = word.value
        if word.quoted or self._is_name(text) or _status(text) or not _ERROR_WORD.fullmatch(text):
            return None
        return {_STATUS: _ERRORED, ERROR.key: text}, 1

    def text(self, start: int) -> tuple[str, int]:
        """Return the text that begins at a word, and how many words it is: up to what is something else."""
        tokens, words = self.tokens, self.words
        if start < len(tokens) and tokens[start].quoted:
            return tokens[start].value, 1
        end = start
        while end < len(tokens) and not tokens[end].quoted and not (end > start and self._ends_at(end)):
            if self._is_name(words[end]):
                break
            end += 1
        first, last = start, end
        while first < last and words[first] in _ARTICLES:
            first += 1
        while last > first + 1 and words[last - 1] in _ERRORS:
            last -= 1
        return " ".join(token.value for token in tokens[first:last]), end - start

    def _ends_at(self, place: int) -> bool:
        words = self.words[place:]
        if words[0] in _ENDS or filters.known_status(words[0]) or _is_time(words):
            return True
        if words[0] in _COUNTS and "".join(words[1:2]).isdecimal():
            return True
        if words[0] not in _JOINS:
            return False
        behind = [word for word in words[1:] if word not in _ARTICLES]
        is_over = not self.workflows or not behind
        return is_over or self._is_name(behind[0]) or bool(filters.known_status(behind[0]))

    def _behind(self, before: frozenset[str], keys: Sequence[str]) -> int:
        """Return how many words end with one of some keys, also with small words before it; 0 for none."""
        words = self.words
        skipped = len(list(takewhile(before.__contains__, words)))
        for start in (skipped, 0):
            count, _ = _phrase(words[start:], keys)
            if count:
                return start + count
        return 0

    def _is_name(self, text: str) -> bool:
        """Return whether a text is the whole name of a workflow, but for case and signs."""
        return name_matching.is_whole_name(text, self.workflows)

    def _resolves(self, place: int) -> bool:
        return bool(name_matching.resolve(self.tokens[place].value, self.workflows))


def _phrase(words: Sequence[str], phrases: Sequence[str] | dict[str, str]) -> tuple[int, str]:
    """Return how many of the first words are one of some phrases, the longest, and that phrase."""
    for count in range(min(_MOST_WORDS, len(words)), 0, -1):
        text = " ".join(words[:count])
        if text in phrases:
            return count, text
    return 0, ""


def longest_length(words: Sequence[str]) -> int:
    """Return how many of the first words are a length of time; 0 if they begin with none."""
    counts = range(min(_MOST_WORDS, len(words)), 0, -1)
    return next((count for count in counts if _is_length(" ".join(words[:count]))), 0)


def _is_length(text: str) -> bool:
    try:
        return parse_duration(text) is not None
    except OverflowError:
        return True


def _is_time(words: Sequence[str]) -> bool:
    """Return whether words begin with a time, or a stretch of it."""
    return times.longest_time(words) > 0 or time_ranges.take_range(words) is not None


def _status(word: str) -> Status | None:
    return filters.known_status(word) or filters.synonymous_status(word)
