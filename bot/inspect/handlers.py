"""Answers about one instance: a typed command, a row's button, and the buttons of what is shown."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from cachetools import TTLCache

from bot.access.messages import ACCESS
from bot.access.policy import Access
from bot.browse.bookmark import Bookmark
from bot.browse.browser import Browser
from bot.browse.model import ListQuery
from bot.browse.requests import DescribeInstance, OpenList, ShowInstance
from bot.browse.rights import audience_of
from bot.browse.selection import Selection
from bot.cloudflare.accounts import Accounts
from bot.cloudflare.errors import CloudflareError
from bot.cloudflare.instance_models import InstanceDetail
from bot.cloudflare.models import MAX_PER_PAGE, Status
from bot.inspect.finder import InstanceFinder
from bot.inspect.messages.buttons import InstanceControls
from bot.inspect.messages.detail import (
    instance_message,
    instance_modal,
    loading_modal,
    not_opened_message,
    problem_modal,
)
from bot.inspect.messages.payloads import PayloadBlocks
from bot.inspect.messages.version import version_message
from bot.inspect.model import InstanceRef, InstanceView
from bot.inspect.payload_handlers import PayloadHandlers
from bot.inspect.requests import (
    ListVersion,
    OfSteps,
    OpenDashboard,
    RefreshInstance,
    ShareInstance,
    TurnSteps,
)
from bot.inspect.timeline import STEPS_PER_PAGE, build_view
from bot.slack.interaction import Interaction
from bot.slack.problem_log import log_problem
from bot.slack.reply import Nothing, OpenModal, PostToChannel, Reply, ShowMessage, UpdateModal
from bot.slack.requests import Request, RequestStore
from bot.telemetry import current_request_id
from bot.ui.elements import context
from bot.ui.mrkdwn import command
from bot.ui.problems import problem_message
from bot.ui.request_id import with_request_id

_ERRORED: Final = Status("errored")
_MOST_REFRESHED: Final = 1_000
_VERSION_TIMEOUT: Final = timedelta(seconds=1)
"""A version's age is not worth a longer wait."""


