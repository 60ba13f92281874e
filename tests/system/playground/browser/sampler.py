"""A bot that shows all of Block Kit and each kind of failure.

It is a real Bolt app on a real port. The playground's page is held against it, since the Workflows bot needs
but a part of Block Kit.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.simulators.slack import LocalSlack

from .instance_sampler import listen as listen_to_instances
from .instance_samples import instances
from .samples import Json, charts, controls, form, option, second, showcase


@dataclass(frozen=True)
class Asked:
    """A slash command, and a client to answer it."""

    ack: AsyncAck
    command: Json
    client: AsyncWebClient

    @property
    def channel(self) -> str:
        return str(self.command["channel_id"])


def message(text: str, *blocks: Json) -> Callable[[Asked], Awaitable[None]]:
    async def sample(asked: Asked) -> None:
        await asked.ack(response_type="ephemeral", text=text, blocks=blocks)

    return sample


async def too_many_blocks(asked: Asked) -> None:
    await asked.ack()
    try:
        await asked.client.chat_postEphemeral(
            channel=asked.channel, user=asked.command["user_id"], text="x", blocks=[{"type": "divider"}] * 51
        )
    except SlackApiError as error:
        await asked.client.chat_postMessage(channel=asked.channel, text=f"told: {error.response['error']}")


async def too_many_blocks_in_the_ack(asked: Asked) -> None:
    await asked.ack(text="too many", blocks=[{"type": "divider"}] * 51)


async def silence(asked: Asked) -> None:
    await asyncio.sleep(3.2)
    await asked.ack()


async def open_form(asked: Asked) -> None:
    await asked.ack()
    await asked.client.views_open(trigger_id=asked.command["trigger_id"], view=form())


async def shared(asked: Asked) -> None:
    await asked.ack()
    await asked.client.chat_postMessage(channel=asked.channel, text="instances", blocks=instances())


async def thread(asked: Asked) -> None:
    await asked.ack()
    parent = await asked.client.chat_postMessage(channel=asked.channel, text="The parent")
    await asked.client.chat_postMessage(channel=asked.channel, text="The reply", thread_ts=str(parent["ts"]))


async def broadcast(asked: Asked) -> None:
    await asked.ack()
    parent = await asked.client.chat_postMessage(channel=asked.channel, text="The parent")
    for text, everybody in (("To the thread", False), ("To everybody", True)):
        await asked.client.chat_postMessage(
            channel=asked.channel, text=text, thread_ts=str(parent["ts"]), reply_broadcast=everybody
        )


async def direct(asked: Asked) -> None:
    await asked.ack()
    await asked.client.chat_postMessage(channel=asked.command["user_id"], text="Between us")


SAMPLES: dict[str, Callable[[Asked], Awaitable[None]]] = {
    "showcase": message("showcase", *showcase()),
    "controls": message("controls", *controls()),
    "lines": message("lines", *charts("bar", "line")),
    "areas": message("areas", *charts("area", "pie")),
    "plain": message("only *text*"),
    "instances": message("instances", *instances()),
    "shared": shared,
    "refused": too_many_blocks,
    "refused-ack": too_many_blocks_in_the_ack,
    "silence": silence,
    "form": open_form,
    "thread": thread,
    "broadcast": broadcast,
    "direct": direct,
}


async def command(ack: AsyncAck, command: Json, client: AsyncWebClient) -> None:
    await SAMPLES[command["text"]](Asked(ack, command, client))


async def used(ack: AsyncAck, action: Json, respond: AsyncRespond) -> None:
    await ack()
    await respond(text=f"used: {json.dumps(action)}", replace_original=False)


async def deeper(ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
    await ack()
    await client.views_update(view_id=body["view"]["id"], view=second("The deep"))


async def preview(ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
    await ack()
    view = (await client.views_push(trigger_id=body["trigger_id"], view=second("Reading")))["view"]
    await client.views_update(view_id=view["id"], hash=view["hash"], view=second("What it says"))


async def options(ack: AsyncAck, payload: Json) -> None:
    await ack(options=[option(f"{payload['value']} {number}") for number in (1, 2, 3)])


async def submitted(ack: AsyncAck, view: Json, body: Json, client: AsyncWebClient) -> None:
    values = view["state"]["values"]
    match values["line"]["given"]["value"]:
        case "bad":
            await ack(response_action="errors", errors={"line": "That is bad. Try good."})
        case "push":
            await ack(response_action="push", view=second("On top"))
        case _:
            await ack()
            submitted_json = json.dumps({"values": values, "metadata": view["private_metadata"]})
            await client.chat_postEphemeral(channel="C0GENERAL", user=body["user"]["id"], text=submitted_json)


async def done(ack: AsyncAck) -> None:
    await ack(response_action="clear")


async def closed(ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
    await ack()
    await client.chat_postEphemeral(channel="C0GENERAL", user=body["user"]["id"], text="form closed")


def sampler(slack: LocalSlack) -> AsyncApp:
    """Build the bot for a local Slack."""

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=None, bot_token=slack.bot_token)

    app = AsyncApp(
        name="sampler",  # else Bolt looks through all modules for its caller's
        client=AsyncWebClient(token=slack.bot_token, base_url=slack.api_url),
        authorize=authorize,
        signing_secret=slack.signing_secret,
        process_before_response=True,
    )
    app.command("/workflows")(command)
    app.action("deeper")(deeper)
    app.action("preview")(preview)
    app.action({"block_id": "controls"})(used)
    app.action("noted")(used)
    app.options("given")(options)
    app.options("lookup")(options)
    listen_to_instances(app)
    app.view("form")(submitted)
    app.view("second")(done)
    app.view_closed("form")(closed)
    return app


@asynccontextmanager
async def run_sampler(slack: LocalSlack) -> AsyncIterator[None]:
    """Run the sampler on a free port, as the Request URL of a local Slack."""
    app = sampler(slack)

    async def events(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    server = web.Application()
    server.router.add_post("/slack/events", events)
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        slack.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        yield
    finally:
        await runner.cleanup()
