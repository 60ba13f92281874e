"""How these tests read commands: at one moment, in one zone."""

from datetime import UTC, datetime, tzinfo

from bot.browse.command import PendingQuery, parse
from bot.browse.model import HelpQuery, ListQuery, OverviewQuery
from bot.language.errors import QueryError
from bot.language.times import Clock
from bot.language.tokens import from_slack

ACCOUNTS = ("prod", "Staging-EU")
NOW = datetime(2026, 11, 23, 14, 3, 22, tzinfo=UTC)
"""A Monday."""


def listed(text: str, *, now: datetime = NOW, zone: tzinfo = UTC) -> ListQuery:
    """The list that a command asks for."""
    return draft(text).resolve(Clock(now, zone))


def draft(text: str) -> PendingQuery:
    """The same, before any clock is looked at."""
    question = parse(from_slack(text), ACCOUNTS)
    assert isinstance(question, PendingQuery), question
    return question


def asked(text: str, clock: Clock) -> ListQuery | OverviewQuery | HelpQuery | QueryError:
    """What a command asks for, or how it is refused."""
    try:
        question = parse(from_slack(text), ACCOUNTS)
        return question.resolve(clock) if isinstance(question, PendingQuery) else question
    except QueryError as error:
        return error
