"""The filters of a list as a form holds them: choices and texts in, a question out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from bot.cloudflare.models import Status
from bot.query import filters, when
from bot.query.errors import QueryError
from bot.query.grammar import Draft
from bot.query.model import DEFAULT_ROWS, MAX_ROWS, ListQuery
from bot.query.tokens import Token, split
from bot.query.when import Clock


@dataclass(frozen=True, slots=True)
class Mistakes:
    """What can't be understood of a form.

    Attributes:
        by_field: the error of each field, by its key in the language.
    """

    by_field: dict[str, QueryError]


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the fields.

    Attributes:
        status: chosen from a menu; None means any.
        since: as it was typed; empty means no bound.
        until: as it was typed; empty means no bound.
        rows: as it was typed; empty means the usual number.
        account: chosen from a menu; None means the default account.
    """

    status: Status | None = None
    since: str = ""
    until: str = ""
    rows: str = ""
    account: str | None = None

    @classmethod
    def of(cls, query: ListQuery, clock: Clock) -> "Form":
        """The form that asks for the same list, from its first page."""
        return cls(
            status=query.status,
            since=when.write(query.since, clock) if query.since else "",
            until=when.write(query.until, clock) if query.until else "",
            rows=str(query.rows),
            account=query.account,
        )

    @property
    def needs_zone(self) -> bool:
        """Whether a wall-clock time was typed."""
        return any(when.needs_zone(text) for text in (self.since, self.until) if text.strip())

    def asks(self, workflow: str, clock: Clock) -> ListQuery | Mistakes:
        """The question about a workflow at a moment, in a zone; or all that is wrong with it."""
        wrong: dict[str, QueryError] = {}
        draft = Draft(ListQuery(workflow, self.account, self.status))
        with noting(wrong, "rows"):
            draft = replace(draft, query=replace(draft.query, rows=_number(self.rows)))
        with noting(wrong, "since"):
            draft = _understood(replace(draft, since=_words("since", self.since)), clock)
        with noting(wrong, "until"):
            draft = _understood(replace(draft, until=_words("until", self.until)), clock)
        return Mistakes(wrong) if wrong else draft.at(clock)


@contextmanager
def noting(wrong: dict[str, QueryError], key: str) -> Iterator[None]:
    """Goes on after an error, so that a person is told of all of them at once."""
    try:
        yield
    except QueryError as error:
        wrong[key] = error


def _understood(draft: Draft, clock: Clock) -> Draft:
    """The same, once its times are known to be readable."""
    draft.at(clock)
    return draft


def _number(text: str) -> int:
    text = text.strip()
    token = Token(text, start=0, key="rows", value=text, raw=text)
    return filters.read_number(token, "rows", MAX_ROWS) if text else DEFAULT_ROWS


def _words(key: str, text: str) -> str | None:
    """A time's words, out of the quotes that they need in a command; None if there are none."""
    text = text.strip()
    words = split(f"{key}:{text}") if text else ()
    return (words[0].value if len(words) == 1 else text) or None
