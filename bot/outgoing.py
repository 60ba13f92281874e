"""Requests to other hosts: the proxies that they take, and why they fail, in words.

Sessions take `proxy_middleware` in place of `trust_env` of aiohttp, which reads the environment and
`~/.netrc` in another thread for every request: that is more work than the request.
"""

import os
import re
import ssl
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.request import getproxies, proxy_bypass

import aiohttp
from aiohttp.http_exceptions import ContentEncodingError
from yarl import URL

PROXY_WANTS_CREDENTIALS: Final = 407
_EXAMPLE: Final = "http://proxy.example.com:3128"
_MOST_HOSTS: Final = 100


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy on the way to another host.

    Attributes:
        setting: the name of the variable that names it, as it is spelled there.
        value: of that variable, with its credentials: not to be shown.
    """

    setting: str
    value: str

    @property
    def place(self) -> str:
        """Its host and port, for people; empty if the value is no URL."""
        try:
            url = URL(self.value)
        except ValueError:
            return ""
        return f"{url.host}:{url.port}" if url.host and url.port else url.host or ""

    @property
    def label(self) -> str:
        """What to call it, as in `the proxy 10.0.0.1:3128 of HTTPS_PROXY`."""
        return " ".join(filter(None, ("the proxy", self.place, "of", self.setting)))


def proxy_for(url: str) -> Proxy | None:
    """Return the proxy that requests to a URL take; None if they go there directly."""
    target = URL(url)
    value = getproxies().get(target.scheme)
    if not value or not target.host or proxy_bypass(target.host):
        return None
    name = f"{target.scheme}_proxy"
    setting = next((one for one in (name, name.upper()) if os.environ.get(one)), name.upper())
    return Proxy(setting, value)


def proxy_middleware() -> aiohttp.ClientMiddlewareType:
    """Return what sends a session's requests through the proxies that the environment names."""

    @lru_cache(_MOST_HOSTS)
    def proxy_of(host: URL) -> tuple[URL, aiohttp.BasicAuth | None] | None:
        proxy = proxy_for(str(host))
        if proxy is None:
            return None
        url = URL(proxy.value)
        return url.with_user(None), aiohttp.BasicAuth.from_url(url)

    async def send(
        request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        way = proxy_of(request.url.origin())
        if way is not None:
            request.update_proxy(*way, None)
        return await handler(request)

    return send


def proxy_problem(url: str) -> str | None:
    """Return what is wrong with the proxy that requests to a URL take, as a line for people, or None.

    Nothing of a value that can't be read is repeated: it may be a part of a password.
    """
    proxy = proxy_for(url)
    if proxy is None:
        return None
    scheme, separator, _ = proxy.value.partition("://")
    if not separator or not proxy.place:
        return f"{proxy.setting} is not a URL of a proxy, as in {_EXAMPLE}"
    if scheme.lower() != "http":
        said = f" names {scheme}" if re.fullmatch(r"[a-z0-9]{1,10}", scheme) else ""
        return f"{proxy.setting}{said}; only proxies over http are supported, as in {_EXAMPLE}"
    return None


def proxy_refusal(url: str, status: int) -> str:
    """Describe the answer of a proxy that does not pass a request on to the host behind it."""
    proxy = proxy_for(url)
    called = proxy.label if proxy else "a proxy"
    if status == PROXY_WANTS_CREDENTIALS:
        setting = proxy.setting if proxy else "the variable that names it"
        return f"{called} wants a user name and a password: put them into {setting}, encoded (HTTP {status})"
    return f"{called} does not let requests through to {URL(url).host} (HTTP {status})"


def failure_of(error: Exception, url: str) -> str:
    """Return in a few words why a request to a URL failed, without the credentials of a proxy."""
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return proxy_refusal(url, error.status)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ClientSSLError):
        return _describe_no_connection(error, url)
    if isinstance(error.__cause__, ContentEncodingError):
        return "the answer is compressed, and can't be unpacked"
    words = next((words for kind, words in _BROKEN.items() if isinstance(error, kind)), "")
    if not words and isinstance(error, OSError):
        words = f"the connection broke: {_system_words(error)}"
    return words or "the connection broke"


_BROKEN: Final = {
    aiohttp.ClientResponseError: "the answer is not HTTP as it should be",
    aiohttp.ServerDisconnectedError: "the connection broke before an answer came",
    aiohttp.ClientPayloadError: "the connection broke in the middle of the answer",
    TimeoutError: "no answer in time",
}


def _describe_no_connection(error: aiohttp.ClientConnectorError | aiohttp.ClientSSLError, url: str) -> str:
    proxy, host = proxy_for(url), str(URL(url).host)
    way = f"{host} through {proxy.label}" if proxy else host
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"the certificate of {way} is not trusted{_describe_verification(error.certificate_error)}"
    if isinstance(error, aiohttp.ClientSSLError):
        return f"no safe connection to {way}: TLS failed"
    return f"no connection to {proxy.label if proxy else host}: {_system_words(error)}"


def _describe_verification(error: Exception) -> str:
    said = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else ""
    return f": {said}" if said else ""


def _system_words(error: OSError) -> str:
    """Return the operating system's reason, without the address that asyncio adds."""
    number = error.errno or 0
    return os.strerror(number).lower() if number > 0 else str(error.strerror)
