"""The filters of a list as a form holds them: choices and texts in, a question out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from bot.browse.command.condition_options import CONDITION_OPTIONS, TRIGGER, check_lengths, with_errored
from bot.browse.command.options import View, default_rows, read_rows
from bot.browse.command.pending_query import PendingQuery
from bot.browse.model import ListQuery
from bot.browse.selection import NO_CONDITIONS, Conditions, Selection
from bot.cloudflare.models import Status
from bot.language import time_words, times
from bot.language.command import Command
from bot.language.errors import FormErrors, QueryError, collect_error
from bot.language.times import Clock, TimePoint
from bot.language.tokens import Token, split

TEXT_CONDITIONS: Final = tuple(
    option for option in CONDITION_OPTIONS if option.field.label and option is not TRIGGER
)
"""The conditions that are typed into the form. A trigger is chosen from a menu."""


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the fields.

    Attributes:
        statuses: chosen from a menu; none means any.
        since: as it was typed; empty means no bound.
        until: as it was typed; empty means no bound.
        rows: as it was typed; empty means the usual number of the view.
        account: chosen from a menu; None means the default account.
        view: chosen from a menu.
        workflows: chosen from a menu; none means every workflow.
        created: as it was typed; empty means no bound.
        created_until: as it was typed; empty means no bound.
        texts: what was typed for each of `TEXT_CONDITIONS` that was changed, by its key.
        where: the conditions that were not changed, or that the form does not show.
    """

    statuses: tuple[Status, ...] = ()
    since: str = ""
    until: str = ""
    rows: str = ""
    account: str | None = None
    view: View = "rows"
    workflows: tuple[str, ...] = ()
    created: str = ""
    created_until: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    where: Conditions = NO_CONDITIONS

    @classmethod
    def of(cls, query: ListQuery, clock: Clock) -> "Form":
        """Return the form of a list, from its first page."""

        def write(moment: TimePoint | None) -> str:
            return times.write(moment, clock) if moment else ""

        chosen = query.selection
        return cls(
            statuses=chosen.statuses,
            since=write(chosen.since),
            until=write(chosen.until),
            rows=str(query.rows),
            view=query.view,
            account=query.account,
            workflows=chosen.workflows,
            created=write(chosen.created_since),
            created_until=write(chosen.created_until),
            texts=condition_texts(chosen.where),
            where=chosen.where,
        )

    @property
    def needs_zone(self) -> bool:
        """Return whether a wall-clock time was typed."""
        texts = (self.since, self.until, self.created, self.created_until)
        return any(time_words.needs_zone(text) for text in texts if text.strip())

    def to_query(self, clock: Clock) -> ListQuery | FormErrors:
        """Return the query at a moment, in a zone; or all errors of the form."""
        wrong: dict[str, QueryError] = {}
        where = self._conditions(wrong)
        statuses = self.statuses
        for option in TEXT_CONDITIONS:
            if (value := getattr(where, option.key)) is not None:
                with collect_error(wrong, option.key):
                    statuses = with_errored(statuses, {option.key: _token(option.key, option.write(value))})
        with collect_error(wrong, "shorter"):
            check_lengths(where)
        selection = Selection(self.workflows, self.account, statuses, where=where)
        pending = PendingQuery(ListQuery(selection, view=self.view))
        with collect_error(wrong, "rows"):
            pending = replace(pending, query=replace(pending.query, rows=_number(self.rows, self.view)))
        with collect_error(wrong, "since"):
            pending = _check_times(replace(pending, since=_words("since", self.since)), clock)
        with collect_error(wrong, "until"):
            pending = _check_times(replace(pending, until=_words("until", self.until)), clock)
        with collect_error(wrong, "created"):
            pending = _check_times(replace(pending, created=_words("created", self.created)), clock)
        with collect_error(wrong, "created_until"):
            created_until = _words("created_until", self.created_until)
            pending = _check_times(replace(pending, created_until=created_until), clock)
        return FormErrors(wrong) if wrong else pending.resolve(clock)

    def _conditions(self, wrong: dict[str, QueryError]) -> Conditions:
        """Return the conditions as far as they can be read."""
        read: dict[str, Any] = {}
        for option in TEXT_CONDITIONS:
            if option.key not in self.texts:
                continue
            text = self.texts[option.key].strip()
            read[option.key] = None
            with collect_error(wrong, option.key):
                read[option.key] = option.read(_token(option.key, text), Command("")) if text else None
        return replace(self.where, **read)


def condition_texts(where: Conditions) -> dict[str, str]:
    """Return the text that stands in the field of each condition that is typed, by its key."""
    texts = {}
    for option in TEXT_CONDITIONS:
        value = getattr(where, option.key)
        texts[option.key] = value if isinstance(value, str) else "" if value is None else option.write(value)
    return texts


def _token(key: str, text: str) -> Token:
    return Token(text, start=0, key=key, value=text, raw=text)


def _check_times(pending: PendingQuery, clock: Clock) -> PendingQuery:
    """Return the query, once its times are known to be readable."""
    pending.resolve(clock)
    return pending


def _number(text: str, view: View) -> int:
    text = text.strip()
    try:
        return read_rows(_token("rows", text), view) if text else default_rows(view)
    except QueryError as error:
        error.choices = tuple(choice.removeprefix("rows:") for choice in error.choices[:1])
        raise


def _words(key: str, text: str) -> str | None:
    """Return a time's words without the quotes that a command needs; None if there are none."""
    text = text.strip()
    words = split(f"{key}:{text}") if text else ()
    return (words[0].value if len(words) == 1 else text) or None
