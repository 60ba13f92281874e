"""The feed of a page that is closed while it loads."""

import logging

import aiohttp
import pytest
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.playground.page.guard import SECRET_HEADER
from bot.playground.page.server import build_page_app
from bot.playground.playground import Playground


async def test_a_page_closed_before_its_feed_begins_is_no_error(
    playground: Playground, session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    @web.middleware
    async def close_connection(request: web.Request, handler: Handler) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return await handler(request)

    app = build_page_app(playground, "s")
    app.middlewares.append(close_connection)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get(f"http://127.0.0.1:{runner.addresses[0][1]}/feed", headers={SECRET_HEADER: "s"})
    finally:
        await runner.cleanup()
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []
