"""A Bolt app as its guide has it, whose slash command does nothing but ack: the least that any bot does.

`python -m tests.benchmarks.ack_only [process-before-response]` prints the port it listens on.
"""

import asyncio
import os
import sys
from typing import Final

from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.language.tokens import COMMAND

BEFORE_RESPONSE: Final = "process-before-response"
"""Bolt's setting that the bot has turned on: a listener runs within its request, and no ack is polled for."""


def _app(*, before_response: bool) -> AsyncApp:
    app = AsyncApp(
        signing_secret=os.environ["SLACK_SIGNING_SECRET"],
        client=AsyncWebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]),
        process_before_response=before_response,
    )

    async def acknowledge(ack: AsyncAck) -> None:
        await ack()

    app.command(COMMAND)(acknowledge)
    return app


async def _serve(app: AsyncApp) -> None:
    # Bolt's own server, started as the bot starts its own: without a log of every request, on any free port.
    runner = web.AppRunner(app.web_app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)  # noqa: T201 - see above
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(_app(before_response=BEFORE_RESPONSE in sys.argv[1:])))
