"""Answers about params and outputs: shown to one person, sent to them as a file, or shared in a channel."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from bot.access.model import Right
from bot.access.policy import Access
from bot.cloudflare.accounts import Accounts
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import StepNotAvailable
from bot.cloudflare.instance_models import InstanceDetail, InstanceError, Step
from bot.cloudflare.requests import STEP_KINDS
from bot.inspect.masked_errors import mask_error, mask_step_name, mask_view
from bot.inspect.messages.key_step import error_text
from bot.inspect.messages.payloads import (
    IN_LIST,
    IN_MODAL,
    PayloadBlocks,
    PayloadControls,
    StepOutput,
    file_name,
    hidden_message,
    hidden_view,
    introduction,
    loading_view,
    no_payload_view,
    not_allowed_message,
    not_opened_message,
    not_sent_message,
    nothing_to_send_message,
    outputs_view,
    payload_blocks,
    payload_view,
    sent_message,
    shared_payload_message,
    step_error_text,
)
from bot.inspect.model import InstanceRef, InstanceView
from bot.inspect.payload_requests import OfPayload, SendPayload, SharePayload, ShowOutputs, ShowPayload
from bot.inspect.payloads import PayloadPolicy, mask_whole, preview_payload
from bot.inspect.timeline import STEPS_PER_PAGE
from bot.slack.files import FileNotSent, FileSender, FilesNotAllowed
from bot.slack.interaction import Interaction
from bot.slack.reply import OpenModal, PostToChannel, Reply, ShowMessage, UpdateModal
from bot.slack.requests import RequestStore
from bot.ui.elements import Message
from bot.ui.limits import Block

_STREAM: Final = "The step made a stream of bytes, which this bot does not read."
_GONE: Final = "Cloudflare has no such step of this instance any more."
_NONE: Final = "There is none: Cloudflare has no value here."


@dataclass(frozen=True, slots=True)
class _Found:
    """A payload, or why there is none to show, in mrkdwn."""

    value: Any = None
    why_none: str = ""


class PayloadHandlers:
    """Handlers of what is asked of params and outputs.

    Nothing of them is kept or logged. Only `share` posts one where others read it, which takes a right.

    Args:
        accounts: all that are configured.
        requests: makes requests into button values.
        policy: what may be seen of payloads; asked at every click, as a button may be older than the setting.
        files: sends them whole.
        access: says who may show them to others.
    """

    def __init__(
        self,
        accounts: Accounts,
        requests: RequestStore,
        policy: PayloadPolicy,
        files: FileSender,
        access: Access,
    ) -> None:
        self._accounts = accounts
        self._requests = requests
        self._policy = policy
        self._files = files
        self._access = access

    async def blocks(
        self, subject: InstanceRef, detail: InstanceDetail, first: int, team: str
    ) -> PayloadBlocks:
        """Return an instance's params and output for its message; see `payload_blocks`.

        Args:
            subject: which instance.
            detail: the same, as Cloudflare has it.
            first: the place of the first step that is shown, from 0.
            team: whose buttons they are.
        """
        controls = PayloadControls()
        if self._policy.show:
            controls = PayloadControls(
                show_params=await self._requests.try_save(ShowPayload(subject, "params"), team),
                show_output=await self._requests.try_save(ShowPayload(subject, "output"), team),
                send_params=await self._requests.try_save(SendPayload(subject, "params"), team),
                send_output=await self._requests.try_save(SendPayload(subject, "output"), team),
                show_steps=await self._requests.try_save(ShowOutputs(subject, first), team)
                if any(step.output is not None for step in _page(detail, first))
                else None,
            )
        return await asyncio.to_thread(payload_blocks, detail, self._policy, controls)

    async def without_secrets(self, view: InstanceView) -> InstanceView:
        """Return what is shown of an instance, with no secrets in its errors and its steps' names."""
        return await asyncio.to_thread(mask_view, view, self._policy)

    async def show(self, request: ShowPayload, interaction: Interaction) -> Reply:
        """Open a payload in a modal."""
        fallback = not_opened_message(request)
        metadata = {"private_metadata": interaction.dump("")}
        if not self._policy.show:
            return OpenModal(hidden_view() | metadata, fallback, push=interaction.in_modal)

        async def fill() -> UpdateModal:
            return UpdateModal(await self._build_view(request, interaction) | metadata, fallback)

        return OpenModal(loading_view() | metadata, fallback, push=interaction.in_modal, fill=fill)

    async def show_outputs(self, request: ShowOutputs, interaction: Interaction) -> Reply:
        """Open the outputs of some steps in a modal."""
        fallback = not_opened_message(request)
        metadata = {"private_metadata": interaction.dump("")}
        if not self._policy.show:
            return OpenModal(hidden_view() | metadata, fallback, push=interaction.in_modal)

        async def fill() -> UpdateModal:
            return UpdateModal(await self._read_outputs(request, interaction.team) | metadata, fallback)

        view = loading_view("Outputs") | metadata
        return OpenModal(view, fallback, push=interaction.in_modal, fill=fill)

    async def send(self, request: SendPayload, interaction: Interaction) -> Reply:
        """Send a payload as a file to the one who asks, and to nobody else."""
        if not self._policy.show:
            return self._say(hidden_message(), hidden_view(), interaction)
        found = await self._find(request)
        if found.why_none:
            view = no_payload_view(request, found.why_none)
            return self._say(Message(found.why_none, []), view, interaction)
        payload = await asyncio.to_thread(mask_whole, found.value, self._policy)
        if not payload.text:
            view = payload_view(request, payload, None)
            return self._say(nothing_to_send_message(payload), view, interaction)
        name = file_name(request, payload)
        try:
            await self._files.send(interaction.user, name, payload.text, introduction(request))
        except (FilesNotAllowed, FileNotSent) as error:
            start = await asyncio.to_thread(preview_payload, found.value, self._policy)
            said = (
                not_allowed_message(start)
                if isinstance(error, FilesNotAllowed)
                else not_sent_message(error.for_log, start)
            )
            return self._say(said, {**loading_view(), "blocks": said.blocks}, interaction)
        said = sent_message(name, payload)
        if not interaction.in_modal:
            return ShowMessage(said)
        start = await asyncio.to_thread(preview_payload, found.value, self._policy, IN_MODAL)
        return self._say(said, payload_view(request, start, None, note=f"✅ {said.text}"), interaction)

    async def share(self, request: SharePayload, interaction: Interaction) -> Reply:
        """Show everybody in the channel a payload's beginning, without its secrets."""
        if not self._policy.show:
            return self._say(hidden_message(), hidden_view(), interaction)
        found = await self._find(request)
        if found.why_none:
            return self._say(
                Message(found.why_none, []), no_payload_view(request, found.why_none), interaction
            )
        payload = await asyncio.to_thread(preview_payload, found.value, self._policy)
        view = None
        if interaction.open_view:
            view = {**await self._build_view(request, interaction), "private_metadata": interaction.dump("")}
        done = "Shared with everybody in this conversation, without what likely is secret."
        return PostToChannel(shared_payload_message(request, payload), view=view, done=done)

    def _say(self, said: Message, view: Block, interaction: Interaction) -> Reply:
        """Answer where the button is: in the modal, or below the message."""
        if not interaction.in_modal:
            return ShowMessage(said)
        return UpdateModal({**view, "private_metadata": interaction.dump("")}, said)

    async def _build_view(self, request: OfPayload, interaction: Interaction) -> Block:
        found = await self._find(request)
        if found.why_none:
            return no_payload_view(request, found.why_none)
        payload = await asyncio.to_thread(preview_payload, found.value, self._policy, IN_MODAL)
        if not payload.text:
            return payload_view(request, payload, None)
        about = (request.subject, request.what, request.step, request.step_kind, request.place)
        send, share = await self._requests.try_save(SendPayload(*about), interaction.team), None
        viewer = await self._access.viewer(interaction)
        if viewer.may(Right.PAYLOADS, request.subject.account, request.subject.workflow):
            share = await self._requests.try_save(SharePayload(*about), interaction.team)
        return payload_view(request, payload, send, share=share)

    async def _read_outputs(self, request: ShowOutputs, team: str) -> Block:
        subject = request.subject
        _, workflows = self._accounts.get(subject.account)
        detail = await workflows.get_detail(subject.workflow, subject.instance)
        found = []
        for number, step in enumerate(_page(detail, request.first), request.first + 1):
            if step.output is None:
                continue
            payload = await asyncio.to_thread(preview_payload, step.output, self._policy, IN_LIST)
            name, show = mask_step_name(step.name, self._policy), None
            if step.type in STEP_KINDS and not payload.hidden_by_workflow:
                # Cloudflare knows a step by its name; a button carries one only without secrets.
                named = (step.name, step.type) if name == step.name else ("", step.type, number - 1)
                show = await self._requests.try_save(ShowPayload(subject, "step", *named), team)
            found.append(StepOutput(number, name, payload, show))
        return outputs_view(subject, found)

    async def _find(self, request: OfPayload) -> _Found:
        """Ask Cloudflare for a payload.

        Raises:
            CloudflareError, UnknownAccount: there is no answer, or no such instance.
        """
        _, workflows = self._accounts.get(request.subject.account)
        if request.what == "step":
            return await self._find_step(request, workflows)
        detail = await workflows.get_detail(request.subject.workflow, request.subject.instance)
        value = detail.params if request.what == "params" else detail.output
        return _Found(value, _NONE if value is None else "")

    async def _find_step(self, request: OfPayload, workflows: CachedWorkflows) -> _Found:
        subject = request.subject
        name, kind = request.step, request.step_kind
        if request.place is not None:
            detail = await workflows.get_detail(subject.workflow, subject.instance)
            if request.place >= len(detail.steps) or detail.steps[request.place].type != kind:
                return _Found(why_none=_GONE)
            name = detail.steps[request.place].name
        try:
            result = await workflows.get_step(subject.workflow, subject.instance, name, kind)
        except StepNotAvailable:  # as in wrangler's engine, whose detail has the outputs
            detail = await workflows.get_detail(subject.workflow, subject.instance)
            step = next((step for step in detail.steps if (step.name, step.type) == (name, kind)), None)
            if step is None:
                return _Found(why_none=_GONE)
            last = step.attempts[-1].error if step.attempts else None
            return self._of_step(step.output, step.error or last)
        return _Found(why_none=_STREAM) if result.is_stream else self._of_step(result.output, result.error)

    def _of_step(self, output: object, error: InstanceError | None) -> _Found:
        if output is not None:
            return _Found(output)
        if error is None:
            return _Found(why_none=_NONE)
        return _Found(why_none=step_error_text(error_text(mask_error(error, self._policy))))


def _page(detail: InstanceDetail, first: int) -> tuple[Step, ...]:
    return detail.steps[first : first + STEPS_PER_PAGE]
