"""The page's own HTTP server."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.playground.loopback import LOOPBACK
from bot.playground.page.feed import Feed
from bot.playground.page.guard import guarding, protect
from bot.playground.page.ui_actions import ActRefused, Acts, read, turn_faults
from bot.playground.playground import Playground
from bot.playground.simulators.slack import Payload

_STATIC: Final = Path(__file__).parent / "static"


@asynccontextmanager
async def run_page(playground: Playground, secret: str, port: int) -> AsyncIterator[str]:
    """Serve the page on 127.0.0.1 until the block is left; gives the address to open.

    Raises:
        OSError: something else listens on that port.
    """
    runner = web.AppRunner(page_app(playground, secret), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, port).start()
        yield f"http://{LOOPBACK}:{runner.addresses[0][1]}/#{secret}"
    finally:
        await runner.cleanup()


def page_app(playground: Playground, secret: str) -> web.Application:
    """Return the page's files, its feed, and what it can do."""
    feed, ui_actions = Feed(playground), Acts(playground)

    async def act(body: bytes) -> Payload:
        return await ui_actions.do(read(body))

    async def turn(body: bytes) -> Payload:
        feed.publish("fault", {"fault": turn_faults(playground, body)})
        return {}

    app = web.Application(middlewares=[guarding(secret)])
    app.on_response_prepare.append(protect)
    app.on_shutdown.append(feed.close)
    app.add_routes(
        [
            web.get("/", _file(_STATIC / "index.html")),
            *(
                web.get(f"/static/{path.relative_to(_STATIC).as_posix()}", _file(path))
                for path in _STATIC.rglob("*.*")
            ),
            web.get("/feed", feed.serve, allow_head=False),
            web.post("/acts", _answered(act)),
            web.post("/fault", _answered(turn)),
        ]
    )
    return app


def _answered(do: Callable[[bytes], Awaitable[Payload]]) -> Handler:
    """Return what comes of a request's body as JSON, or why nothing does."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            told = await do(await request.read())
        except ActRefused as refused:
            return web.json_response({"ok": False, "error": str(refused)}, status=400)
        return web.json_response({"ok": True, **told})

    return answer


def _file(path: Path) -> Handler:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(path)

    return answer
