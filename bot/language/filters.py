"""What the value of each filter may be."""

import re
from collections.abc import Sequence
from typing import Final

from bot.cloudflare.models import DIRECTIONS, STATUSES, Status
from bot.language.errors import QueryError, nearest, one_of, typed
from bot.language.tokens import Token, in_quotes, quote

_STATUS_OF_FOLDED: Final = {status.casefold(): status for status in STATUSES}
_STATUS_SYNONYMS: Final = {
    # what people call them elsewhere
    "failed": "errored", "failure": "errored", "failures": "errored", "failing": "errored", "fail": "errored",
    "fails": "errored", "error": "errored", "errors": "errored", "errorred": "errored", "broken": "errored",
    "crashed": "errored", "timed out": "errored", "broke": "errored", "break": "errored",
    "breaks": "errored", "breaking": "errored", "crash": "errored", "crashes": "errored",
    "crashing": "errored", "down": "errored",
    "fehler": "errored", "kaputt": "errored", "erreurs": "errored", "errores": "errored", "fallos": "errored",
    "completed": "complete", "success": "complete", "succeeded": "complete", "done": "complete",
    "successful": "complete", "finished": "complete", "ok": "complete", "active": "running",
    "in progress": "running", "in flight": "running", "pending": "queued", "in queue": "queued",
    "enqueued": "queued", "in the queue": "queued", "backlog": "queued",
    "cancelled": "terminated", "canceled": "terminated", "stopped": "terminated", "killed": "terminated",
    "sleeping": "waiting", "suspended": "paused", "on hold": "paused", "waiting for pause": "waitingForPause",
    "pausing": "waitingForPause", "rolling back": "rollingBack",
}  # fmt: skip
_STATUS_OF_WORD: Final = {
    **{word: Status(status) for word, status in _STATUS_SYNONYMS.items()},
    **_STATUS_OF_FOLDED,
}
_ANY_STATUS: Final = ("all", "any", "*")
_BETWEEN_STATUSES: Final = re.compile(r"[,;|/+&]")
_SIMILAR: Final = 0.7
_SIMILAR_SYNONYM: Final = 0.85
"""How alike a word and another system's name are: many plain words are like one of these."""
_LONG_SYNONYMS: Final = tuple(word for word in _STATUS_SYNONYMS if len(word) > 4)
"""Those that a slip leaves recognizable."""
_MAX_PAGE: Final = 1_000_000
_MOST_ACCOUNTS: Final = 5


def known_status(word: str) -> Status | None:
    """Return the status that a word is, whatever its case."""
    return _STATUS_OF_FOLDED.get(word.casefold())


def synonymous_status(word: str) -> Status | None:
    """Return the status that other systems call by a word."""
    meant = _STATUS_SYNONYMS.get(word.casefold())
    return None if meant is None else Status(meant)


def status_of(word: str) -> Status | None:
    """Return the status that a word is, whatever its case, or that other systems call so."""
    return _STATUS_OF_WORD.get(word.casefold())


def nearest_status(word: str) -> str | None:
    """Return the status that a word most likely means: a typo, or another system's name for it.

    What excludes a status or names several is no slip: a single one would be another question.
    """
    if not word.isalpha():
        return None
    close = nearest(word, STATUSES, cutoff=_SIMILAR)
    synonym = nearest(word, _LONG_SYNONYMS, cutoff=_SIMILAR_SYNONYM)
    return close or (None if synonym is None else _STATUS_SYNONYMS[synonym])


def read_status(token: Token) -> Status:
    """Return a status known today; in quotes any other, as Cloudflare may add one tomorrow.

    Raises:
        QueryError: it is neither.
    """
    status = known_status(token.value)
    if status is not None:
        return status
    if token.quoted and token.value:
        return Status(token.value)
    close = nearest_status(token.value)
    expected = one_of(STATUSES)
    if token.value and not token.value.isalpha():
        expected += "; Cloudflare leaves none out"
    elif token.value and not close:
        expected += f"; a newer one goes in quotes, as in {typed(f'status:{in_quotes(token.value)}')}"
    raise token.wrong(
        "is not a known status", expected=expected, nearest=f"status:{close}" if close else None
    )


def statuses_in(text: str) -> tuple[Status, ...]:
    """Return the statuses in one word, as `errored,paused` has two; none where a part of it is no status."""
    parts = [part for part in _BETWEEN_STATUSES.split(text) if part]
    found = [status_of(part) for part in parts]
    known = tuple(dict.fromkeys(status for status in found if status is not None))
    return known if len(parts) > 1 and all(found) else ()


def read_statuses(token: Token) -> tuple[Status, ...]:
    """Return the statuses in one word, as `errored,paused` has two, and none in `all`; in quotes it is one.

    Raises:
        QueryError: one of them is none.
    """
    if not token.quoted and token.value.casefold() in _ANY_STATUS:
        return ()
    parts = [part for part in _BETWEEN_STATUSES.split(token.value) if part]
    if token.quoted or len(parts) < 2:
        return (read_status(token),)
    found = [status_of(part) for part in parts]
    wrong = next((part for part, status in zip(parts, found, strict=True) if status is None), None)
    if wrong is not None:
        meant = [status or nearest_status(part) for part, status in zip(parts, found, strict=True)]
        right = ",".join(dict.fromkeys(filter(None, meant)))
        raise QueryError(
            wrong,
            f"in {typed(token.text)} is not a known status",
            expected=one_of(STATUSES),
            nearest=f"status:{right}" if right else None,
            span=(token.start, token.end),
        )
    return statuses_in(token.value)


def read_number(token: Token, key: str, most: int = _MAX_PAGE) -> int:
    """Return a whole number from 1 to `most`.

    Raises:
        QueryError: anything else.
    """
    digits = token.value.lstrip("0") if token.value.isascii() and token.value.isdigit() else ""
    if not digits or len(digits) > len(str(most)) or int(digits) > most:
        raise token.wrong(
            f"is not a whole number from 1 to {most:,}",
            expected=f"`{key}:1` to `{key}:{most}`",
            nearest=f"{key}:{most}" if digits and most < _MAX_PAGE else None,
        )
    return int(digits)


def read_direction(token: Token) -> str:
    """Return a direction.

    Raises:
        QueryError: it is none.
    """
    direction = token.value.lower()
    if direction not in DIRECTIONS:
        close = nearest(direction, DIRECTIONS)
        raise token.wrong(
            "is no direction",
            expected="`direction:asc` or `direction:desc`",
            nearest=f"direction:{close}" if close else None,
        )
    return direction


def read_account(token: Token, accounts: Sequence[str]) -> str:
    """Return an account by the name that settings give it, whatever its case.

    Raises:
        QueryError: no account has that name.
    """
    name = {name.casefold(): name for name in accounts}.get(token.value.casefold())
    if name is None:
        close = nearest(token.value, accounts)
        meant = (close,) if close else tuple(accounts[:_MOST_ACCOUNTS])
        raise token.wrong(
            "is no account I know",
            expected=one_of(accounts),
            nearest=tuple(f"account:{quote(account)}" for account in meant),
        )
    return name


def required(token: Token, expected: str) -> str:
    """Return a value that must not be empty.

    Raises:
        QueryError: it is.
    """
    if not token.value.strip():
        raise token.wrong("has no value", expected=expected)
    return token.value
