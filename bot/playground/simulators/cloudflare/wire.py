"""The moments and the JSON that all answers are made of."""

from datetime import UTC, datetime
from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]


def timestamp(moment: datetime) -> str:
    """Write a moment as production does: UTC, milliseconds, ``Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def timestamp_or_null(moment: datetime | None) -> str | None:
    """Write a moment that may not have come yet."""
    return None if moment is None else timestamp(moment)


def to_milliseconds(moment: datetime) -> datetime:
    """Drop what the API could not show, so that a filter on a shown time finds its row."""
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
