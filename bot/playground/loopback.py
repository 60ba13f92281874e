"""This machine and nobody else: what the playground's servers have in common."""

from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler
from yarl import URL

LOOPBACK: Final = "127.0.0.1"

_LOOPBACK_NAMES: Final = frozenset({LOOPBACK, "localhost", "::1"})


def is_loopback_host(host: str) -> bool:
    """Whether a `Host` header names this machine; by DNS rebinding any name can come to point here."""
    try:
        return URL(f"http://{host}").host in _LOOPBACK_NAMES
    except ValueError:
        return False


@web.middleware
async def reject_browsers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let no web page in: browsers send `Origin` or `Sec-Fetch-Site`, programs neither."""
    by_browser = "Origin" in request.headers or "Sec-Fetch-Site" in request.headers
    if by_browser or not is_loopback_host(request.host):
        return web.Response(status=403, text="This is for programs on this machine.")
    return await handler(request)
