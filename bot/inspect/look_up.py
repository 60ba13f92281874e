"""What a message mentions, looked up for the person who chose the shortcut on it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.access.model import Right
from bot.access.policy import Access, Viewer
from bot.browse.bookmark import Bookmark
from bot.browse.model import ListQuery
from bot.browse.requests import OpenList
from bot.cloudflare.accounts import Accounts
from bot.cloudflare.errors import CloudflareError, InstanceNotFound
from bot.cloudflare.models import Workflow
from bot.inspect.lookup_model import (
    FoundInstance,
    FoundWorkflow,
    LookupRow,
    NotFound,
    OtherAccount,
    WorkflowHidden,
)
from bot.inspect.mentions import Mention, find_mentions
from bot.inspect.messages.found import found_message
from bot.inspect.model import InstanceRef
from bot.inspect.requests import LookUp
from bot.slack.interaction import Interaction
from bot.slack.problem_log import log_problem
from bot.slack.reply import Reply, ShowMessage
from bot.slack.requests import RequestStore

SHORTCUT: Final = "look_up"
"""The callback id of the shortcut in `manifest.yaml`, which stays put."""

_MOST_WITH_ID: Final = 3
_TIMEOUT: Final = timedelta(seconds=4)
"""How long the names of workflows, and then the instances, are waited for: the others are shown without."""


class LookUpHandler:
    """Handles the shortcut.

    Args:
        accounts: all that are configured.
        requests: makes requests into button values.
        now: the clock.
        access: says who may look at what.
        timeout: how long each of the two rounds of questions may take.
    """

    def __init__(
        self,
        accounts: Accounts,
        requests: RequestStore,
        now: Callable[[], datetime],
        access: Access,
        timeout: timedelta = _TIMEOUT,
    ) -> None:
        self._accounts = accounts
        self._requests = requests
        self._now = now
        self._access = access
        self._timeout = timeout.total_seconds()

    async def look_up(self, request: LookUp, interaction: Interaction) -> Reply:
        """Show the workflows and instances that a message mentions; what fails for one costs no other.

        Only what the person may look at is looked up.

        Raises:
            UserError: they may look at nothing.
        """
        viewer = await self._access.viewer(interaction)
        names = [self._accounts.request_name(account) for account in viewer.visible_accounts]
        if not names:
            raise viewer.refusal(Right.VIEW, None)
        listed = await asyncio.gather(*map(self._list_workflows, names))
        workflows: dict[str, tuple[str | None, Workflow]] = {}
        for account, (known, _error) in zip(names, listed, strict=True):
            allows = viewer.workflow_filter(account)
            for row in filter(lambda row: allows(row.name), known):
                workflows.setdefault(row.name, (account, row))
        mentions = find_mentions(request.text, {name: account for name, (account, _) in workflows.items()})
        found = await asyncio.gather(*(self._look_at(each, workflows, viewer) for each in mentions.shown))
        unread = [error for _known, error in listed if error is not None]
        rows = [row for each in found for row in each]
        return ShowMessage(
            found_message(rows, mentions.left_out, unread, self._requests.encode_if_fits, self._now())
        )

    async def _list_workflows(self, account: str | None) -> tuple[Sequence[Workflow], Exception | None]:
        """Return an account's workflows; where they can't be read, those that are known, and why."""
        _, workflows = self._accounts.get(account)
        try:
            async with asyncio.timeout(self._timeout):
                return (await workflows.list_workflows()).rows, None
        except (CloudflareError, TimeoutError) as error:
            log_problem(error)
            return workflows.known_workflows, error

    async def _look_at(
        self, mention: Mention, workflows: Mapping[str, tuple[str | None, Workflow]], viewer: Viewer
    ) -> Sequence[LookupRow]:
        if mention.workflow is None:
            return await self._find(mention, viewer)
        try:
            account = self._accounts.find_linked(mention.account_id, mention.account)
        except LookupError:
            return [OtherAccount(mention.workflow, mention.instance, mention.account_id or "")]
        if not viewer.may(Right.VIEW, account, mention.workflow):
            return [WorkflowHidden(mention.workflow)]
        if mention.instance is not None:
            return [await self._get_instance(InstanceRef(mention.workflow, mention.instance, account))]
        listed = workflows.get(mention.workflow)
        known = listed[1] if listed is not None and listed[0] == account else None
        opens = OpenList(Bookmark(ListQuery.of(mention.workflow, account)))
        return [FoundWorkflow(mention.workflow, known, self._requests.encode_if_fits(opens), account)]

    async def _find(self, mention: Mention, viewer: Viewer) -> Sequence[LookupRow]:
        """Look for an id that stands alone: in the lists read lately, then in the nearest workflow."""
        instance = mention.instance or ""
        accounts = [self._accounts.request_name(account) for account in viewer.visible_accounts]
        subjects = [
            InstanceRef(workflow, instance, account)
            for account in accounts
            for workflow in viewer.among(self._accounts.get(account)[1].workflows_with(instance), account)
        ]
        if subjects:
            return await asyncio.gather(*map(self._get_instance, subjects[:_MOST_WITH_ID]))
        near = mention.near
        if near is None or near.workflow is None:
            return [NotFound(instance)]
        try:
            account = self._accounts.find_linked(near.account_id, near.account)
        except LookupError:
            return [NotFound(instance)]
        if not viewer.may(Right.VIEW, account, near.workflow):
            return [NotFound(instance)]
        found = await self._get_instance(InstanceRef(near.workflow, instance, account))
        return [NotFound(instance, near.workflow) if isinstance(found.error, InstanceNotFound) else found]

    async def _get_instance(self, subject: InstanceRef) -> FoundInstance:
        _, workflows = self._accounts.get(subject.account)
        try:
            async with asyncio.timeout(self._timeout):
                detail = await workflows.get_detail(subject.workflow, subject.instance)
        except (CloudflareError, TimeoutError) as error:
            log_problem(error)
            return FoundInstance(subject, error=error)
        return FoundInstance(subject, detail)
