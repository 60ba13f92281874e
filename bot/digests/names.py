"""Whether the workflows that a plan names exist."""

from collections.abc import Mapping

from bot.browse.model import OverviewQuery
from bot.cloudflare.accounts import Accounts
from bot.cloudflare.cache import CachedWorkflows
from bot.digests.model import DigestSpec
from bot.language.errors import SIMILAR_NAMES, QueryError, nearest, typed


async def validate_workflow_names(plan: DigestSpec, accounts: Mapping[str, CachedWorkflows]) -> None:
    """Refuse a plan for workflows that do not exist; one for all of them needs no look.

    A name that a list does not have which was cut short may exist: the digest will tell if it does not.

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
        if name not in names and not found.cut_short:
            overview = OverviewQuery(plan.account).command()
            raise QueryError(
                name,
                f"is no workflow of {typed(account)}",
                expected=f"the name of one; `{overview}` shows them all",
                nearest=nearest(name, names, cutoff=SIMILAR_NAMES),
            )
