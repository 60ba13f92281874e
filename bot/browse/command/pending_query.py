"""A list as it was typed, whose times wait for a clock and a zone."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from bot.browse.model import ListQuery
from bot.language import time_words, times
from bot.language.errors import QueryError, typed
from bot.language.times import Clock, TimePoint
from bot.language.tokens import quote


class TimesRefused(QueryError):
    """Times of a list that can't be read, or can't stand together.

    Attributes:
        meant: the list with each of the times that may be meant, as `choices` name them; where nothing is
            like the wrong one, the list without it.
    """

    def __init__(
        self,
        word: str,
        problem: str,
        *,
        expected: str,
        meant: Sequence["PendingQuery"],
        nearest: tuple[str, ...] = (),
    ) -> None:
        super().__init__(word, problem, expected=expected, nearest=nearest)
        self.meant = tuple(meant)


@dataclass(frozen=True, slots=True)
class PendingQuery:
    """A list whose times wait for a clock, and for a zone where one was needed.

    Attributes:
        query: complete but for its times.
        since: the words of `since:`.
        until: the words of `until:`.
        created: the words of `created:`.
        created_until: the words of `created_until:`.
    """

    query: ListQuery
    since: str | None = None
    until: str | None = None
    created: str | None = None
    created_until: str | None = None

    @property
    def words(self) -> dict[str, str]:
        """Return the words of each time that was given, by its key."""
        found = {
            "since": self.since,
            "until": self.until,
            "created": self.created,
            "created_until": self.created_until,
        }
        return {key: text for key, text in found.items() if text is not None}

    @property
    def has_times(self) -> bool:
        """Return whether it means another list a minute later."""
        return bool(self.words)

    @property
    def needs_zone(self) -> bool:
        """Return whether a wall-clock time was typed."""
        return any(map(time_words.needs_zone, self.words.values()))

    def in_account(self, account: str) -> "PendingQuery":
        """Return the same list of an account; one that names its account stays as it is."""
        chosen = self.query.selection
        if chosen.account is not None:
            return self
        return replace(self, query=replace(self.query, selection=replace(chosen, account=account)))

    def resolve(self, clock: Clock) -> ListQuery:
        """Return the query at a moment, in a zone.

        Raises:
            TimesRefused: a time can't be read, a list can't begin at it, no time lies between two, or two
                mean the same.
        """
        since, until = self._bounds("since", "until", clock)
        created_since, created_until = self._bounds("created", "created_until", clock)
        selection = replace(
            self.query.selection,
            since=since,
            until=until,
            created_since=created_since,
            created_until=created_until,
        )
        if not selection.by_end:
            self._refuse_same("since", "created", clock)
            self._refuse_same("until", "created_until", clock)
        return replace(self.query, selection=selection)

    def command(self, verb: str = "list", own_words: Collection[str] = ()) -> str:
        """Return the command for the same instances, the times as typed; arguments as `ListQuery.command`."""
        typed_times = (f"{key}:{quote(text)}" for key, text in self.words.items())
        return " ".join((self.query.command(verb, own_words), *typed_times))

    def _bounds(self, first: str, last: str, clock: Clock) -> tuple[TimePoint | None, TimePoint | None]:
        start = self._moment(first, clock)
        end = self._moment(last, clock, start)
        if start and end and start.at >= end.at:
            turned = {**self.words, first: self.words[last], last: self.words[first]}
            swapped = PendingQuery(self.query, **turned)
            is_meant = start.at > end.at and swapped.is_readable(clock)
            raise TimesRefused(
                f"{last}:{self.words[last]}",
                f"is not later than {typed(f'{first}:{self.words[first]}')}",
                expected=f"`{last}:` to be the later of the two",
                meant=[swapped if is_meant else _drop_unreadable_times(self._without(last), clock)],
            )
        return start, end

    def _refuse_same(self, key: str, other: str, clock: Clock) -> None:
        """Refuse two times of the same kind that both mean the creation, of which one says nothing."""
        if key not in self.words or other not in self.words:
            return
        second = typed(f"{other}:{self.words[other]}")
        raise TimesRefused(
            f"{key}:{self.words[key]}",
            f"and {second} both mean the creation, as no ended status is asked for",
            expected="one of the two",
            meant=[_drop_unreadable_times(self._without(key), clock)],
            nearest=("",),
        )

    def _moment(self, key: str, clock: Clock, after: TimePoint | None = None) -> TimePoint | None:
        text = self.words.get(key)
        if text is None:
            return None
        try:
            starts = key in ("since", "created")
            return _past(text, clock) if starts else times.read(text, clock, after.at if after else None)
        except QueryError as error:
            choices = {words: self._replace_time(text, words) for words in error.choices}
            meant = {words: query for words, query in choices.items() if query.is_readable(clock)}
            if not meant:
                meant = {"": _drop_unreadable_times(self._without(key), clock)}
            raise TimesRefused(
                f"{key}:{text}",
                error.problem,
                expected=error.expected,
                meant=tuple(meant.values()),
                nearest=tuple(meant),
            ) from error

    def _replace_time(self, text: str, words: str) -> "PendingQuery":
        """Return the query with other words for a time, also where another time holds the same words."""
        whole = re.compile(rf"(?<!\S){re.escape(text)}(?!\S)")
        others = {key: whole.sub(lambda _: words, time) for key, time in self.words.items()}
        return PendingQuery(self.query, **others)

    def _without(self, key: str) -> "PendingQuery":
        return PendingQuery(self.query, **{each: text for each, text in self.words.items() if each != key})

    def is_readable(self, clock: Clock) -> bool:
        """Return whether the query has times that can be read, at a moment and in a zone."""
        try:
            self.resolve(clock)
        except QueryError:
            return False
        return True


def _drop_unreadable_times(query: PendingQuery, clock: Clock) -> PendingQuery:
    """Return the query without the times that can't be read."""
    try:
        query.resolve(clock)
    except TimesRefused as error:
        return error.meant[0]
    return query


def _past(text: str, clock: Clock) -> TimePoint:
    point = times.read(text, clock)
    if point.at > clock.now:
        earlier = time_words.day_earlier(text)
        raise QueryError(text, "lies in the future", expected="a time that has passed", nearest=earlier)
    return point