class InspectHandlers:
    """Handlers of everything that is asked of one instance.

    Args:
        accounts: all that are configured.
        browser: finds the newest instances, and knows the names of workflows.
        requests: makes requests into button values.
        now: the clock.
        refresh_pause: for how long a refreshed instance is not asked for again.
        payloads: shows what went in and came out.
        access: says who may look at what.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - everything that an instance needs comes together here
        self,
        accounts: Accounts,
        browser: Browser,
        requests: RequestStore,
        now: Callable[[], datetime],
        refresh_pause: timedelta,
        payloads: PayloadHandlers,
        access: Access,
    ) -> None:
        self._accounts = accounts
        self._browser = browser
        self._finder = InstanceFinder(accounts, browser)
        self._requests = requests
        self._now = now
        self.payloads = payloads
        self._access = access
        self._refreshed: TTLCache[InstanceRef, bool] = TTLCache(
            _MOST_REFRESHED, refresh_pause.total_seconds()
        )

    async def describe(self, request: DescribeInstance, interaction: Interaction) -> Reply:
        """Show the instance that words name, in a message."""
        found = await self._finder.find(request, await self._access.viewer(interaction))
        if (
            request.instance is not None
        ):  # that took one request, and two are as many as a first look may take
            await self._learn_version(found.subject, found.detail)
        shown = await self._build_message(found.subject, found.detail, 0, interaction)
        return replace(shown, readings=found.readings)

    async def open(self, request: ShowInstance, interaction: Interaction) -> Reply:
        """Open an instance in a modal: at once with what its row knew, then with the rest."""
        subject = InstanceRef(request.workflow, request.instance, request.account)
        account = self._account_shown(subject)
        view = loading_modal(subject, request.row, self._now(), account)
        metadata = interaction.dump("")

        async def fill() -> UpdateModal:
            return await self._build_modal(subject, 0, interaction)

        return OpenModal(
            {**view, "private_metadata": metadata},
            not_opened_message(subject),
            push=interaction.in_modal,
            fill=fill,
        )

    async def turn_steps(self, request: TurnSteps, interaction: Interaction) -> Reply:
        """Show another page of steps in place."""
        return await self._show_in_place(request, interaction, fresh=False)

    async def refresh(self, request: RefreshInstance, interaction: Interaction) -> Reply:
        """Show the instance as it is now in place; one that was refreshed a moment ago as it was then."""
        is_fresh = request.subject in self._refreshed
        reply = await self._show_in_place(request, interaction, fresh=not is_fresh)
        self._refreshed[request.subject] = True
        return reply

    async def share(self, request: ShareInstance, interaction: Interaction) -> Reply:
        """Show everybody in the channel the instance that a person sees."""
        subject, first = request.subject, request.first
        shown = await self._build_message(
            subject, await self._get_detail(subject), first, interaction, for_all=True
        )
        view = None
        if interaction.open_view:
            view = (await self._build_modal(subject, first, interaction)).view
        done = "Shared with everybody in this conversation, without params and output."
        return PostToChannel(shown.message, shown.plain, view, done)

    async def list_version(self, request: ListVersion, _: Interaction) -> Reply:
        """Show which of the workflow's newest instances ran a version: the API lists none by it."""
        subject = request.subject
        query = ListQuery.of(subject.workflow, subject.account)
        screen = await self._browser.open(replace(query, rows=MAX_PER_PAGE))
        found = version_message(replace(screen, query=query), request.version, self._requests.encode_if_fits)
        return ShowMessage(found)

    async def follow_link(self, _: OpenDashboard, _interaction: Interaction) -> Reply:
        """Do nothing: Slack has opened the dashboard."""
        return Nothing()

    async def _show_in_place(self, request: OfSteps, interaction: Interaction, *, fresh: bool) -> Reply:
        if interaction.open_view:
            return await self._build_modal(
                request.subject, request.first, interaction, fresh=fresh, is_second_look=True
            )
        subject, is_shared = request.subject, interaction.sharer is not None
        if is_shared:
            audience = await audience_of(self._access, interaction)
            audience.require(Selection((subject.workflow,), subject.account))
        detail = await self._get_detail(subject, fresh=fresh)
        await self._learn_version(subject, detail)
        shown = await self._build_message(subject, detail, request.first, interaction, for_all=is_shared)
        return replace(shown, in_place=True)

    async def _build_message(
        self,
        subject: InstanceRef,
        detail: InstanceDetail,
        first: int,
        interaction: Interaction,
        *,
        for_all: bool = False,
    ) -> ShowMessage:
        """Return an instance as a message; `for_all` in a channel it has no params and outputs."""
        view = await self._build_view(subject, detail, first)
        controls = await self._build_controls(view, interaction.team)
        account = self._account_shown(subject)
        if for_all:
            return ShowMessage(instance_message(view, controls, account))
        payloads = await self._read_payloads(subject, detail, view.page.first, interaction)
        return ShowMessage(
            instance_message(view, controls, account, payloads),
            plain=instance_message(view, controls, account, payloads.unfolded),
        )

    async def _build_modal(
        self,
        subject: InstanceRef,
        first: int,
        interaction: Interaction,
        *,
        fresh: bool = False,
        is_second_look: bool = False,
    ) -> UpdateModal:
        """Return the modal of an instance; what goes wrong stands in it, with a button to try again."""
        fallback = not_opened_message(subject)
        try:
            detail = await self._get_detail(subject, fresh=fresh)
        except CloudflareError as error:
            log_problem(error)
            said = with_request_id(problem_message(error), current_request_id())
            refresh = await self._requests.try_save(RefreshInstance(subject, first), interaction.team)
            view = problem_modal(subject, said, refresh)
        else:
            if is_second_look:
                await self._learn_version(subject, detail)
            shown = await self._build_view(subject, detail, first)
            controls = await self._build_controls(shown, interaction.team)
            payloads = await self._read_payloads(subject, detail, shown.page.first, interaction)
            view = instance_modal(shown, controls, self._account_shown(subject), payloads.unfolded)
        return UpdateModal({**view, "private_metadata": interaction.dump("")}, fallback)

    async def _read_payloads(
        self, subject: InstanceRef, detail: InstanceDetail, first: int, interaction: Interaction
    ) -> PayloadBlocks:
        """Return params and output for a person who may read them; else who may."""
        viewer = await self._access.viewer(interaction)
        if viewer.may_read_payloads(subject.account, subject.workflow):
            return await self.payloads.blocks(subject, detail, first, interaction.team)
        hidden = context(f"🔒 Params and output are for those with the right `payloads`: {command(ACCESS)}")
        return PayloadBlocks([hidden], [hidden])

    async def _build_view(self, subject: InstanceRef, detail: InstanceDetail, first: int) -> InstanceView:
        view = await self.payloads.without_secrets(await build_view(subject, detail, first, self._now()))
        _, workflows = self._accounts.get(subject.account)
        version = workflows.known_version(subject.workflow, detail.version_id or "")
        return view if version is None else replace(view, version_since=version.created_on)

    async def _learn_version(self, subject: InstanceRef, detail: InstanceDetail) -> None:
        """Ask when an instance's version came, unless that is known."""
        _, workflows = self._accounts.get(subject.account)
        if detail.version_id and workflows.known_version(subject.workflow, detail.version_id) is None:
            with suppress(CloudflareError, TimeoutError):  # the rest is worth showing without it
                async with asyncio.timeout(_VERSION_TIMEOUT.total_seconds()):
                    await workflows.get_version(subject.workflow, detail.version_id)

    async def _get_detail(self, subject: InstanceRef, *, fresh: bool = False) -> InstanceDetail:
        _, workflows = self._accounts.get(subject.account)
        return await workflows.get_detail(subject.workflow, subject.instance, fresh=fresh)

    async def _build_controls(self, view: InstanceView, team: str) -> InstanceControls:
        subject, page, summary = view.subject, view.page, view.summary
        first, last = page.first, page.first + len(page.entries)
        has_errored = view.detail.status == _ERRORED
        key, version = view.key_step, view.detail.version_id
        failed = summary.first_failed if key is None or key.error is None else key.entry.number - 1

        def elsewhere(place: int | None) -> Request | None:
            is_shown = place is None or first <= place < last
            return None if is_shown or place is None else TurnSteps(subject, place)

        wanted: dict[str, Request | None] = {
            "refresh": RefreshInstance(subject, first),  # one that has ended may be restarted
            "previous": TurnSteps(subject, max(first - STEPS_PER_PAGE, 0)) if first else None,
            "next": TurnSteps(subject, last) if last < summary.total else None,
            "failed": elsewhere(failed),
            "going": elsewhere(summary.first_going),
            "list": _list_of(subject, _ERRORED if has_errored else None),
            "share": ShareInstance(subject, first),
            "version": ListVersion(subject, version=version) if version else None,
        }
        values = {
            name: None if request is None else await self._requests.try_save(request, team)
            for name, request in wanted.items()
        }
        lost = any(values[name] is None for name, request in wanted.items() if request is not None)
        name, _ = self._accounts.get(subject.account)
        return InstanceControls(
            refresh=values["refresh"],
            previous=values["previous"],
            next=values["next"],
            failed=values["failed"],
            going=values["going"],
            list=values["list"],
            share=values["share"],
            version=values["version"],
            of_errored=has_errored,
            account_id=self._accounts.ids.get(name),
            incomplete=lost,
        )

    def _account_shown(self, subject: InstanceRef) -> str:
        """Return the name of an instance's account where there are several."""
        names = self._accounts.names
        return (subject.account or names[0]) if len(names) > 1 else ""


def _list_of(subject: InstanceRef, status: Status | None = None) -> OpenList:
    return OpenList(Bookmark(ListQuery.of(subject.workflow, subject.account, status)))
