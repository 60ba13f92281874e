"""What people write in place of a filter: `failed`, `status: errored`, `last 2 hours`, `top 5`.

What is certain is taken for the filter that it means. Where other words stood, the answer says so.
"""

import re
from collections.abc import Container, Sequence
from dataclasses import replace
from itertools import pairwise, takewhile
from typing import Final

from bot.browse.command.condition_options import ERROR, LONGER, SHORTER, STEP
from bot.browse.command.condition_phrases import take_condition
from bot.browse.command.filter_words import TIMES, is_ended_status, is_key, split_key, split_statuses
from bot.browse.command.options import (
    CREATED,
    CREATED_UNTIL,
    LATER,
    LIST_OPTIONS,
    NOT,
    ROWS,
    SINCE,
    STATUS,
    UNTIL,
    VIEW,
)
from bot.browse.command.word_rows import Phrases, WordRow, longest_length
from bot.cloudflare.models import ENDED_STATUSES, STATUSES
from bot.language import filters, time_ranges, time_words
from bot.language.command import Reading
from bot.language.filler_words import is_filler
from bot.language.tokens import Token, quote

EVERYTHING: Final = frozenset({
    "*", "all", "everything", "every", "overview", "any", "anything", "everywhere", "list", "ls",
    "report", "health", "summary", "stats", "statistics", "dashboard", "counts",
})  # fmt: skip
"""Words in the place of a name that mean every workflow."""

_ENDED: Final = tuple(status for status in STATUSES if status in ENDED_STATUSES)
_UNFINISHED: Final = tuple(status for status in STATUSES if status not in ENDED_STATUSES)
_GOING_ON: Final = frozenset({"unfinished", "ongoing", "incomplete"})
_BEFORE_TIMES: Final = frozenset({"in", "over", "during", "within", "for", "from", "the", "of", "at"})
_BEFORE_DAYS: Final = frozenset({"on", "in", "at", "during", "within", "over", "the"})
_BEFORE_COUNTS: Final = ("top", "first", "last", "latest", "newest", "recent", "show")
_COUNTED: Final = ("row", "rows", "result", "results", "items", "entries", "instances", "runs", "lines")
_NEWEST: Final = Phrases(("most recent", "last one", "latest", "newest", "last"))
_AS_TABLE: Final = Phrases(("as a table", "in a table", "as table", "in table", "table view", "table"))
_USUAL_ORDER: Final = Phrases(("most recent first", "newest first", "latest first", "descending", "desc"))
_LONGEST_COUNT: Final = 3
"""Words of a count: `top 5 rows`."""
_LONGEST_STATUS: Final = 3
"""Words of a status: `in the queue`."""
_NEGATION: Final = re.compile(
    r"(?:!|-|~|status!=|status:!|non-?|(?:not|no|without|except|excluding|isn't)$)(\w*)", re.IGNORECASE
)


def read_phrases(
    words: Sequence[Token], workflows: Sequence[str] = ()
) -> tuple[list[Token], tuple[Reading, ...]]:
    """Replace phrases by the filters that they mean; return the words, and which were replaced.

    Args:
        words: those of a command.
        workflows: the names of the account's workflows, where they are known: none is a part of a text.
    """
    reader = _Reader(words, workflows)
    reader.read()
    return reader.found, tuple(reader.readings)


