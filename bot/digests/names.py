"""Whether the workflows that a plan names exist."""

from collections.abc import Callable, Mapping
from typing import Final

from bot.browse.model import overview_command
from bot.cloudflare.accounts import Accounts
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import InvalidParameter, InvalidResponse, WorkflowNotFound
from bot.digests.model import DigestSpec
from bot.language.errors import QueryError, typed
from bot.language.name_matching import find_similar, resolve

_MOST_NAMES: Final = 3


async def validate_workflow_names(
    plan: DigestSpec, accounts: Mapping[str, CachedWorkflows], may_name: Callable[[str], bool]
) -> None:
    """Refuse a plan for workflows that do not exist; one for all of them needs no look.

    A name that a list does not have which was cut short may exist: the digest will tell if it does not.

    Args:
        plan: the one.
        accounts: all of them.
        may_name: says which workflows may be suggested.

    Raises:
        QueryError: one does not.
        UnknownAccount: settings name no such account.
        CloudflareError: the account can't be read.
    """
    if not plan.workflows:
        return
    account, workflows = Accounts(accounts).get(plan.account)
    found = await workflows.list_workflows()
    names = [row.name for row in found.rows]
    for name in plan.workflows:
        if name in names or found.cut_short:
            continue
        if not (found.incomplete_rows and await _exists(name, workflows)):
            others = list(filter(may_name, names))
            overview = overview_command(plan.account).whole()
            raise QueryError(
                name,
                f"is no workflow of {typed(account)}",
                expected=f"the name of one; `{overview}` shows them all",
                nearest=resolve(name, others)[:_MOST_NAMES] or find_similar(name, others),
            )


async def _exists(name: str, workflows: CachedWorkflows) -> bool:
    """Return whether a workflow exists that a list lacks of which not every row could be read."""
    try:
        await workflows.get_workflow(name)
    except (WorkflowNotFound, InvalidParameter):
        return False
    except InvalidResponse:
        return True  # there is something of that name, as odd as its row in the list
    return True
