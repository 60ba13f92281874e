"""What people write in place of a condition: `longer than 1h`, `failed with card declined`, `from cron`.

Words are only taken where what they mean is certain, and an answer says how they were read. The name of a
workflow is none of them.
"""

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from bot.browse.command.comparisons import BEFORE_LENGTHS
from bot.browse.command.condition_options import (
    ERROR,
    ID,
    LONGER,
    SHORTER,
    STEP,
    TRIGGER,
    VERSION,
    known_trigger,
)
from bot.browse.command.word_rows import Phrases, WordRow, begins_with_time, longest_length
from bot.cloudflare.models import ENDED_STATUSES, Status
from bot.language.filler_words import is_filler
from bot.language.filters import status_of
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
_BEFORE_A_LENGTH: Final = Phrases(_LENGTHS)
_LONGER: Final = Phrases(phrase for phrase, key in _LENGTHS.items() if key == LONGER.key)
_TOO_LONG: Final = Phrases(("too long", "for too long", "forever", "for ever", "for ages", "so long"))
_TRIGGERED: Final = Phrases((
    "triggered by", "started by", "created by", "launched by", "triggered from", "from", "by", "via",
    "through", "trigger", "source",
))  # fmt: skip
_CRON: Final = ("cron", "crons", "scheduled")
_VERSIONS: Final = Phrases(("version", "deployment", "deploy", "build"))
_STEPS: Final = Phrases((STEP.key,))
_BEFORE_KEYS: Final = frozenset({"on", "in", "of", "with", "for", "from", "at", "during", "by", "the", "an"})
_IDS: Final = Phrases((
    "ids starting with", "id starting with", "ids beginning with", "id begins with", "id starts with",
    "starting with", "beginning with", "id prefix", "id",
))  # fmt: skip
_IN_STEP: Final = ("in", "at", "on", "during")
_BECAUSE: Final = Phrases((
    "with error", "because of", "because", "due to", "with", "from", "by", "saying", "on",
))  # fmt: skip
_WITH_ERROR: Final = Phrases((
    "error message contains", "error message", "error contains", "error containing", "error like",
    "error is", "error has", "error saying", "errors containing", "errors like", "caused by", "because of",
    "due to", "with error", "with errors", "with message", "saying",
))  # fmt: skip
_KINDS: Final = frozenset({"error", "errors", "exception", "exceptions", "failures"})
_NO_TEXT: Final = frozenset({
    "all", "any", "every", "everything", "everywhere", "new", "recent", "latest", "last", "first", "more",
    "other", "top", "list", "ls", "*",
})  # fmt: skip
"""Words before `errors` that say nothing of them."""
_ERROR_WORD: Final = re.compile(r"[A-Z]\w*(?:Error|Exception|Timeout)|E[A-Z]{4,}|[45]\d\d", re.ASCII)
_MOST_WORDS: Final = 5
_FIRST_WORDS: Final = frozenset().union(
    *(
        phrases.first_words
        for phrases in (_BEFORE_A_LENGTH, _TRIGGERED, _VERSIONS, _STEPS, _IDS, _WITH_ERROR)
    ),
    BEFORE_LENGTHS,
    _BEFORE_KEYS,
    _CRON,
    ("stuck", ERROR.key),
)
"""What conditions begin with, but for a status, and a kind of error or words before `errors`."""

Taken = tuple[dict[str, str], int]
"""The filters that some words mean, and how many of the words it is."""


def take_condition(row: Sequence[Token], workflows: Sequence[str], *, is_named: bool) -> Taken | None:
    """Return the conditions that a row of words begins with, and how many of the words it is; None for none.

    Args:
        row: words without keys; those in quotes may be a text, but nothing else.
        workflows: the names of the account's workflows, where they are known.
        is_named: a word before them says which workflow.
    """
    if not _may_begin_condition(row):
        return None
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


def _may_begin_condition(row: Sequence[Token]) -> bool:
    """Return whether a condition may begin with the first of some words; most words need no closer look."""
    first = "" if row[0].quoted else row[0].value
    is_first = first.lower() in _FIRST_WORDS or status_of(first) is not None
    return (
        is_first
        or _ERROR_WORD.fullmatch(first) is not None
        or any(token.value.lower() in _KINDS for token in row[1:_MOST_WORDS])
    )


