"""What the sampler does with buttons and shortcuts about instances."""

import asyncio
import json

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from .instance_samples import attempts, detail, instances, loading, output
from .samples import Json


async def show(ack: AsyncAck, action: Json, body: Json, client: AsyncWebClient) -> None:
    await ack()
    opened = await client.views_open(trigger_id=body["trigger_id"], view=loading(action["value"]))
    await asyncio.sleep(0.1)
    await client.views_update(view_id=opened["view"]["id"], view=detail(action["value"], 0))


async def turn(ack: AsyncAck, action: Json, body: Json, client: AsyncWebClient) -> None:
    await ack()
    instance, page = action["value"].split()
    await client.views_update(view_id=body["view"]["id"], view=detail(instance, int(page)))


async def push_output(ack: AsyncAck, action: Json, body: Json, client: AsyncWebClient) -> None:
    await ack()
    await client.views_push(trigger_id=body["trigger_id"], view=output(action["value"]))


async def push_attempts(ack: AsyncAck, action: Json, body: Json, client: AsyncWebClient) -> None:
    await ack()
    await client.views_push(trigger_id=body["trigger_id"], view=attempts(action["value"]))


async def refresh(ack: AsyncAck, action: Json, respond: AsyncRespond) -> None:
    await ack()
    await respond(text="refreshed", blocks=instances(int(action["value"])), replace_original=True)


async def look_up(ack: AsyncAck, shortcut: Json, respond: AsyncRespond) -> None:
    await ack()
    message = shortcut["message"]
    found = json.dumps({"text": message["text"], "in": shortcut["channel"]["name"]})
    await respond(text=f"found: {found}", thread_ts=message.get("thread_ts"))


def listen(app: AsyncApp) -> None:
    """Add the listeners to the sampler."""
    app.action("instance_show")(show)
    app.action("steps_next")(turn)
    app.action("steps_previous")(turn)
    app.action("step_output")(push_output)
    app.action("attempts")(push_attempts)
    app.action("page_refresh")(refresh)
    app.shortcut({"callback_id": "look_up", "type": "message_action"})(look_up)
