"""`/workflows`."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.digests.language.grammar import is_digest
from bot.listeners.answers import Answer
from bot.listeners.background import Background
from bot.listeners.delivery import Delivery, ReturnAddress
from bot.listeners.digest_desk import DigestDesk
from bot.listeners.presenter import Presenter
from bot.query.model import COMMAND


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

    async def workflows(ack: AsyncAck, command: dict[str, Any]) -> None:
        work = background.start(answer(command))
        if (
            await background.is_at_hand(work)
            and (answered := work.result()) is not None
            and answered.plain is None
        ):
            message = answered.message
            await ack(response_type="ephemeral", text=message.text, blocks=message.blocks)
            return
        await ack()  # whether Slack takes the newer blocks, an ack can't tell
        background.start(delivery.deliver(work, ReturnAddress.of(command), in_place=False))

    app.command(COMMAND)(workflows)
