"""Digests, from what a person typed or pressed to what they are told: who may do what is decided here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.browse.model import HelpQuery
from bot.browse.store import BookmarkStore
from bot.cloudflare.cache import CachedWorkflows
from bot.digests.command.grammar import parse_digest
from bot.digests.command.requests import (
    CreateDigest,
    DeleteDigest,
    DigestChange,
    DigestRequest,
    EditDigest,
    ListDigests,
    OpenForm,
    PauseDigest,
    PreviewDigest,
    RestoreDigest,
    ResumeDigest,
    RunDigest,
    ShowDigest,
)
from bot.digests.form import DigestForm
from bot.digests.links import list_button_values
from bot.digests.messages.confirmations import (
    changed_message,
    channel_unavailable_message,
    created_elsewhere_message,
    created_message,
    deleted_message,
    no_such_digest_message,
    not_all_message,
    not_shown_message,
    not_yours_message,
    paused_message,
    restored_message,
    resumed_message,
    run_started_message,
    with_no_worker_warning,
)
from bot.digests.messages.form import digest_form, form_not_opened_message
from bot.digests.messages.listing import digest_details_message, digests_message
from bot.digests.messages.report import DigestControls, digest_message
from bot.digests.model import Digest, DigestSpec
from bot.digests.names import validate_workflow_names
from bot.digests.reading import ReportBuilder
from bot.digests.store import DigestRepository, NoSuchDigest
from bot.home.help import help_message
from bot.listeners.answers import Answer, FormToOpen, Told, guarded
from bot.listeners.delivery import ReturnAddress
from bot.listeners.door import Door, DoorShut
from bot.listeners.views import metadata
from bot.listeners.zones import Zones
from bot.ui.elements import Message

UPCOMING: Final = 3


@dataclass(frozen=True, slots=True)
class DigestDesk:
    """Answers everything about digests.

    Attributes:
        store: keeps them.
        reader: makes their reports.
        accounts: of settings, by name, the default first.
        shelf: makes bookmarks into button values.
        zones: knows where people live.
        door: the way into channels.
        admins: Slack's ids of those who may change any digest.
        now: the clock.
        reference: the short id of this request, which also stands in the log.
    """

    store: DigestRepository
    reader: ReportBuilder
    accounts: Mapping[str, CachedWorkflows]
    bookmarks: BookmarkStore
    zones: Zones
    door: Door
    admins: Sequence[str]
    now: Callable[[], datetime]
    reference: Callable[[], str]

    async def command(self, text: str, asker: ReturnAddress) -> Answer | FormToOpen | None:
        """The answer to `/workflows digest …`, as Slack sent it; None where it has been seen already."""
        return await guarded(self._typed(text, asker), self.reference())

    async def press(self, request: DigestRequest, asker: ReturnAddress) -> Answer | FormToOpen | None:
        """The answer to a button."""
        return await guarded(self._do(request, asker), self.reference())

    async def made(self, plan: DigestSpec, asker: ReturnAddress) -> Answer | None:
        """A new digest, confirmed in its channel; None where that is where its creator is.

        Raises:
            DoorShut: it can't go there.
            QueryError: a workflow does not exist.
            CloudflareError, UnknownAccount: its account can't be read.
        """
        await validate_workflow_names(plan, self.accounts)
        digest = await self.store.create(plan, asker.user)
        live = replace(digest, state="active", next_due=plan.schedule.next_after(self.now()))
        try:
            await self.door.show(created_message(live), plan.channel, asker.user)
        except BaseException:  # the end of this process, too
            await self.store.discard(digest.number)
            raise
        await self.store.resume(digest.number)
        return None if asker.channel == plan.channel else Answer(created_elsewhere_message(live))

    async def changed(self, number: int, plan: DigestSpec, asker: ReturnAddress) -> Answer | None:
        """A digest with another plan; None where its creator has seen so already.

        One that paused itself goes out again: the plan was changed because of that.

        Raises:
            Told: they may not.
            DoorShut, QueryError, CloudflareError, UnknownAccount: as `made`.
        """
        digest = await self.to_change(number, asker)
        await validate_workflow_names(plan, self.accounts)
        has_stopped = digest.pause_reason is not None
        if plan.channel == digest.plan.channel and not has_stopped:
            return Answer(changed_message(await self.store.change(digest, plan)))
        moved = replace(digest, plan=plan)
        if has_stopped or digest.state == "active":
            upcoming = plan.schedule.next_after(self.now())
            moved = replace(moved, state="active", pause_reason=None, next_due=upcoming)
        await self.door.show(changed_message(moved), plan.channel, asker.user)
        await self.store.change(digest, plan)
        if has_stopped:
            await self.store.resume(number)
        return None if asker.channel == plan.channel else Answer(changed_message(moved))

    async def preview(self, plan: DigestSpec, digest: Digest | None = None) -> Answer:
        """What a digest of this plan would say now, for one reader.

        Raises:
            CloudflareError, UnknownAccount: its account can't be read.
        """
        report = await self.reader.report(plan, digest.baseline if digest else None)
        values = await list_button_values(report, self.bookmarks) if digest else {}  # a window has no buttons
        controls = DigestControls(values, is_preview=True)
        messages = digest_message(digest.number if digest else None, report, controls)
        return Answer(messages.full, plain=messages.plain)

    async def to_change(self, number: int, asker: ReturnAddress) -> Digest:
        """A digest that the asker may change.

        Raises:
            Told: there is none, or they may not.
        """
        digest = await self._there(number, asker)
        if not self._may_change(digest, asker):
            raise Told(not_yours_message(digest, self.admins))
        return digest

    async def _typed(self, text: str, asker: ReturnAddress) -> Answer | FormToOpen | None:
        request = parse_digest(text, tuple(self.accounts), asker.channel or "", "UTC")
        if isinstance(request, CreateDigest):
            zone = (await self.zones.of(asker.user)).name
            request = parse_digest(text, tuple(self.accounts), asker.channel or "", zone)
        return await self._do(request, asker)

    async def _do(self, request: DigestRequest, asker: ReturnAddress) -> Answer | FormToOpen | None:
        answer: Answer | FormToOpen | None
        match request:
            case HelpQuery(topic):
                answer = Answer(help_message(topic, tuple(self.accounts)))
            case OpenForm():
                answer = await self._blank_form(asker)
            case CreateDigest(plan, channel_name):
                answer = await self._create(plan, channel_name, asker)
            case ListDigests(all=everywhere):
                answer = await self._list(asker, everywhere=everywhere)
            case ShowDigest(number):
                answer = await self._show(await self._to_see(number, asker), asker)
            case PreviewDigest(number):
                digest = await self._to_see(number, asker)
                answer = await self.preview(digest.plan, digest)
            case RunDigest(number):
                # Whoever reads a digest in its channel may have it posted there again.
                answer = await self._run(await self._to_see(number, asker))
            case _:
                answer = await self._change(request, asker)
        return answer

    async def _change(self, request: DigestChange, asker: ReturnAddress) -> Answer | FormToOpen:
        """What only some may do; what is so already is said all the same."""
        if isinstance(request, RestoreDigest):
            return Answer(restored_message(await self._restore(request.number, asker)))
        digest = await self.to_change(request.number, asker)
        match request:
            case EditDigest():
                return self._form(digest, asker)
            case PauseDigest(number):
                return Answer(paused_message(await self.store.pause(number)))
            case ResumeDigest(number):
                return Answer(resumed_message(await self.store.resume(number)))
            case DeleteDigest(number):
                return Answer(deleted_message(await self.store.delete(number)))

    async def _create(self, plan: DigestSpec, channel_name: str, asker: ReturnAddress) -> Answer | None:
        try:
            return await self.made(plan, asker)
        except DoorShut as error:
            raise Told(channel_unavailable_message(error.missing, plan, channel_name)) from error

    async def _run(self, digest: Digest) -> Answer:
        await self.store.run_now(digest.number)
        return await self._served(run_started_message(digest))

    async def _list(self, asker: ReturnAddress, *, everywhere: bool) -> Answer:
        """Those of this channel and one's own; for admins who ask for them, all."""
        if everywhere:
            if asker.user not in self.admins:
                raise Told(not_all_message(self.admins))
            found = {digest.number: digest for digest in await self.store.all()}
        else:
            here = await self.store.of_channel(asker.channel) if asker.channel else ()
            own = await self.store.of_creator(asker.user)
            found = {digest.number: digest for digest in (*here, *own)}
        shown = [found[number] for number in sorted(found)]
        may_change = {digest.number for digest in shown if self._may_change(digest, asker)}
        return await self._served(digests_message(shown, may_change))

    async def _show(self, digest: Digest, asker: ReturnAddress) -> Answer:
        upcoming = tuple(digest.plan.schedule.upcoming(self.now(), UPCOMING)) if digest.next_due else ()
        runs = await self.store.runs(digest.number)
        may_change = self._may_change(digest, asker)
        return await self._served(digest_details_message(digest, upcoming, runs, may_change=may_change))

    async def _served(self, told: Message) -> Answer:
        """An answer that does not promise what nobody is there to keep."""
        return Answer(told if await self.store.is_served() else with_no_worker_warning(told))

    async def _blank_form(self, asker: ReturnAddress) -> FormToOpen:
        zone = await self.zones.soon(asker.user)
        form = DigestForm.blank(asker.channel or "", zone.name)
        view = digest_form(form, None, tuple(self.accounts), metadata(asker, ""))
        return FormToOpen(view, form_not_opened_message(None))

    def _form(self, digest: Digest, asker: ReturnAddress) -> FormToOpen:
        remembered = metadata(asker, str(digest.number))
        view = digest_form(DigestForm.of(digest.plan), digest.number, tuple(self.accounts), remembered)
        return FormToOpen(view, form_not_opened_message(digest.number))

    async def _restore(self, number: int, asker: ReturnAddress) -> Digest:
        """Undo a deletion. A digest that is there stays as it is, paused or not."""
        digest = await self._kept(number)
        if not self._may_change(digest, asker):
            raise Told(not_yours_message(digest, self.admins))
        return await self.store.restore(number)

    async def _there(self, number: int, asker: ReturnAddress) -> Digest:
        """A digest that is not deleted; who may undo that is told how."""
        digest = await self._kept(number)
        if digest.state == "deleted":
            may_undo = self._may_change(digest, asker)
            raise Told(deleted_message(digest) if may_undo else no_such_digest_message(number))
        return digest

    async def _kept(self, number: int) -> Digest:
        try:
            return await self.store.get(number)
        except NoSuchDigest as error:
            raise Told(no_such_digest_message(number)) from error

    async def _to_see(self, number: int, asker: ReturnAddress) -> Digest:
        """A digest that the asker may look at: their own, one of this channel, or any for an admin."""
        digest = await self._there(number, asker)
        if not self._may_change(digest, asker) and asker.channel != digest.plan.channel:
            raise Told(not_shown_message(digest, self.admins))
        return digest

    def _may_change(self, digest: Digest, asker: ReturnAddress) -> bool:
        return asker.user == digest.creator or asker.user in self.admins
