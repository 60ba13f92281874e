"""The filter's form: a button opens it, and its answer takes the place of the list below the button."""

from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.browse.messages.filter_form import CALLBACK, field_errors
from bot.language.errors import FormErrors
from bot.listeners.answers import Answer
from bot.listeners.background import Background
from bot.listeners.delivery import Delivery, ReturnAddress
from bot.listeners.presenter import Presenter

_OPENING: Final = "filter_open"


def register(
    app: AsyncApp,
    presenter: Presenter,
    delivery: Delivery,
    background: Background,
) -> None:
    """Open the form and answer it.

    What is wrong in it is said at its fields, in the ack. Slack does not wait for long: where it takes longer
    to tell, the form is closed, and its answer says what was wrong.
    """

    async def clicked(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any]) -> None:
        await ack()
        address, value = ReturnAddress.of(body), action.get("value") or ""
        work = opened(address, value, body.get("trigger_id") or "")
        background.start(delivery.deliver(work, address, in_place=False))

    async def opened(address: ReturnAddress, value: str, trigger_id: str) -> Answer | None:
        outcome = await presenter.form(value, address.user, metadata(address, value))
        return await delivery.opened(outcome, trigger_id)

    async def submitted(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        address, value = from_metadata(view.get("private_metadata") or "", ReturnAddress.of(body).user)
        reading = background.start(presenter.read(value, view["state"]["values"], address.user))
        if await background.is_at_hand(reading) and isinstance(mistakes := reading.result(), FormErrors):
            await ack(response_action="errors", errors=field_errors(mistakes))
            return
        await ack()
        background.start(delivery.deliver(presenter.filtered(reading), address, in_place=True))

    app.action(_OPENING)(clicked)
    app.view(CALLBACK)(submitted)


def metadata(address: ReturnAddress, value: str) -> str:
    """What a form has to remember: where its answer goes, and the button's value.

    A line each and nothing escaped, so that a value of any content fits: it has 2,000 characters at most, as
    what is longer waits on the shelf, and the other two have some hundred of the 3,000.
    """
    return "\n".join((address.response_url or "", address.channel or "", value))


def from_metadata(text: str, user: str) -> tuple[ReturnAddress, str]:
    """What `metadata` was made of, and who fills in the form."""
    response_url, _, rest = text.partition("\n")
    channel, _, value = rest.partition("\n")
    return ReturnAddress(response_url or None, channel or None, user), value
