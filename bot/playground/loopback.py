"""Access control of the playground's servers: only this machine may connect."""

from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler
from yarl import URL

LOOPBACK: Final = "127.0.0.1"

_LOOPBACK_NAMES: Final = frozenset({LOOPBACK, "localhost", "::1"})


def is_loopback_host(host: str) -> bool:
    """Return whether a `Host` header names this machine, which DNS rebinding can't fake."""
    try:
        return URL(f"http://{host}").host in _LOOPBACK_NAMES
    except ValueError:
        return False


@web.middleware
async def reject_browsers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Reject requests of web pages: browsers send `Origin` or `Sec-Fetch-Site`, programs do not."""
    by_browser = "Origin" in request.headers or "Sec-Fetch-Site" in request.headers
    if by_browser or not is_loopback_host(request.host):
        return web.Response(status=403, text="This is for programs on this machine.")
    return await handler(request)
