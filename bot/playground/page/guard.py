"""Access control of the page: only a browser with the address that the terminal shows may use it.

Another web page can make a browser send requests here, and by DNS rebinding even use its own host name.
It can neither change `Host` and `Origin`, which the browser sets, nor read the secret: the secret is in the
address' fragment, which browsers do not send, and the page sends it in a header.
"""

import hmac
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.playground.loopback import is_loopback_host

SECRET_HEADER: Final = "X-Playground-Secret"  # noqa: S105 - its name, not the secret

_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def require_secret(secret: str) -> Middleware:
    """Return a middleware that rejects requests of other pages and requests without the secret."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_loopback_host(request.host):
            return _reject(403, "Open this page as 127.0.0.1 or localhost.")
        origin = request.headers.get("Origin")
        if origin is not None and origin != f"http://{request.host}":
            return _reject(403, "Other pages can't use the playground.")
        if not _is_public(request) and not _has_secret(request, secret):
            return _reject(
                401, "Open the address that the terminal shows: it ends in this playground's secret."
            )
        return await handler(request)

    return guard


async def add_security_headers(_: web.Request, response: web.StreamResponse) -> None:
    """Add headers that keep other pages from embedding or reading this one; for `on_response_prepare`."""
    response.headers.update(_HEADERS)


def _is_public(request: web.Request) -> bool:
    return request.method in {"GET", "HEAD"} and (request.path == "/" or request.path.startswith("/static/"))


def _has_secret(request: web.Request, secret: str) -> bool:
    known = request.headers.get(SECRET_HEADER, "")
    return hmac.compare_digest(known.encode(errors="surrogateescape"), secret.encode())


def _reject(status: int, why: str) -> web.Response:
    return web.json_response({"ok": False, "error": why}, status=status)
