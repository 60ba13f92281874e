"""Which account a command means that names none.

It is the default one. Those who have a right for nothing of that mean another account: the only
one where they have it, and the answer says so; of several they are asked which.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bot.access.messages import linked_elsewhere_message
from bot.access.model import Right
from bot.access.policy import Viewer
from bot.browse.requests import DescribeInstance, ListInstances, ListWorkflows, OfInstances
from bot.digests.command.requests import CreateDigest
from bot.export.requests import StartExport
from bot.failures.requests import ListFailures
from bot.language.command import Command, Reading
from bot.language.tokens import quote
from bot.routing.pasted import read_pasted_error
from bot.slack.reply import UserError
from bot.slack.requests import Request
from bot.stats.requests import ShowStats

_WHY: Final = "the only account that you may use here"
_WHY_LINKED: Final = "the account that the link leads to"


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


def in_linked_account(
    request: Request, account_id: str, account_ids: Mapping[str, str], viewer: Viewer
) -> Request:
    """Return a request in the account that the dashboard link in it leads to, and say so in its readings.

    Args:
        request: what was read.
        account_id: Cloudflare's id in the link.
        account_ids: Cloudflare's id of each account that has one, by its name.
        viewer: who asks.

    Raises:
        UserError: there is no such account, or they may look at nothing of it, which is told alike.
    """
    linked = linked_name(account_id, account_ids, viewer)
    found = in_account(request, linked or account_id)
    if found is request or linked == viewer.accounts[0]:
        return request
    if linked is None:
        here = request.again() if isinstance(request, OfInstances) else None
        raise UserError(linked_elsewhere_message(account_id, here))
    return replace(found, readings=(*found.readings, Reading("", f"account:{quote(linked)}", _WHY_LINKED)))


def linked_name(account_id: str, account_ids: Mapping[str, str], viewer: Viewer) -> str | None:
    """Return the name of the account that a link leads to; None for none that a person may look at."""
    return next((name for name in viewer.visible_accounts if account_ids.get(name) == account_id), None)


def accounts_to_choose(request: Request, viewer: Viewer) -> tuple[str, ...]:
    """Return the accounts of which a person has to choose one for a request; none if it is clear."""
    names = [name for name in viewer.meant_accounts(right_for(request)) if name is not None]
    is_open = len(names) > 1 and in_account(request, names[0]) is not request
    return tuple(names) if is_open else ()


def add_account(typed: Command, account: str) -> Command:
    """Return what to type for the same in an account; behind what was pasted, a filter would be a part of it.

    Raises:
        QueryError: an error was pasted, and a filter behind it can't be read.
    """
    pasted = read_pasted_error(typed)
    if pasted is not None:
        there = replace(pasted, query=pasted.query.in_account(account))
        return replace(typed, text=there.again().text, mentions=())
    return replace(typed, text=f"{typed.text.rstrip()} account:{quote(account)}".lstrip())


def _is_looked_for(request: DescribeInstance) -> bool:
    """Return whether an id without its workflow was typed, which is looked for in every account."""
    return request.workflow is None and request.instance is not None
