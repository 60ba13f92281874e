"""The query parameters of list calls, validated as in production."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias, cast

from multidict import MultiMapping

from bot.playground.simulators.cloudflare.envelope import invalid
from bot.playground.simulators.cloudflare.model import STATUSES
from bot.playground.simulators.cloudflare.wire import JsonObject, timestamp_or_null

Direction: TypeAlias = Literal["asc", "desc"]
Query: TypeAlias = MultiMapping[str]

DEFAULT_PER_PAGE: Final = 50
MAX_PER_PAGE: Final = 100
_UTC_TIMESTAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)
_WHOLE_NUMBER: Final = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class InstanceFilter:
    """The filter of a list call; the dates refer to creation."""

    status: str | None = None
    date_start: datetime | None = None
    date_end: datetime | None = None

    def to_json(self) -> JsonObject:
        """Return the filter as a cursor stores it."""
        return {
            "status": self.status,
            "date_start": timestamp_or_null(self.date_start),
            "date_end": timestamp_or_null(self.date_end),
        }


@dataclass(frozen=True, slots=True)
class ListRequest:
    """A valid list request; without cursor and page, it starts a cursor listing."""

    filter: InstanceFilter
    per_page: int
    cursor: str | None
    page: int | None
    direction: Direction | None

    @classmethod
    def from_query(cls, query: Query) -> "ListRequest":
        """Parse the parameters.

        Raises:
            ApiError: A parameter is malformed, repeated, or conflicts with another.
        """
        cursor, page, direction = single(query, "cursor"), single(query, "page"), _direction(query)
        if cursor is not None and page is not None:
            raise invalid("cursor_and_page_are_exclusive")
        if direction is not None and cursor is None:
            raise invalid("direction_needs_a_cursor")
        chosen = InstanceFilter(_status(query), _moment(query, "date_start"), _moment(query, "date_end"))
        return cls(chosen, per_page(query), cursor, None if page is None else page_number(query), direction)


@dataclass(frozen=True, slots=True)
class StepRequest:
    """A valid request for one step; ``attempt`` counts from 1, and the last one is meant without it."""

    name: str
    kind: str
    attempt: int | None

    @classmethod
    def from_query(cls, query: Query) -> "StepRequest":
        """Parse the parameters.

        Raises:
            ApiError: A parameter is missing, malformed or repeated.
        """
        name, kind = single(query, "name"), single(query, "type")
        if not name:
            raise invalid("invalid_name")
        if kind not in ("step", "waitForEvent"):
            raise invalid("invalid_type")
        attempt = (
            None if single(query, "attempt") is None else _number(query, "attempt", default=1, most=10**6)
        )
        return cls(name, kind, attempt)


def single(query: Query, name: str) -> str | None:
    """Return a parameter that may occur once.

    Raises:
        ApiError: It occurs more than once.
    """
    values = query.getall(name, [])
    if len(values) > 1:
        raise invalid(f"invalid_{name}")
    return values[0] if values else None


def per_page(query: Query) -> int:
    """Return ``per_page``: 1 to 100, by default 50."""
    return _number(query, "per_page", default=DEFAULT_PER_PAGE, most=MAX_PER_PAGE)


def page_number(query: Query) -> int:
    """Return ``page``: 1 or more, by default 1."""
    return _number(query, "page", default=1, most=10**9)


def _number(query: Query, name: str, *, default: int, most: int) -> int:
    text = single(query, name)
    if text is None:
        return default
    if not _WHOLE_NUMBER.fullmatch(text) or not 1 <= int(text) <= most:
        raise invalid(f"invalid_{name}")
    return int(text)


def _direction(query: Query) -> Direction | None:
    text = single(query, "direction")
    if text not in (None, "asc", "desc"):
        raise invalid("invalid_direction")
    return cast("Direction | None", text)


def _status(query: Query) -> str | None:
    text = single(query, "status")
    if text is not None and text not in STATUSES:
        raise invalid("invalid_status")
    return text


def _moment(query: Query, name: str) -> datetime | None:
    text = single(query, name)
    if text is None:
        return None
    if not _UTC_TIMESTAMP.fullmatch(text):
        raise invalid(f"invalid_{name}")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as error:
        raise invalid(f"invalid_{name}") from error