class _Reader:
    """Reads words from the left, each phrase into filters, and any other word as it stands."""

    def __init__(self, words: Sequence[Token], workflows: Sequence[str]) -> None:
        self._left = split_statuses(words, workflows)
        self._bare: dict[int, list[str]] = {}
        self._workflows = workflows
        self._is_named = False  # whether a word before says which workflow, most likely
        self.found: list[Token] = []
        self.readings: list[Reading] = []

    def read(self) -> None:
        readers = (
            self._read_created,
            self._read_ended,
            self._read_condition,
            self.read_time,
            self._read_key,
            self._read_count,
            self._read_order,
            self._read_view,
            self._read_status,
        )
        while self._left:
            if not any(read() for read in readers):
                word = self._left.pop(0)
                self._is_named = self._is_named or (word.key is None and not is_filler(word))
                self.found.append(word)

    def _read_key(self) -> bool:
        """Read `state:failed`, `status: errored`, `status :errored`, `limit=5`, `since 2 am`."""
        first = self._left[0]
        name, value = (first.key, first.value) if first.key else split_key(first)
        option = LIST_OPTIONS.find(name.lower().replace("-", "_")) if name else None
        if option is None:
            return self._read_future_filter(name) or self._read_negation()
        count, is_joined = 1, first.key is None
        if not value and not first.quoted:
            behind = self._bare_words(1)
            beside = next((place for place, word in enumerate(behind[:2]) if word.strip(":=")), None)
            if beside is None or not (
                first.key or behind[0][0] in ":=" or is_key(option.key, behind[beside:], self._workflows)
            ):
                return False
            value, count, is_joined = behind[beside].lstrip(":="), beside + 2, True
        more, read = (0, value) if first.quoted else self._read_value(option.key, value, count)
        reports = read.casefold() != value.casefold() and option.key not in (*TIMES, LONGER.key, SHORTER.key)
        reports = reports or not option.is_called(name.lower().replace("-", "_"))
        if is_joined or more or read != value:
            self._replace(count + more, {option.key: read}, reports=reports)
        else:
            self._left.pop(0)
            self.found.append(replace(first, key=option.key))
            if reports:
                self.readings.append(Reading(first.text, f"{option.key}:{first.raw}"))
        return True

    def _read_value(self, key: str, value: str, count: int) -> tuple[int, str]:
        """Return how many of the words behind a value belong to it, and what it is with them.

        Args:
            key: the option's.
            value: its first word, without quotes.
            count: how many words of the command it has taken so far.
        """
        if key == STATUS.key:
            several = filters.statuses_in(value)
            return 0, filters.synonymous_status(value) or (",".join(several) if several else value)
        if key in TIMES:
            behind = self._bare_words(count)
            words = max(time_words.longest_time([value, *behind]), 1)
            return words - 1, " ".join([value, *behind[: words - 1]])
        if key in (LONGER.key, SHORTER.key):
            behind = self._bare_words(count)
            words = max(longest_length([value, *behind]), 1)
            return words - 1, " ".join([value, *behind[: words - 1]])
        if key in (ERROR.key, STEP.key) and (self._workflows or self._is_named):
            row = [Token(value, 0, None, value, value), *self._row(count)]
            text, words = WordRow(row, self._workflows, is_named=True).text(0)
            return (words - 1, text) if words > 1 else (0, value)
        return 0, value

    def _read_future_filter(self, name: str) -> bool:
        """Read `output x` as a filter that does not exist yet."""
        words = self._bare_words(0)
        if name not in LATER or len(words) < 2 or self._left[0].key is not None:
            return False
        self._replace(2, {name: words[1]}, reports=False)
        return True

    def _read_condition(self) -> bool:
        """Read `longer than 1h`, `failed with card declined`, `from cron`."""
        row = self._row(0)
        found = take_condition(row, self._workflows, is_named=self._is_named) if row else None
        if found is not None:
            self._replace(found[1], found[0])
        return found is not None

    def _read_created(self) -> bool:
        """Read `created yesterday`, `created in the last 2h`."""
        first = self._left[0]
        if first.key is not None or first.quoted or first.value.lower() != CREATED.key:
            return False
        rest = _Reader(self._left[1:], self._workflows)
        if not rest.read_time() or not rest.found:
            return False
        count = len(self._left) - len(rest._left)
        by_creation = {SINCE.key: CREATED.key, UNTIL.key: CREATED_UNTIL.key}
        self._replace(count, {by_creation[word.key or ""]: word.value for word in rest.found})
        return True

    def _read_ended(self) -> bool:
        """Read `ended`, which asks for every ended status if none of them is said, and `unfinished`."""
        first = self._left[0]
        word = "" if first.key is not None or first.quoted else first.value.lower()
        statuses = _ENDED if word == "ended" else _UNFINISHED if word in _GOING_ON else ()
        if not statuses or first.value in self._workflows:
            return False
        others = [*self.found, *self._left[1:]]
        if word == "ended" and any(is_ended_status(each) for each in others):
            self._left.pop(0)
        else:
            self._replace(1, {STATUS.key: ",".join(statuses)})
        return True

    def _read_negation(self) -> bool:
        """Read `!complete`, `not complete`, `status!=complete` as a filter that is refused."""
        words = self._bare_words(0)
        found = _NEGATION.fullmatch(words[0]) if words else None
        if found is None:
            return False
        count = 1 if found[1] else 2
        status = found[1] or " ".join(words[1:2])
        if filters.status_of(status) is None:
            return False
        self._replace(count, {NOT: status}, reports=False)
        return True

    def read_time(self) -> bool:
        """Read `past hour`, `in the last 2 hours`, `today`, `2am to 4am`; a moment alone is the beginning."""
        words = self._bare_words(0)
        skipped, plain = _count_first(words, _BEFORE_TIMES), _count_first(words, _BEFORE_DAYS)
        for start in dict.fromkeys((plain, 0, skipped)):
            found = time_ranges.take_range(words[start:])
            if found is not None:
                stretch, count = found
                bounds = {SINCE.key: stretch.since, UNTIL.key: stretch.until}
                reports = words[0].lower() not in ("since", "until")
                self._replace(
                    start + count,
                    {key: text for key, text in bounds.items() if text},
                    reports=reports,
                )
                return True
        count = time_words.longest_time(words[skipped:])
        if words[skipped : skipped + count] == ["now"]:
            return False  # as in `what is broken now`: since now there is nothing
        if count:
            self._replace(skipped + count, {SINCE.key: " ".join(words[skipped : skipped + count])})
        return count > 0

    def _read_count(self) -> bool:
        """Read `top 5`, `last 5`, `5 rows`; `latest` alone is one."""
        words = [word.lower() for word in self._bare_words(0)[:_LONGEST_COUNT]]
        for start in (1, 0):
            if len(words) > start and (start == 0 or words[0] in _BEFORE_COUNTS) and words[start].isdecimal():
                is_counted = words[start + 1 : start + 2] and words[start + 1] in _COUNTED
                if start or is_counted:
                    self._replace(start + 1 + bool(is_counted), {ROWS.key: words[start]})
                    return True
        count, _ = _NEWEST.longest(words)
        if not count or words[count : count + 1] == ["first"]:
            return False
        self._replace(count, {ROWS.key: "1"})
        return True

    def _read_order(self) -> bool:
        """Read `newest first`, the order that every list has."""
        count, _ = _USUAL_ORDER.longest(self._bare_words(0))
        if count:
            self._replace(count, {}, reports=False)
        return count > 0

    def _read_view(self) -> bool:
        """Read `as a table`."""
        count, _ = _AS_TABLE.longest(self._bare_words(0))
        if count:
            self._replace(count, {VIEW.key: "table"})
        return count > 0

    def _read_status(self) -> bool:
        """Read `errored`, `failed`, `in progress`."""
        words = self._bare_words(0)
        for count in range(min(_LONGEST_STATUS, len(words)), 0, -1):
            text = " ".join(words[:count])
            if status := filters.status_of(text):
                self._replace(count, {STATUS.key: status}, reports=filters.known_status(text) is None)
                return True
        if words and (several := filters.statuses_in(words[0])):
            written = ",".join(several)
            self._replace(1, {STATUS.key: written}, reports=written != words[0].lower())
            return True
        return False

    def _row(self, start: int) -> list[Token]:
        """Return the words without keys in a row from a place on, also those in quotes."""
        return list(takewhile(lambda word: word.key is None, self._left[start:]))

    def _bare_words(self, start: int) -> list[str]:
        """Return the bare words in a row from a place on."""
        left = len(self._left) - start  # which tells the place, as all that is taken is the first of them
        if left not in self._bare:
            longer = self._bare.get(left + 1)  # the same row from a word before on
            row = takewhile(lambda word: word.key is None and not word.quoted, self._left[start:])
            self._bare[left] = longer[1:] if longer else [word.value for word in row]
        return self._bare[left]

    def _replace(self, count: int, written: dict[str, str], *, reports: bool = True) -> None:
        """Put filters in the place of the first words; the answer says so if it `reports` it."""
        taken, self._left = self._left[:count], self._left[count:]
        text = _text(taken)
        self.found += [
            Token(text, taken[0].start, key, value, _write_value(key, value))
            for key, value in written.items()
        ]
        if reports:
            text_read = " ".join(f"{key}:{_write_value(key, value)}" for key, value in written.items())
            self.readings.append(Reading(_text(taken, most_spaces=1), text_read))


def _count_first(words: Sequence[str], small: Container[str]) -> int:
    """Return how many of the first words are among some small ones."""
    return next((place for place, word in enumerate(words) if word.lower() not in small), len(words))


def _write_value(key: str, value: str) -> str:
    """Return a value as it stands in a command; several statuses in quotes would be one."""
    return value if key == STATUS.key and filters.statuses_in(value) else quote(value)


def _text(words: Sequence[Token], most_spaces: int | None = None) -> str:
    """Return words in a row as they stood in the command, a name between two of them left blank.

    Args:
        words: the words.
        most_spaces: how many stay between two words; None for all.
    """
    text = words[0].text
    for before, word in pairwise(words):
        text += (" " * (word.start - before.end))[:most_spaces] + word.text
    return text
