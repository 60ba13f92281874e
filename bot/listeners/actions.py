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
            work = presenter.click(action.get("value") or "", fresh=fresh)
            background.start(delivery.deliver(work, ReturnAddress.of(body), in_place=in_place))

        return clicked

    for action_id in _TURNING:
        app.action(action_id)(listener(fresh=False, in_place=True))
    app.action(_REFRESHING)(listener(fresh=True, in_place=True))
    app.action(_OPENING)(listener(fresh=False, in_place=False))