class _Row(WordRow):
    """Words in a row, of which the first may begin a condition."""

    def length(self) -> Taken | None:
        """Read `longer than 1h`, `took more than 5 min`, `in under 10s`, `older than 2d`, `stuck for 2h`."""
        words = self.words
        before = len(list(takewhile(BEFORE_LENGTHS.__contains__, words)))
        for start in (before, 0):
            count, key = _BEFORE_A_LENGTH.longest(words[start:])
            if key and (more := longest_length(words[start + count :])):
                end = start + count + more
                return {_LENGTHS[key]: " ".join(words[start + count : end])}, end
        if words[0] == "stuck":
            return self._stuck()
        status = status_of(words[0])
        goes_on = bool(status) and status not in ENDED_STATUSES
        if goes_on and (count := _TOO_LONG.longest(words[1:])[0]):
            return {_STATUS: status or "", LONGER.key: _STUCK_FOR}, 1 + count
        if goes_on and words[1:2] == ["for"] and (more := longest_length(words[2:])):
            return {_STATUS: status or "", LONGER.key: " ".join(words[2 : 2 + more])}, 2 + more
        return None

    def _stuck(self) -> Taken:
        """Read `stuck`, and `stuck for over 2h`."""
        words = self.words
        start = 1 + (words[1:2] == ["for"])
        start += _LONGER.longest(words[start:])[0]
        more = longest_length(words[start:])
        length = " ".join(words[start : start + more]) if more else _STUCK_FOR
        return {_STATUS: _STUCK, LONGER.key: length}, start + more if more else 1

    def trigger(self) -> Taken | None:
        """Read `from cron`, `triggered by an event`, `scheduled`."""
        words = self.words
        count, _ = _TRIGGERED.longest(words)
        count += count > 0 and words[count : count + 1] in (["a"], ["an"], ["the"])
        said = words[count] if count < len(words) else ""
        trigger = known_trigger(said)
        if trigger is None or self.is_name(said) or (not count and said not in _CRON):
            return None
        return {TRIGGER.key: trigger}, count + 1

    def version(self) -> Taken | None:
        """Read `on version 4f2a`."""
        start = self.behind(_BEFORE_KEYS, _VERSIONS)
        word = self.words[start] if 0 < start < len(self.words) else ""
        is_id = re.fullmatch(r"(?=.*\d)[0-9a-f-]{2,36}|[a-f]{4,}", word)
        return ({VERSION.key: word}, start + 1) if is_id and not self.is_name(word) else None

    def id(self) -> Taken | None:
        """Read `starting with ord-59`."""
        start = self.behind(_BEFORE_KEYS, _IDS)
        if not 0 < start < len(self.tokens) or self.is_name(self.tokens[start].value):
            return None
        return {ID.key: self.tokens[start].value}, start + 1

    def step(self) -> Taken | None:
        """Read `in step charge-card`, and `failed in charge-card` where a workflow is named already."""
        words = self.words
        start = self.behind(_BEFORE_KEYS, _STEPS)
        if start and self.may_begin_text(start) and (found := self.text(start))[1]:
            return {_STATUS: _ERRORED, STEP.key: found[0]}, start + found[1]
        if status_of(words[0]) != _ERRORED or words[1:2] == [] or words[1] not in _IN_STEP:
            return None
        start = 2 + len(list(takewhile(("the", STEP.key).__contains__, words[2:])))
        if (
            start >= len(words)
            or words[start] in _NO_TEXT
            or begins_with_time(words[1:])
            or not self.may_begin_text(start)
        ):
            return None
        is_free = self.is_named if not self.workflows else self.is_named or not self.resolves(start)
        text, count = self.text(start)
        if not count or not is_free or self.is_name(text) or self.is_name(self.tokens[start].value):
            return None
        return {_STATUS: _ERRORED, STEP.key: text}, start + count

    def error(self) -> Taken | None:
        """Read `failed with card declined`, `with error timeout`, and `error timeout` behind a name."""
        start = self._error_start()
        if not start or not self.may_begin_text(start):
            return None
        text, count = self.text(start)
        if not count or self.is_name(text) or known_trigger(text):
            return None
        return {_STATUS: _ERRORED, ERROR.key: text}, start + count

    def _error_start(self) -> int:
        """Return where the text of an error begins, judging by the words before it; 0 without any."""
        words = self.words
        if status_of(words[0]) == _ERRORED and not begins_with_time(words[1:]):
            count, _ = _BECAUSE.longest(words[1:])
            if count:
                return 1 + count
        start, _ = _WITH_ERROR.longest(words)
        return start or (words[0] == ERROR.key and self.is_named)

    def errors(self) -> Taken | None:
        """Read `timeout errors`, `card declined errors`: words behind a name that are nothing else."""
        words = self.words
        if not (self.is_named or self.workflows) or _KINDS.isdisjoint(words[1:_MOST_WORDS]):
            return None
        for count in range(1, min(_MOST_WORDS, len(words))):
            place = count - 1
            is_other = (
                words[place] in _NO_TEXT or not self.may_begin_text(place) or is_filler(self.tokens[place])
            )
            if is_other or self.tokens[place].quoted or self.resolves(place):
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
        if word.quoted or not _ERROR_WORD.fullmatch(text) or self.is_name(text) or status_of(text):
            return None
        return {_STATUS: _ERRORED, ERROR.key: text}, 1
