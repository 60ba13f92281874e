"""Interactions that wait for an answer of the bot, to run with faults of Slack."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import aiohttp

from bot.playground.simulators.slack import Reply, Signer, Transport
from bot.playground.simulators.slack.delivery import Ack, Delivery
from bot.playground.simulators.slack.interactions import RESPONSE_URL_SECONDS, RESPONSE_URL_USES
from bot.playground.simulators.slack.shapes import Payload
from tests.support.clock import far_schedule
from tests.support.form_values import fill_form
from tests.support.messages import ask

from .slack_harness import Harness


@dataclass(frozen=True)
class Asked:
    """A prepared interaction, words of its answer, and whether the answer also has plainer blocks."""

    act: Callable[[], Awaitable[Reply]]
    words: str
    has_plainer: bool = False


Surface = Callable[[Harness, Transport | None], Awaitable[Asked]]
"""Prepares an interaction, optionally for another transport."""


async def _command(harness: Harness, via: Transport | None) -> Asked:
    name = harness.workflow()
    return Asked(lambda: harness.ada(via=via).command("/workflows", name), name)


async def _click(harness: Harness, via: Transport | None) -> Asked:
    name = harness.workflow()
    message = await ask(harness.ada(), name)
    return Asked(lambda: harness.ada(via=via).click(message, "page_next"), "11–20")


async def _old_button(harness: Harness, via: Transport | None) -> Asked:
    name = harness.workflow()
    message = await ask(harness.ada(), name)
    action = {"type": "button", "action_id": "page_forward", "block_id": "b", "value": "x"}
    return Asked(lambda: harness.ada(via=via).act(message, action), "from an older version of the bot")


async def _filter_form(harness: Harness, via: Transport | None) -> Asked:
    name = harness.workflow()
    message = await ask(harness.ada(), name)
    view = await (await harness.ada().click(message, "filter_open")).view()
    values = fill_form(view.payload, status="🔴 Errored")
    return Asked(lambda: harness.ada(via=via).submit(view, values), name)


async def _digest_command(harness: Harness, via: Transport | None) -> Asked:
    number = await harness.digest()
    text = f"digest preview {number}"  # never in an ack
    return Asked(lambda: harness.ada(via=via).command("/workflows", text), f"Digest {number}", True)


async def _digest_form(harness: Harness, via: Transport | None) -> Asked:
    number = await harness.digest()
    view = await (await harness.ada().command("/workflows", f"digest edit {number}")).view()
    values = fill_form(view.payload, words=far_schedule())
    return Asked(lambda: harness.ada(via=via).submit(view, values), f"Digest {number}")


SURFACES: Final[dict[str, Surface]] = {
    "command": _command,
    "click": _click,
    "old button": _old_button,
    "filter form": _filter_form,
    "digest command": _digest_command,
    "digest form": _digest_form,
}


@dataclass(frozen=True)
class Spent:
    """Delivers an interaction whose `response_url` has been used five times."""

    way: Transport

    async def deliver(self, delivery: Delivery) -> Ack:
        async with aiohttp.ClientSession() as session:
            for _ in range(RESPONSE_URL_USES):
                await (await session.post(_response_url(delivery.payload), json={"text": "spent"})).read()
        return await self.way.deliver(delivery)


@dataclass(frozen=True)
class Expired:
    """Delivers an interaction whose `response_url` has expired."""

    way: Transport
    harness: Harness

    async def deliver(self, delivery: Delivery) -> Ack:
        self.harness.slack.interactions.clock = lambda: time.time() + RESPONSE_URL_SECONDS + 60
        return await self.way.deliver(delivery)


@dataclass(frozen=True)
class Twice:
    """Delivers the same body twice, as if the first ack was lost; returns the second ack."""

    harness: Harness

    async def deliver(self, delivery: Delivery) -> Ack:
        slack = self.harness.slack
        a_second_later = Signer(slack.signing_secret, lambda: time.time() + 1)
        await slack.http(slack.request_url).deliver(delivery)
        return await slack.http(slack.request_url, a_second_later).deliver(delivery)


def _response_url(payload: Payload) -> str:
    if "view" in payload:
        return str(payload["view"]["private_metadata"]).split("\n")[0]
    return str(payload["response_url"])
