"""The filters of a list as a form holds them: choices and texts in, a question out."""

from dataclasses import dataclass, replace

from bot.browse.model import ListQuery, PendingQuery
from bot.browse.options import View, default_rows, read_rows
from bot.cloudflare.models import Status
from bot.language import times
from bot.language.errors import FormErrors, QueryError, collect_error
from bot.language.times import Clock
from bot.language.tokens import Token, split


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the fields.

    Attributes:
        status: chosen from a menu; None means any.
        since: as it was typed; empty means no bound.
        until: as it was typed; empty means no bound.
        rows: as it was typed; empty means the usual number of the view.
        account: chosen from a menu; None means the default account.
        view: chosen from a menu.
    """

    status: Status | None = None
    since: str = ""
    until: str = ""
    rows: str = ""
    account: str | None = None
    view: View = "rows"

    @classmethod
    def of(cls, query: ListQuery, clock: Clock) -> "Form":
        """Return the form of a list, from its first page."""
        return cls(
            status=query.status,
            since=times.write(query.since, clock) if query.since else "",
            until=times.write(query.until, clock) if query.until else "",
            rows=str(query.rows),
            view=query.view,
            account=query.account,
        )

    @property
    def needs_zone(self) -> bool:
        """Return whether a wall-clock time was typed."""
        return any(times.needs_zone(text) for text in (self.since, self.until) if text.strip())

    def to_query(self, workflow: str, clock: Clock) -> ListQuery | FormErrors:
        """Return the query for a workflow at a moment, in a zone; or all errors of the form."""
        wrong: dict[str, QueryError] = {}
        pending = PendingQuery(ListQuery.of(workflow, self.account, self.status, view=self.view))
        with collect_error(wrong, "rows"):
            pending = replace(pending, query=replace(pending.query, rows=_number(self.rows, self.view)))
        with collect_error(wrong, "since"):
            pending = _check_times(replace(pending, since=_words("since", self.since)), clock)
        with collect_error(wrong, "until"):
            pending = _check_times(replace(pending, until=_words("until", self.until)), clock)
        return FormErrors(wrong) if wrong else pending.resolve(clock)


def _check_times(pending: PendingQuery, clock: Clock) -> PendingQuery:
    """Return the query, once its times are known to be readable."""
    pending.resolve(clock)
    return pending


def _number(text: str, view: View) -> int:
    text = text.strip()
    token = Token(text, start=0, key="rows", value=text, raw=text)
    try:
        return read_rows(token, view) if text else default_rows(view)
    except QueryError as error:
        error.choices = tuple(choice.removeprefix("rows:") for choice in error.choices[:1])
        raise


def _words(key: str, text: str) -> str | None:
    """Return a time's words without the quotes that a command needs; None if there are none."""
    text = text.strip()
    words = split(f"{key}:{text}") if text else ()
    return (words[0].value if len(words) == 1 else text) or None
