"""Times and JSON of the API."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]


@lru_cache(maxsize=8192)  # each page writes the times of its rows anew
def timestamp(moment: datetime) -> str:
    """Format a time as production does: UTC, milliseconds, ``Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def timestamp_or_null(moment: datetime | None) -> str | None:
    """Format an optional time."""
    return None if moment is None else timestamp(moment)


def to_milliseconds(moment: datetime) -> datetime:
    """Truncate a time to the API's precision, so that a filter with a shown time finds its row."""
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
