"""Buttons: pages are turned in place, lists are opened below."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners.background import Background
from bot.listeners.delivery import Delivery, ReturnAddress
from bot.listeners.presenter import Presenter

_TURNING: Final = ("page_next", "page_previous")
_REFRESHING: Final = "page_refresh"
_OPENING: Final = "list_open"


def register(app: AsyncApp, presenter: Presenter, delivery: Delivery, background: Background) -> None:
    """Answer the buttons. Slack shows no message from the ack of a click, so that goes first and empty."""

    def listener(*, fresh: bool, in_place: bool) -> Callable[..., Awaitable[None]]:
        async def clicked(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any]) -> None:
            await ack()
            address = ReturnAddress.of(body)
            background.start(answer(action.get("value") or "", address, fresh=fresh, in_place=in_place))

        return clicked

    async def answer(value: str, address: ReturnAddress, *, fresh: bool, in_place: bool) -> None:
        found = await presenter.click(value, fresh=fresh)
        await delivery.send(found.message, address, replace=in_place and not found.is_problem)

    for action_id in _TURNING:
        app.action(action_id)(listener(fresh=False, in_place=True))
    app.action(_REFRESHING)(listener(fresh=True, in_place=True))
    app.action(_OPENING)(listener(fresh=False, in_place=False))
