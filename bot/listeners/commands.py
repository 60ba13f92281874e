"""`/workflows`."""

import asyncio
from datetime import timedelta
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners.background import Background
from bot.listeners.delivery import Delivery, ReturnAddress
from bot.listeners.presenter import Presenter
from bot.query.model import COMMAND


def register(
    app: AsyncApp,
    presenter: Presenter,
    delivery: Delivery,
    background: Background,
    ack_within: timedelta,
) -> None:
    """Answer the slash command: in the ack when the answer is at hand in time, else after it."""

    async def workflows(ack: AsyncAck, command: dict[str, Any]) -> None:
        work = background.start(presenter.command(command.get("text") or "", command["user_id"]))
        await asyncio.wait({work}, timeout=ack_within.total_seconds())
        if not work.done():
            await ack()
            background.start(delivery.deliver(work, ReturnAddress.of(command), in_place=False))
            return
        message = work.result().message
        await ack(response_type="ephemeral", text=message.text, blocks=message.blocks)

    app.command(COMMAND)(workflows)
