"""What the value of each filter may be."""

from collections.abc import Sequence
from typing import Final

from bot.cloudflare.models import DIRECTIONS, STATUSES, Cursor, PageNumber, Position, Status
from bot.query.errors import QueryError, nearest, one_of
from bot.query.tokens import Token

_STATUS_OF_FOLDED: Final = {status.casefold(): status for status in STATUSES}
_STATUS_LOOKALIKES: Final = {
    # what people call them elsewhere
    "failed": "errored", "failure": "errored", "failing": "errored", "error": "errored", "errors": "errored",
    "completed": "complete", "success": "complete", "succeeded": "complete", "done": "complete",
    "finished": "complete", "active": "running", "pending": "queued", "cancelled": "terminated",
    "canceled": "terminated", "stopped": "terminated", "sleeping": "waiting",
}  # fmt: skip
_MAX_PAGE: Final = 1_000_000


def known_status(word: str) -> Status | None:
    """The status that a word is, whatever its case."""
    return _STATUS_OF_FOLDED.get(word.casefold())


def nearest_status(word: str) -> str | None:
    """The status that a word most likely means: a slip of the keyboard, or another system's name for it."""
    return _STATUS_LOOKALIKES.get(word.casefold()) or nearest(word, STATUSES)


def read_status(token: Token) -> Status:
    """A status known today; in quotes any other, as Cloudflare may add one tomorrow.

    Raises:
        QueryError: unknown, or too like a known one to be another.
    """
    status = known_status(token.value)
    if status is not None:
        return status
    close = nearest_status(token.value)
    if token.quoted and token.value and not close:
        return Status(token.value)
    expected = one_of(STATUSES)
    if token.value and not close:
        expected += f'; a newer one goes in quotes, as in `status:"{token.value}"`'
    raise QueryError(
        token.text, "is no status I know", expected=expected, nearest=f"status:{close}" if close else None
    )


def read_number(token: Token, key: str, most: int | None = None) -> int:
    """A whole number from 1, to `most` where there is such a bound.

    Raises:
        QueryError: anything else.
    """
    digits = token.value if token.value.isascii() and token.value.isdigit() else ""
    if not digits or not 1 <= int(digits[:9]) <= (most or _MAX_PAGE):
        bound = f"to {most}" if most else "up"
        last = f"`{key}:{most}`" if most else "any further"
        raise QueryError(token.text, f"is not a whole number from 1 {bound}", expected=f"`{key}:1` to {last}")
    return int(digits)


def read_position(page: Token | None, cursor: Token | None) -> Position | None:
    """Where the list starts: the API takes one of the two.

    Raises:
        QueryError: both are given, or one has no usable value.
    """
    if page and cursor:
        raise QueryError(
            page.text, f"and {cursor.text} exclude each other", expected="either a page or a cursor"
        )
    if cursor:
        return Cursor(required(cursor, "a token that the API gave"))
    return PageNumber(read_number(page, "page")) if page else None


def read_direction(token: Token, position: Position | None) -> str:
    """A direction for a cursor.

    Raises:
        QueryError: it is none, or there is no cursor to turn round.
    """
    direction = token.value.lower()
    if direction not in DIRECTIONS:
        close = nearest(direction, DIRECTIONS)
        raise QueryError(
            token.text,
            "is no direction",
            expected="`direction:asc` or `direction:desc`",
            nearest=f"direction:{close}" if close else None,
        )
    if not isinstance(position, Cursor):
        raise QueryError(
            token.text,
            "turns a cursor round, and there is none",
            expected="`cursor:TOKEN` beside it, as the API takes a direction only together with a cursor",
        )
    return direction


def read_account(token: Token, accounts: Sequence[str]) -> str:
    """An account by the name that settings give it, whatever its case.

    Raises:
        QueryError: no account has that name.
    """
    name = {name.casefold(): name for name in accounts}.get(token.value.casefold())
    if name is None:
        close = nearest(token.value, accounts)
        raise QueryError(
            token.text,
            "is no account I know",
            expected=one_of(accounts),
            nearest=f"account:{close}" if close else None,
        )
    return name


def required(token: Token, expected: str) -> str:
    """A value that must not be empty.

    Raises:
        QueryError: it is.
    """
    if not token.value.strip():
        raise QueryError(token.text, "has no value", expected=expected)
    return token.value
