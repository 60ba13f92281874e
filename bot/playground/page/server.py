"""The page's own HTTP server."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from aiohttp import web

from bot.playground.page.acts import ActRefused, Acts, read
from bot.playground.page.feed import Feed
from bot.playground.page.guard import guarding, protect
from bot.playground.slack.local import LOOPBACK
from bot.playground.stage import Stage

_STATIC: Final = Path(__file__).parent / "static"


@asynccontextmanager
async def serving_page(stage: Stage, secret: str, port: int) -> AsyncIterator[str]:
    """Serve the page on 127.0.0.1 until the block is left; gives the address to open.

    Raises:
        OSError: something else listens on that port.
    """
    runner = web.AppRunner(page_app(stage, secret), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, port).start()
        yield f"http://{LOOPBACK}:{runner.addresses[0][1]}/#{secret}"
    finally:
        await runner.cleanup()


def page_app(stage: Stage, secret: str) -> web.Application:
    """The page's files, its feed, and what it can do."""
    feed, acts = Feed(stage), Acts(stage)

    async def index(_: web.Request) -> web.FileResponse:
        return web.FileResponse(_STATIC / "index.html")

    async def act(request: web.Request) -> web.Response:
        try:
            told = await acts.do(read(await request.read()))
        except ActRefused as refused:
            return web.json_response({"ok": False, "error": str(refused)}, status=400)
        return web.json_response({"ok": True, **told})

    async def fault(request: web.Request) -> web.Response:
        switch = stage.account.faults
        try:
            if switch is None:
                raise LookupError("faults can be had at the simulated account only")  # noqa: TRY301
            switch.choose(str(json.loads(await request.read())["fault"]))
        except (LookupError, TypeError, ValueError) as error:
            return web.json_response({"ok": False, "error": str(error)}, status=400)
        feed.publish("fault", {"fault": switch.chosen})
        return web.json_response({"ok": True})

    app = web.Application(middlewares=[guarding(secret)])
    app.on_response_prepare.append(protect)
    app.on_shutdown.append(feed.close)
    app.router.add_get("/", index)
    app.router.add_static("/static", _STATIC)
    app.router.add_get("/feed", feed.serve)
    app.router.add_post("/acts", act)
    app.router.add_post("/fault", fault)
    return app
