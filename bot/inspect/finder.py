"""Find the instance that a command means: by its id, or the newest of a workflow."""

from dataclasses import dataclass, replace

from bot.access.model import Right
from bot.access.policy import Viewer
from bot.browse.browser import Browser
from bot.browse.command.written_names import quote_name
from bot.browse.errors import NoSuchWorkflow
from bot.browse.model import ListQuery, overview_command
from bot.browse.requests import DescribeInstance
from bot.browse.rights import error_for_hidden
from bot.cloudflare.accounts import Accounts
from bot.cloudflare.errors import InstanceNotFound, WorkflowNotFound
from bot.cloudflare.instance_models import InstanceDetail
from bot.cloudflare.models import MAX_PER_PAGE, Instance, Status
from bot.inspect.messages.refusals import none_message, other_account_message, which_workflow_message
from bot.inspect.model import InstanceRef
from bot.language import filters
from bot.language.command import Command, Reading
from bot.language.tokens import COMMAND, quote
from bot.slack.reply import UserError
from bot.ui.problems import problem_message


@dataclass(frozen=True, slots=True)
class Found:
    """An instance that was found.

    Attributes:
        subject: which one.
        detail: all that the API says of it.
        readings: what was taken for what in finding it.
    """

    subject: InstanceRef
    detail: InstanceDetail
    readings: tuple[Reading, ...] = ()


class InstanceFinder:
    """Finds instances.

    Args:
        accounts: all that are configured.
        browser: finds the newest instances, and knows the names of workflows.
    """

    def __init__(self, accounts: Accounts, browser: Browser) -> None:
        self._accounts = accounts
        self._browser = browser

    async def find(self, request: DescribeInstance, viewer: Viewer) -> Found:
        """Return the instance that a request means, among those that a person may look at.

        Raises:
            UserError: there is none, they may not look at it, or nothing says which is meant.
            CloudflareError, UnknownAccount: the API's answer is no instance.
        """
        request = self._in_linked_account(request)
        if request.workflow is None:
            request = replace(request, workflow=await self._guess_workflow(request, viewer))
        try:
            return Found(*await self._look(request, viewer))
        except NoSuchWorkflow as error:
            if len(error.meant) != 1:
                raise _unknown_workflow(request, error) from error
            meant = error.meant[0]
        found = Found(*await self._look(replace(request, workflow=meant), viewer))
        return replace(found, readings=(Reading(request.workflow or "", quote(meant)),))

    async def _look(self, request: DescribeInstance, viewer: Viewer) -> tuple[InstanceRef, InstanceDetail]:
        """Return the instance that a request means; its workflow's name may have to be another one.

        Raises:
            NoSuchWorkflow: the account has none of that name that the person may look at.
            UserError: there is no such instance, or they may not look at it.
            CloudflareError, UnknownAccount: the API's answer is no instance.
        """
        workflow = request.workflow or ""
        query = ListQuery.of(workflow, request.account, request.status)
        account, workflows = self._accounts.get(request.account)
        if not viewer.may(Right.VIEW, request.account, workflow):
            visible = await self._browser.list_visible_names(request.account, viewer)
            raise error_for_hidden(viewer, query, visible)
        instance = request.instance or (await self._find_newest(query, viewer)).id
        subject = InstanceRef(workflow, instance, request.account)
        try:
            return subject, await workflows.get_detail(workflow, instance)
        except (WorkflowNotFound, InstanceNotFound) as error:
            existing = await self._browser.list_visible_names(request.account, viewer)
            if isinstance(error, WorkflowNotFound) or (existing and workflow not in existing):
                raise NoSuchWorkflow(query, account, existing, error) from error
            listed = Command(ListQuery.of(workflow, request.account).command())
            find = Command(f"{COMMAND} find {quote_name(instance)}")
            raise UserError(problem_message(error, commands=[listed, find])) from error

    async def _find_newest(self, query: ListQuery, viewer: Viewer) -> Instance:
        """Return the newest instance of a list, which is on its first page; the API promises no order there.

        Raises:
            UserError: the list is empty, or its first pages are.
        """
        allows = viewer.workflow_filter(query.account)
        screen = await self._browser.open(replace(query, rows=MAX_PER_PAGE), allows=allows)
        if not screen.rows:
            is_empty = screen.next is None
            raise UserError(none_message(query.workflow, query.status, query.account, is_empty=is_empty))
        return max((row.instance for row in screen.rows), key=_created)

    async def _guess_workflow(self, request: DescribeInstance, viewer: Viewer) -> str:
        """Return the workflow that is meant where none is named.

        Raises:
            UserError: there are several.
        """
        names = await self._browser.list_visible_names(request.account, viewer)
        if len(names) == 1:
            return names[0]
        ordered = sorted(names, key=str.casefold)
        raise UserError(
            which_workflow_message(
                [replace(request, workflow=name, readings=()) for name in ordered], request.account
            )
        )

    def _in_linked_account(self, request: DescribeInstance) -> DescribeInstance:
        """Return a request with the account that its link leads to.

        Raises:
            UserError: the bot does not read that account.
        """
        if request.account is not None:
            return request
        try:
            account = self._accounts.find_linked(request.account_id)
        except LookupError:
            refusal = other_account_message(request, replace(request, account_id=None))
            raise UserError(refusal) from None
        return replace(request, account=account)


def _unknown_workflow(request: DescribeInstance, error: NoSuchWorkflow) -> UserError:
    names = error.meant or error.similar
    commands = [Command(replace(request, workflow=name, readings=()).command()) for name in names]
    status = filters.nearest_status(request.workflow or "") if request.instance is None else None
    if status is not None:  # `show latest faild`
        meant = replace(request, workflow=None, status=Status(status), readings=())
        commands.insert(0, Command(meant.command()))
    return UserError(problem_message(error, commands=commands or [overview_command(request.account)]))


def _created(row: Instance) -> float:
    return row.created_on.timestamp() if row.created_on else 0.0
