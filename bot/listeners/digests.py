"""Digests in Slack: their buttons, their form, and the menus in it that load as one types."""

import re
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.digests.command.requests import (
    DeleteDigest,
    DigestRequest,
    EditDigest,
    OpenForm,
    PauseDigest,
    PreviewDigest,
    RestoreDigest,
    ResumeDigest,
    RunDigest,
    ShowDigest,
)
from bot.digests.messages.form import CALLBACK
from bot.digests.messages.preview import preview_not_shown_message
from bot.listeners.answers import Answer
from bot.listeners.background import Background
from bot.listeners.delivery import Delivery, ReturnAddress
from bot.listeners.digest_desk import DigestDesk
from bot.listeners.digest_forms import DigestForms, FieldErrors
from bot.listeners.views import from_metadata
from bot.ui.elements import modal
from bot.ui.form_state import State
from bot.ui.problems import unknown_control_message

_BUTTONS: Final[dict[str, Callable[[int], DigestRequest]]] = {
    "digest_show": ShowDigest,
    "digest_preview": PreviewDigest,
    "digest_run": RunDigest,
    "digest_pause": PauseDigest,
    "digest_resume": ResumeDigest,
    "digest_edit": EditDigest,
    "digest_delete": DeleteDigest,
    "digest_restore": RestoreDigest,
}
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")


def register(
    app: AsyncApp, desk: DigestDesk, forms: DigestForms, delivery: Delivery, background: Background
) -> None:
    """Answer the buttons, the form and its menus."""
    _register_buttons(app, desk, delivery, background)
    _register_form(app, forms, delivery, background)
    _register_menus(app, forms)


def _register_buttons(app: AsyncApp, desk: DigestDesk, delivery: Delivery, background: Background) -> None:
    async def answered(body: dict[str, Any], request: DigestRequest | None) -> Answer | None:
        if request is None:
            return Answer(unknown_control_message(), is_problem=True)
        outcome = await desk.press(request, ReturnAddress.of(body))
        return await delivery.opened(outcome, body.get("trigger_id") or "")

    def button(requested: Callable[[str], DigestRequest | None]) -> Callable[..., Awaitable[None]]:
        async def pressed(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any]) -> None:
            await ack()

            def work() -> Coroutine[Any, Any, None]:
                answer = answered(body, requested(action.get("value") or ""))
                return delivery.deliver(answer, ReturnAddress.of(body), in_place=False)

            background.once(body.get("trigger_id") or "", work)

        return pressed

    app.action("digest_new")(button(lambda _: OpenForm()))
    for action_id, of_number in _BUTTONS.items():
        app.action(action_id)(button(partial(_numbered, of_number)))


def _numbered(of_number: Callable[[int], DigestRequest], value: str) -> DigestRequest | None:
    return of_number(int(value)) if _NUMBER.fullmatch(value) else None


def _register_form(app: AsyncApp, forms: DigestForms, delivery: Delivery, background: Background) -> None:
    async def submitted(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        user = ReturnAddress.of(body).user
        address, remembered = from_metadata(view.get("private_metadata") or "", user)
        if remembered and not _NUMBER.fullmatch(remembered):
            nothing = modal("Nothing was done", unknown_control_message().blocks, close="Close")
            await ack(response_action="update", view=nothing)
            return
        number = int(remembered) if remembered else None
        submit = partial(forms.submit, view["state"]["values"], number, address)
        work, is_first = background.once(body.get("trigger_id") or "", submit)
        if await background.is_at_hand(work) and isinstance(wrong := work.result(), FieldErrors):
            await ack(response_action="errors", errors=wrong.by_field)
            return
        await ack()
        if is_first:
            background.start(delivery.deliver(forms.told(work, number), address, in_place=False))

    async def preview(trigger_id: str, state: State) -> Answer | None:
        is_shown = await delivery.push(forms.reading, trigger_id)
        if is_shown and await delivery.change_pushed(await forms.preview(state), trigger_id):
            return None
        return Answer(preview_not_shown_message(), is_problem=True)

    async def previewed(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        view = body["view"]
        address, _ = from_metadata(view.get("private_metadata") or "", ReturnAddress.of(body).user)
        work = preview(body.get("trigger_id") or "", view["state"]["values"])
        background.start(delivery.deliver(work, address, in_place=False))

    app.view(CALLBACK)(submitted)
    app.action("digest_form_preview")(previewed)


def _register_menus(app: AsyncApp, forms: DigestForms) -> None:
    async def zones(ack: AsyncAck, payload: dict[str, Any]) -> None:
        await ack(options=forms.zones(payload.get("value") or ""))

    async def workflows(ack: AsyncAck, payload: dict[str, Any]) -> None:
        await ack(options=await forms.workflows(payload.get("value") or ""))

    app.options("digest_zone")(zones)
    app.options("digest_workflows")(workflows)
