"""Read the filters of a list, once it is known which workflows it is of."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Final

from bot.browse.command.condition_options import LONGER, SHORTER, check_lengths, conditions, with_errored
from bot.browse.command.options import (
    CREATED,
    CREATED_UNTIL,
    CURSOR,
    LIST_OPTIONS,
    NOT,
    PAGE,
    ROWS,
    SINCE,
    STATUS,
    UNTIL,
    View,
    default_rows,
    read_rows,
)
from bot.browse.command.pending_query import PendingQuery
from bot.browse.command.word_errors import without_word
from bot.browse.model import ListQuery
from bot.browse.selection import Conditions, Selection
from bot.cloudflare.models import ENDED_STATUSES, STATUSES, Cursor, PageNumber, Position
from bot.language import filters
from bot.language.command import Command
from bot.language.errors import QueryError, typed, without_span
from bot.language.options import Option
from bot.language.tokens import Token

_BY_CREATION: Final = {SINCE.key: CREATED.key, UNTIL.key: CREATED_UNTIL.key}


def read_query(workflows: tuple[str, ...], given: Sequence[Token], command: Command) -> PendingQuery:
    """Read the filters of a list.

    Args:
        workflows: names and patterns; none stands for all.
        given: the words with keys.
        command: whose words they are.

    Raises:
        QueryError: a filter can't be read, or can't stand beside another.
    """
    _refuse_negation(given)
    said = [word for word in given if LIST_OPTIONS.key_of(word.key or "") == STATUS.key]
    by_key = LIST_OPTIONS.by_key([word for word in given if word not in said], command.text)
    rows = by_key.pop(ROWS.key, None)  # how many there may be depends on the view
    values = LIST_OPTIONS.read(by_key, command)
    statuses = tuple(dict.fromkeys(status for word in said for status in STATUS.read(word, command)))
    view: View = values.get("view", "rows")
    number = default_rows(view) if rows is None else read_rows(rows, view)
    start = _start(by_key, values.pop("page", None), values.pop("cursor", None))
    direction = values.pop("direction", None)
    if direction is not None and not isinstance(start, Cursor):
        raise by_key["direction"].wrong(
            "needs `cursor:`",
            expected="`cursor:TOKEN` beside it, as the API takes a direction only together with a cursor",
            nearest=("",),
        )
    words = {key: values.pop(key, None) for key in (SINCE.key, UNTIL.key, CREATED.key, CREATED_UNTIL.key)}
    where = conditions(values)
    _check_lengths(where, by_key, given, command)
    selection = Selection(workflows, values.pop("account", None), with_errored(statuses, by_key), where=where)
    pending = PendingQuery(ListQuery(selection, number, start, direction, view), **words)
    if start is not None:
        _refuse_place(by_key, pending, command)
    return pending


def refuse_other_filters(
    words: Sequence[Token], taken: Collection[Option[Any]], command: Command, problem: str, expected: str
) -> None:
    """Refuse filters of a list that another verb does not take.

    Args:
        words: the words with keys, and others.
        taken: the filters that it takes.
        command: whose words they are.
        problem: to be read after such a filter.
        expected: what would have been right.

    Raises:
        QueryError: there are some. It proposes the command without all of them.
    """
    options = [(word, LIST_OPTIONS.find(word.key or "")) for word in words]
    others = [word for word, option in options if option is not None and option not in taken]
    if not others:
        return
    error = others[0].wrong(problem, expected=expected, nearest=("",))
    spans = {(word.start, word.end) for word in others}  # one phrase may be several filters
    if len(spans) > 1:
        text = command.text
        for start, end in sorted(spans, reverse=True):
            text = without_span(text, start, end)
        error.choices, error.span = (text,), None
    raise error


def _refuse_negation(given: Sequence[Token]) -> None:
    """Refuse that a status is left out; what is left then can be asked for.

    Raises:
        QueryError: one is.
    """
    for word in given:
        if word.key == NOT:
            left_out = filters.status_of(word.value)
            others = ",".join(status for status in STATUSES if status != left_out)
            error = LIST_OPTIONS.unknown(word)
            error.expected = "the statuses that are wanted"
            error.choices = (f"status:{others}", "")
            raise error


def _refuse_place(by_key: dict[str, Token], pending: PendingQuery, command: Command) -> None:
    """Refuse a page or a cursor in a list that is not one of the API's.

    Raises:
        QueryError: it is none.
    """
    word = by_key.get(PAGE.key) or by_key[CURSOR.key]
    selection = pending.query.selection
    if selection.stream is None:
        raise word.wrong(
            f"is a place in one list of Cloudflare's API, and {_why_no_stream(selection)}",
            expected="one workflow, at most one status, and no filter that the API lacks",
            nearest=("",),
        )
    if (pending.since or pending.until) and not ENDED_STATUSES.isdisjoint(selection.statuses):
        times = [(by_key[key], by) for key, by in _BY_CREATION.items() if key in by_key]
        by_creation = _write_filters(command.text, [replace(time, key=key) for time, key in times])
        raise QueryError(
            word.text,
            f"is a place in Cloudflare's order, by creation, and {typed(times[0][0].text)} is about the end",
            expected="`created:` or `created_until:` in its place, or no page",
            nearest=(by_creation, without_word(word, command)),
        )


def _check_lengths(
    where: Conditions, by_key: dict[str, Token], given: Sequence[Token], command: Command
) -> None:
    """Refuse lengths that contradict each other, and propose them the other way round."""
    try:
        check_lengths(where, by_key)
    except QueryError as error:
        longer, shorter = by_key[LONGER.key], by_key[SHORTER.key]
        if where.longer != where.shorter:
            turned = {LONGER.key: shorter.raw, SHORTER.key: longer.raw}
            words = [
                replace(word, raw=turned.get(word.key or "", word.raw))
                for word in given
                if word.start in (longer.start, shorter.start)
            ]
            error.choices, error.span = (_write_filters(command.text, words),), None
        raise


def _write_filters(text: str, words: Sequence[Token]) -> str:
    """Return a text with filters where they stand, or where the phrase stands that is several of them."""
    by_span: dict[tuple[int, int], list[str]] = {}
    for word in words:
        by_span.setdefault((word.start, word.end), []).append(f"{word.key}:{word.raw}")
    for start, end in sorted(by_span, reverse=True):
        text = f"{text[:start]}{' '.join(by_span[start, end])}{text[end:]}"
    return text


def _why_no_stream(selection: Selection) -> str:
    if not selection.workflow:
        return "this list is of several workflows"
    if len(selection.statuses) > 1:
        return "this list is of several statuses"
    return "this list is searched row by row"


def _start(given: dict[str, Token], page: int | None, cursor: str | None) -> Position | None:
    """Return where the list starts: the API takes one of the two."""
    if page is not None and cursor is not None:
        other = typed(given["cursor"].text)
        raise given["page"].wrong(
            f"and {other} exclude each other", expected="either a page or a cursor", nearest=("",)
        )
    return Cursor(cursor) if cursor is not None else None if page is None else PageNumber(page)
