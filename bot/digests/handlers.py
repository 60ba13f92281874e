"""Answers about digests: a typed command, a button, the form and its menus."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from bot.access.model import Right
from bot.access.policy import Viewer
from bot.cloudflare.errors import CloudflareError
from bot.digests.codec import plan_version
from bot.digests.command.addressees import Channel
from bot.digests.command.requests import (
    ChangeDigest,
    CreateDigest,
    DeleteDigest,
    EditDigest,
    ListDigests,
    OpenForm,
    OpenInstances,
    PauseDigest,
    PreviewDigest,
    PreviewForm,
    RestoreDigest,
    ResumeDigest,
    RunDigest,
    SaveDigest,
    ShowDigest,
    SuggestWorkflows,
    SuggestZones,
    TurnInstances,
)
from bot.digests.form import NOT_CHOSEN, DigestForm
from bot.digests.limits import TooManyDigests
from bot.digests.messages.confirmations import (
    changed_message,
    created_elsewhere_message,
    created_message,
    deleted_message,
    paused_message,
    restored_message,
    resumed_message,
    run_started_message,
    run_too_soon_message,
    run_waiting_message,
    with_no_worker_warning,
    with_question,
    with_undelivered_warning,
)
from bot.digests.messages.form import (
    digest_form,
    filled_in,
    form_mistake_message,
    form_not_opened_message,
    suggestions,
    unchecked_words,
)
from bot.digests.messages.limits import too_many_text
from bot.digests.messages.listing import digest_details_message, digests_message
from bot.digests.messages.phrases import command_of
from bot.digests.messages.preview import (
    preview_failed_view,
    preview_not_shown_message,
    preview_view,
    reading_view,
)
from bot.digests.messages.refusals import channel_unavailable_message, channel_unavailable_text
from bot.digests.model import Digest, spec_command
from bot.digests.rights import DigestRights
from bot.digests.scope import PlanRefused
from bot.digests.service import DigestService, Saved
from bot.digests.store import DigestChanged
from bot.jobs.presence import WorkerMonitor
from bot.language.errors import FormErrors, QueryError
from bot.language.zones import zones_like
from bot.slack.channels import ChannelUnavailable
from bot.slack.interaction import Interaction
from bot.slack.problem_log import log_problem
from bot.slack.reply import (
    FieldErrors,
    MenuOptions,
    OpenModal,
    Reply,
    ShowMessage,
    UpdateModal,
    UserError,
)
from bot.slack.users import UserTimeZones
from bot.storage.database import is_outage
from bot.telemetry import current_request_id
from bot.ui.elements import Message
from bot.ui.form_fields import field_errors
from bot.ui.limits import OPTION_VALUE, OPTIONS

_log = structlog.get_logger(__name__)

UPCOMING: Final = 3
_MENU_TIMEOUT: Final = timedelta(seconds=2)
"""Slack waits three for the options of a menu."""
_FORM_TIMEOUT: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class DigestHandlers:
    """Handlers of everything that is asked of digests.

    Attributes:
        digests: makes and changes them.
        rights: who may change which; that they may is asked before, by the router.
        zones: people's time zones.
        workers: says whether any worker could deliver.
    """

    digests: DigestService
    rights: DigestRights
    zones: UserTimeZones
    workers: WorkerMonitor

    async def open_form(self, _: OpenForm, interaction: Interaction) -> Reply:
        """Open the form of a new digest."""
        zone = await self.zones.get(interaction.team, interaction.user, _FORM_TIMEOUT)
        viewer = await self.rights.scope.access.viewer(interaction)
        meant, *others = viewer.meant_accounts(Right.SUBSCRIBE)
        form = DigestForm.blank(
            interaction.channel or "",
            zone.name,
            zone_assumed=not zone.is_named,
            account=NOT_CHOSEN if others else meant,
        )
        carried = SaveDigest(zone_assumed=form.zone_assumed).carried()
        view = digest_form(form, None, self._accounts(viewer), interaction.dump(carried))
        return OpenModal(view, form_not_opened_message(None))

    async def create(self, request: CreateDigest, interaction: Interaction) -> Reply:
        """Create the digest that was typed."""
        try:
            saved = await self.digests.create(request.plan, interaction)
        except ChannelUnavailable as error:
            to = Channel(request.plan.channel, request.channel_name)
            again = spec_command(request.plan, _channel_words(to))
            message = channel_unavailable_message(error.reason, to, again)
            raise UserError(message) from error
        return await self._warn_if_no_worker(_created(saved, interaction), interaction)

    async def list_digests(self, request: ListDigests, interaction: Interaction) -> Reply:
        """Show this channel's digests and the person's own; for admins who ask for them, all."""
        store = self.digests.store(interaction)
        if request.all:
            found = {digest.number: digest for digest in await store.all()}
        else:
            here = await store.of_channel(interaction.channel) if interaction.channel else ()
            own = await store.of_creator(interaction.user)
            found = {digest.number: digest for digest in (*here, *own)}
        viewer = await self.rights.scope.access.viewer(interaction)
        listed = [found[number] for number in sorted(found)]
        shown = [digest for digest in listed if self.rights.may_list(digest, viewer, interaction)]
        may_change = {digest.number for digest in shown if self.rights.may_change(digest, interaction)}
        in_full = {digest.number for digest in shown if self.rights.knows_presence(digest, interaction)}
        confirmation = digests_message(shown, may_change, in_full)
        if request.wanted:
            confirmation = with_question(confirmation, request.wanted)
        return await self._warn_if_no_worker(confirmation, interaction)

    async def show(self, request: ShowDigest, interaction: Interaction) -> Reply:
        """Show one digest with its next times and its last runs."""
        digest = await self.digests.get(request.number, interaction)
        schedule, now = digest.plan.schedule, self.digests.now()
        upcoming = tuple(schedule.upcoming(now, UPCOMING)) if digest.next_due else ()
        runs = await self.digests.store(interaction).runs(digest.number)
        may_change = self.rights.may_change(digest, interaction)
        here = _own_channel_words(interaction) if interaction.channel == digest.plan.channel else ""
        message = digest_details_message(digest, upcoming, runs, may_change=may_change, here=here)
        return await self._warn_if_no_worker(message, interaction)

    async def preview(self, request: PreviewDigest, interaction: Interaction) -> Reply:
        """Show what a digest would say now."""
        digest = await self.digests.get(request.number, interaction)
        messages = await self.digests.preview(digest.plan, interaction, digest)
        return ShowMessage(messages.full, plain=messages.plain)

    async def run(self, request: RunDigest, interaction: Interaction) -> Reply:
        """Have a digest posted now; people who read it in its channel may do so, too."""
        try:
            asked = await self.digests.store(interaction).run_now(request.number)
        except DigestChanged:
            return ShowMessage(deleted_message(await self.digests.get(request.number, interaction)))
        digest = await self.digests.get(request.number, interaction)
        if asked.again_at is not None:
            return ShowMessage(run_too_soon_message(digest, asked.run, asked.again_at))
        confirmation = run_started_message(digest) if asked.added else run_waiting_message(digest, asked.run)
        return await self._warn_if_no_worker(confirmation, interaction)

    async def open_instances(self, request: OpenInstances, interaction: Interaction) -> Reply:
        """Show the instances that a digest reported and had no room for."""
        return ShowMessage(await self.digests.list_reported(request, interaction))

    async def turn_instances(self, request: TurnInstances, interaction: Interaction) -> Reply:
        """Show other ones of them in place of the message."""
        return ShowMessage(await self.digests.list_reported(request, interaction), in_place=True)

    async def edit(self, request: EditDigest, interaction: Interaction) -> Reply:
        """Open the form of a digest."""
        digest = await self.digests.get(request.number, interaction)
        form = DigestForm.of(digest.plan)
        version = plan_version(digest.plan)
        carried = SaveDigest(digest.number, version, form.zone_assumed, request.in_place).carried()
        viewer = await self.rights.scope.access.viewer(interaction)
        accounts = self._accounts(viewer, digest.plan.account or viewer.accounts[0])
        view = digest_form(form, digest.number, accounts, interaction.dump(carried))
        return OpenModal(view, form_not_opened_message(digest.number))

    async def change(self, request: ChangeDigest, interaction: Interaction) -> Reply:
        """Apply typed changes to a digest."""
        digest = await self.digests.get(request.number, interaction)
        spec = request.changes.apply(digest.plan)
        try:
            saved = await self.digests.update(request.number, spec, interaction, plan_version(digest.plan))
        except ChannelUnavailable as error:
            to = Channel(spec.channel, request.changes.channel_name)
            again = f"{command_of('edit', request.number)} {_channel_words(to)}"
            message = channel_unavailable_message(error.reason, to, again)
            raise UserError(message) from error
        confirmation = changed_message(saved.digest, saved.moved_from, saved.unannounced, saved.same)
        return ShowMessage(confirmation)

    async def pause(self, request: PauseDigest, interaction: Interaction) -> Reply:
        """Pause a digest."""
        digest = await self.digests.store(interaction).pause(request.number)
        return _changed(digest, paused_message, in_place=request.in_place)

    async def resume(self, request: ResumeDigest, interaction: Interaction) -> Reply:
        """Resume a digest."""
        digest = await self.digests.store(interaction).resume(request.number)
        return _changed(digest, resumed_message, in_place=request.in_place)

    async def delete(self, request: DeleteDigest, interaction: Interaction) -> Reply:
        """Delete a digest; the answer has a button that restores it."""
        digest = await self.digests.store(interaction).delete(request.number)
        return ShowMessage(deleted_message(digest), in_place=request.in_place)

    async def restore(self, request: RestoreDigest, interaction: Interaction) -> Reply:
        """Undo a deletion. A digest that is there stays as it is, paused or not."""
        saved = await self.digests.restore(request.number, interaction)
        return ShowMessage(restored_message(saved.digest, saved.same), in_place=request.in_place)

    async def save(self, request: SaveDigest, interaction: Interaction) -> Reply:
        """Keep what was filled into the form, as a new digest or as another plan of one."""
        number = request.number
        spec = filled_in(interaction.fields, zone_assumed=request.zone_assumed).to_spec()
        if isinstance(spec, FormErrors):
            return _field_errors(field_errors(spec), number)
        try:
            if number is None:
                created = _created(await self.digests.create(spec, interaction), interaction)
                return await self._warn_if_no_worker(created, interaction)
            saved = await self.digests.update(number, spec, interaction, request.version)
        except (PlanRefused, ChannelUnavailable, TooManyDigests) as error:
            return _field_errors(_refused_field(error), number)
        except QueryError as error:
            return _field_errors(field_errors(FormErrors({"workflows": error})), number)
        except CloudflareError as error:  # the form stays open, with all that was typed
            log_problem(error)
            return _field_errors({"workflows": unchecked_words(error, current_request_id())}, number)
        confirmation = changed_message(saved.digest, saved.moved_from, saved.unannounced, saved.same)
        return ShowMessage(confirmation, in_place=request.in_place)

    async def preview_form(self, _: PreviewForm, interaction: Interaction) -> Reply:
        """Show in a modal above the form what a digest would say that is made of it.

        It shows what is in the form, what of the account the person may look at, and nothing of any digest.
        """
        fallback = preview_not_shown_message()

        async def fill() -> UpdateModal:
            spec = filled_in(interaction.fields).to_spec()
            if isinstance(spec, FormErrors):
                return UpdateModal(preview_failed_view(tuple(field_errors(spec).values())), fallback)
            previewed = await self.digests.preview(spec, interaction)
            return UpdateModal(preview_view(previewed.plain), fallback)

        return OpenModal(reading_view(), fallback, push=True, fill=fill)

    async def suggest_zones(self, request: SuggestZones, _: Interaction) -> Reply:
        """Offer time zones in a menu."""
        return MenuOptions(suggestions(zones_like(request.typed, OPTIONS)))

    async def suggest_workflows(self, request: SuggestWorkflows, interaction: Interaction) -> Reply:
        """Offer the workflows of all accounts that a person may have digests of and can be read in time.

        Slack does not say what stands in the form's other fields, so the account is not known yet.
        """
        viewer = await self.rights.scope.access.viewer(interaction)
        accounts = viewer.accounts_for(Right.SUBSCRIBE)
        found = await asyncio.gather(*(self._workflow_names(account, viewer) for account in accounts))
        typed = request.typed.casefold()
        names = {name for names in found for name in names if typed in name.casefold()}
        return MenuOptions(suggestions(sorted(names, key=str.casefold)[:OPTIONS]))

    def _accounts(self, viewer: Viewer, chosen: str | None = None) -> Sequence[str]:
        """Return the accounts that a form offers: those that a person may have digests of, and the chosen."""
        allowed = viewer.accounts_for(Right.SUBSCRIBE)
        return [account for account in self.digests.accounts if account in allowed or account == chosen]

    async def _workflow_names(self, account: str, viewer: Viewer) -> Sequence[str]:
        try:
            async with asyncio.timeout(_MENU_TIMEOUT.total_seconds()):
                rows = (await self.digests.accounts[account].list_workflows()).rows
        except (CloudflareError, TimeoutError) as error:
            _log.warning("workflows_not_suggested", account=account, error=type(error).__name__)
            return ()
        names = (row.name for row in rows if len(row.name) <= OPTION_VALUE)
        return viewer.among(names, account, Right.SUBSCRIBE)

    async def _warn_if_no_worker(self, message: Message, interaction: Interaction) -> ShowMessage:
        """Add a warning when no worker could deliver, or none has delivered for a while."""
        try:
            workers = await self.workers.get_status()
            is_served = await self.digests.store(interaction).is_served()
        except Exception as error:
            if not is_outage(error):
                raise
            return ShowMessage(message)  # the change is made, whatever happened to the database since
        if not workers.ok:
            return ShowMessage(with_undelivered_warning(message, workers.fault))
        return ShowMessage(message if is_served else with_no_worker_warning(message))


def _channel_words(to: Channel) -> str:
    """Return a channel as people type it; `here` if its name is not known."""
    return f"#{to.name}" if to.name else "here"


def _channel_text(error: ChannelUnavailable | TooManyDigests) -> str:
    if isinstance(error, TooManyDigests):
        return too_many_text(error)
    return channel_unavailable_text(error.reason)


def _refused_field(error: PlanRefused | ChannelUnavailable | TooManyDigests) -> dict[str, str]:
    """Return what is wrong with a plan, at the form's field."""
    if isinstance(error, PlanRefused):
        return {error.field: error.text}
    return {"channel": _channel_text(error)}


def _own_channel_words(interaction: Interaction) -> str:
    """Return the channel of an interaction as people type it."""
    return f"#{interaction.channel_name}" if interaction.channel_name else "here"


def _created(saved: Saved, interaction: Interaction) -> Message:
    """Confirm a new digest to its creator; elsewhere than in its channel in short."""
    if interaction.channel == saved.digest.plan.channel:
        return created_message(saved.digest, saved.same)
    return created_elsewhere_message(saved.digest, saved.unannounced, saved.same)


def _changed(digest: Digest, say: Callable[[Digest], Message], *, in_place: bool) -> Reply:
    """Say what became of a digest, unless somebody deleted it at the same time."""
    confirmation = deleted_message(digest) if digest.state == "deleted" else say(digest)
    return ShowMessage(confirmation, in_place=in_place)


def _field_errors(by_field: dict[str, str], number: int | None) -> FieldErrors:
    field, words = next(iter(by_field.items()))
    return FieldErrors(by_field, form_mistake_message(field, words, number))
