"""How these tests read commands about lists: at one moment, in one zone."""

from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from bot.browse.command.pending_query import PendingQuery
from bot.browse.model import ListQuery, OverviewQuery
from bot.browse.requests import ListInstances, ListWorkflows
from bot.language.command import Command
from bot.language.errors import QueryError
from bot.language.times import Clock
from bot.routing.command_reader import read_command
from bot.slack.requests import Request
from tests.support.commands import ACCOUNTS, HERE, NOW, read


def read_list(text: str, *, now: datetime = NOW, zone: tzinfo = UTC) -> ListQuery:
    """Return the list that a command asks for."""
    return _read_instances(text).resolve(Clock(now, zone))


def read_pending(text: str) -> PendingQuery:
    """Return the list before its times are resolved."""
    return _read_instances(text).query


def _read_instances(text: str) -> ListInstances:
    request = read(text)
    assert isinstance(request, ListInstances), request
    return request


def read_or_refuse(text: str, clock: Clock) -> ListQuery | OverviewQuery | Request | QueryError:
    """Return what a command asks for, or how it is refused."""
    try:
        request = read(text)
        if isinstance(request, ListInstances):
            return request.resolve(clock)
        if isinstance(request, ListWorkflows):
            return request.query
    except QueryError as error:
        return error
    return request


def read_known(text: str, *names: str) -> Request:
    """Read a command with the names of the account's workflows at hand."""
    return read_command(replace(Command.from_slack(text, ACCOUNTS, HERE, "UTC", NOW), workflows=names))
