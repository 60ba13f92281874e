"""Answers to the form of a digest: opening, suggesting, previewing and saving."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from bot.access.model import Right
from bot.access.policy import Viewer
from bot.cloudflare.errors import CloudflareError
from bot.digests.codec import plan_version
from bot.digests.command.requests import (
    EditDigest,
    OpenForm,
    PreviewForm,
    SaveDigest,
    SuggestWorkflows,
    SuggestZones,
)
from bot.digests.form import NOT_CHOSEN, DigestForm
from bot.digests.limits import TooManyDigests
from bot.digests.messages.confirmations import changed_message
from bot.digests.messages.form import (
    digest_form,
    filled_in,
    form_mistake_message,
    form_not_opened_message,
    suggestions,
    unchecked_words,
)
from bot.digests.messages.limits import too_many_text
from bot.digests.messages.preview import (
    preview_failed_view,
    preview_not_shown_message,
    preview_view,
    reading_view,
)
from bot.digests.messages.refusals import channel_unavailable_text
from bot.digests.rights import DigestRights
from bot.digests.scope import PlanRefused
from bot.digests.service import DigestService
from bot.language.errors import FormErrors, QueryError
from bot.language.zones import zones_like
from bot.slack.channels import ChannelUnavailable
from bot.slack.interaction import Interaction
from bot.slack.problem_log import log_problem
from bot.slack.reply import FieldErrors, MenuOptions, OpenModal, Reply, ShowMessage, UpdateModal
from bot.slack.users import UserTimeZones
from bot.telemetry import current_request_id
from bot.ui.form_fields import field_errors
from bot.ui.limits import OPTION_VALUE, OPTIONS

_log = structlog.get_logger(__name__)

_MENU_TIMEOUT: Final = timedelta(seconds=2)
"""Slack waits three for the options of a menu."""
_FORM_TIMEOUT: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class DigestFormHandlers:
    """Handlers of a digest's form and its menus.

    Attributes:
        digests: makes and changes them.
        rights: who may change which; that they may is asked before, by the dispatcher.
        zones: people's time zones.
    """

    digests: DigestService
    rights: DigestRights
    zones: UserTimeZones

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

    async def save(self, request: SaveDigest, interaction: Interaction) -> Reply:
        """Keep what was filled into the form, as a new digest or as another plan of one."""
        number = request.number
        spec = filled_in(interaction.fields, zone_assumed=request.zone_assumed).to_spec()
        if isinstance(spec, FormErrors):
            return _field_errors(field_errors(spec), number)
        try:
            if number is None:
                created = await self.digests.create(spec, interaction)
                return ShowMessage(await self.digests.confirm_created(created, interaction))
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
        found = await asyncio.gather(*(self._list_workflow_names(account, viewer) for account in accounts))
        typed = request.typed.casefold()
        names = {name for names in found for name in names if typed in name.casefold()}
        return MenuOptions(suggestions(sorted(names, key=str.casefold)[:OPTIONS]))

    def _accounts(self, viewer: Viewer, chosen: str | None = None) -> Sequence[str]:
        """Return the accounts that a form offers: those that a person may have digests of, and the chosen."""
        allowed = viewer.accounts_for(Right.SUBSCRIBE)
        return [account for account in self.digests.accounts if account in allowed or account == chosen]

    async def _list_workflow_names(self, account: str, viewer: Viewer) -> Sequence[str]:
        try:
            async with asyncio.timeout(_MENU_TIMEOUT.total_seconds()):
                rows = (await self.digests.accounts[account].list_workflows()).rows
        except (CloudflareError, TimeoutError) as error:
            _log.warning("workflows_not_suggested", account=account, error=type(error).__name__)
            return ()
        names = (row.name for row in rows if len(row.name) <= OPTION_VALUE)
        return viewer.among(names, account, Right.SUBSCRIBE)


def _channel_text(error: ChannelUnavailable | TooManyDigests) -> str:
    if isinstance(error, TooManyDigests):
        return too_many_text(error)
    return channel_unavailable_text(error.reason)


def _refused_field(error: PlanRefused | ChannelUnavailable | TooManyDigests) -> dict[str, str]:
    """Return what is wrong with a plan, at the form's field."""
    if isinstance(error, PlanRefused):
        return {error.field: error.text}
    return {"channel": _channel_text(error)}


def _field_errors(by_field: dict[str, str], number: int | None) -> FieldErrors:
    field, words = next(iter(by_field.items()))
    return FieldErrors(by_field, form_mistake_message(field, words, number))
