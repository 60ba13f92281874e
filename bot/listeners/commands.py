"""`/workflows`."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse

from bot.digests.command.grammar import is_digest
from bot.language.tokens import COMMAND
from bot.listeners.answers import Answer
from bot.listeners.background import Background
from bot.listeners.delivery import Delivery, ReturnAddress
from bot.listeners.digest_desk import DigestDesk
from bot.listeners.presenter import Presenter
from bot.ui.elements import Message

_JSON: Final[dict[str, str | Sequence[str]]] = {"Content-Type": "application/json;charset=utf-8"}


def register(
    app: AsyncApp,
    presenter: Presenter,
    desk: DigestDesk,
    delivery: Delivery,
    background: Background,
) -> None:
    """Answer the slash command: in the ack when the answer is at hand in time, else after it."""

    async def answer(command: dict[str, Any]) -> Answer | None:
        text, address = command.get("text") or "", ReturnAddress.of(command)
        if not is_digest(text):
            return await presenter.command(text, address.user)
        return await delivery.opened(await desk.command(text, address), command.get("trigger_id") or "")

    async def workflows(ack: AsyncAck, command: dict[str, Any]) -> BoltResponse:
        if (known := presenter.at_hand(command.get("text") or "")) is not None:
            return _showing(known.message)
        # A list may be shown twice, a digest must not be made twice.
        key = command.get("trigger_id") or "" if is_digest(command.get("text") or "") else ""
        work, is_first = background.once(key, partial(answer, command))
        if (
            await background.is_at_hand(work)
            and (answered := work.result()) is not None
            and answered.plain is None
        ):
            return _showing(answered.message)
        empty = await ack()  # whether Slack takes the newer blocks, an ack can't tell
        if is_first:
            background.start(delivery.deliver(work, ReturnAddress.of(command), in_place=False))
        return empty

    app.command(COMMAND)(workflows)


def _showing(message: Message) -> BoltResponse:
    return BoltResponse(status=200, body=message.as_ack, headers=_JSON)
