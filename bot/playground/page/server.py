"""The page's HTTP server."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.playground.loopback import LOOPBACK
from bot.playground.page.bundle import bundle_script, bundle_styles
from bot.playground.page.feed import Feed
from bot.playground.page.guard import add_security_headers, require_secret
from bot.playground.page.ui_actions import ActionRejected, UserActions, parse_action, set_fault
from bot.playground.playground import Playground
from bot.playground.simulators.slack import Payload

_STATIC: Final = Path(__file__).parent / "static"


@asynccontextmanager
async def run_page(playground: Playground, secret: str, port: int) -> AsyncIterator[str]:
    """Serve the page on 127.0.0.1 and yield the address to open.

    Raises:
        OSError: the port is in use.
    """
    runner = web.AppRunner(build_page_app(playground, secret), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, port).start()
        yield f"http://{LOOPBACK}:{runner.addresses[0][1]}/#{secret}"
    finally:
        await runner.cleanup()


def build_page_app(playground: Playground, secret: str) -> web.Application:
    """Build the application that serves the page's files, its feed and its actions."""
    feed, ui_actions = Feed(playground), UserActions(playground)

    async def perform_action(body: bytes) -> Payload:
        return await ui_actions.perform(parse_action(body))

    async def change_fault(body: bytes) -> Payload:
        feed.publish("fault", {"fault": set_fault(playground, body)})
        return {}

    app = web.Application(middlewares=[require_secret(secret)])
    app.on_response_prepare.append(add_security_headers)
    app.on_shutdown.append(feed.close)
    app.add_routes(
        [
            web.get("/", _file_handler(_STATIC / "index.html")),
            web.get("/static/favicon.svg", _file_handler(_STATIC / "favicon.svg")),
            web.get("/static/main.css", _bundle_handler(bundle_styles, _STATIC / "main.css", "text/css")),
            web.get(
                "/static/main.js", _bundle_handler(bundle_script, _STATIC / "main.js", "text/javascript")
            ),
            web.get("/feed", feed.serve, allow_head=False),
            web.get("/files/{id}", _download_handler(playground), allow_head=False),
            web.post("/actions", _json_handler(perform_action)),
            web.post("/fault", _json_handler(change_fault)),
        ]
    )
    return app


def _json_handler(perform: Callable[[bytes], Awaitable[Payload]]) -> Handler:
    """Return a handler that answers with the result as JSON, or with the reason for a rejection."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            result = await perform(await request.read())
        except ActionRejected as refused:
            return web.json_response({"ok": False, "error": str(refused)}, status=400)
        return web.json_response({"ok": True, **result})

    return answer


def _download_handler(playground: Playground) -> Handler:
    """Return a handler that sends a file of a message as text to save, never as a page to show."""

    async def answer(request: web.Request) -> web.StreamResponse:
        file = next((file for file in playground.slack.files if file.id == request.match_info["id"]), None)
        if file is None or not file.channel:
            return web.json_response({"ok": False, "error": "This file is gone."}, status=404)
        headers = {"Content-Disposition": "attachment"}
        return web.Response(body=file.content, content_type="text/plain", charset="utf-8", headers=headers)

    return answer


def _bundle_handler(bundle: Callable[[Path], str], main: Path, content_type: str) -> Handler:
    """Return a handler that sends a file with all that it imports, as it is now."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(text=bundle(main), content_type=content_type)

    return answer


def _file_handler(path: Path) -> Handler:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(path)

    return answer
