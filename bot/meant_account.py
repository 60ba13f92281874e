"""Which account a command means that names none.

It is the default one. Those who have a right for nothing of that mean another account: the only
one where they have it, and the answer says so; of several they are asked which.
"""

from dataclasses import replace
from typing import Final

from bot.access.model import Right
from bot.access.policy import Viewer
from bot.browse.requests import DescribeInstance, ListInstances, ListWorkflows
from bot.digests.command.requests import CreateDigest
from bot.export.requests import StartExport
from bot.failures.requests import ListFailures
from bot.language.command import Command, Reading
from bot.language.tokens import quote
from bot.slack.requests import Request
from bot.stats.requests import ShowStats

_WHY: Final = "the only account that you may use here"


def in_account(request: Request, account: str) -> Request:
    """Return a request in an account if it is about one and names none; else the same request."""
    match request:
        case ListInstances() | ListFailures() | StartExport() | ShowStats():
            query = request.query.in_account(account)
            return request if query is request.query else replace(request, query=query)
        case ListWorkflows(overview) if overview.account is None:
            return replace(request, query=replace(overview, account=account))
        case DescribeInstance(account=None, account_id=None) if not _is_looked_for(request):
            return replace(request, account=account)
        case CreateDigest(plan) if plan.account is None:
            return replace(request, plan=replace(plan, account=account))
    return request


def right_for(request: Request) -> Right:
    """Return the right by which the account of a request is meant."""
    return Right.SUBSCRIBE if isinstance(request, CreateDigest) else Right.VIEW


def in_only_account(request: Request, viewer: Viewer) -> Request:
    """Return a request in the account that a person means where it names none, and say so in its readings.

    Where several may be meant it stays as it is.
    """
    (meant, *others) = viewer.meant_accounts(right_for(request))
    found = request if meant is None or others else in_account(request, meant)
    if meant is None or found is request:
        return request
    return replace(found, readings=(*found.readings, Reading("", f"account:{quote(meant)}", _WHY)))


def accounts_to_choose(request: Request, viewer: Viewer) -> tuple[str, ...]:
    """Return the accounts of which a person has to choose one for a request; none if it is clear."""
    names = [name for name in viewer.meant_accounts(right_for(request)) if name is not None]
    is_open = len(names) > 1 and in_account(request, names[0]) is not request
    return tuple(names) if is_open else ()


def add_account(typed: Command, account: str) -> Command:
    """Return what to type for the same in an account."""
    return replace(typed, text=f"{typed.text.rstrip()} account:{quote(account)}".lstrip())


def _is_looked_for(request: DescribeInstance) -> bool:
    """Return whether an id without its workflow was typed, which is looked for in every account."""
    return request.workflow is None and request.instance is not None
