"""Read schedules, and write moments."""

from datetime import UTC, datetime

from bot.language.schedule import Schedule
from bot.language.schedule_words import read

HOME = "America/New_York"
"""The zone that is meant where none is said."""


def read_schedule(text: str) -> Schedule:
    return read(text, HOME)


def parse_utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def format_moments(moments: tuple[datetime, ...]) -> list[str]:
    assert all(moment.tzinfo is UTC for moment in moments)
    return [f"{moment:%m-%d %H:%M}" for moment in moments]
