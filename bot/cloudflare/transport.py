"""Send requests to one account over aiohttp, and map connection errors to `errors`."""

import asyncio
from datetime import timedelta

import aiohttp
from yarl import URL

from bot.cloudflare.endpoint import Endpoint
from bot.cloudflare.errors import InvalidResponse, NotAuthorized, TLSError, Unavailable
from bot.cloudflare.http_responses import Response
from bot.cloudflare.requests import STREAM, Request
from bot.outgoing import PROXY_WANTS_CREDENTIALS, failure_of, proxy_refusal


class Transport:
    """Sends requests to one account.

    Args:
        session: the aiohttp session. Its owner closes it.
        endpoint: the account.
        timeout: for one request with its response.
    """

    def __init__(self, session: aiohttp.ClientSession, endpoint: Endpoint, timeout: timedelta) -> None:
        self._session = session
        self._base_url = endpoint.base_url
        self._headers = {"Accept": "application/json", **endpoint.credentials.headers()}
        self._timeout = timeout.total_seconds()

    async def send(self, request: Request) -> Response:
        """Send a request once and return its response, whatever its HTTP status.

        Raises:
            TLSError: The server's certificate is not trusted.
            Unavailable: The connection failed, or the timeout passed.
            InvalidResponse: The response is not valid HTTP, or it is too large.
            NotAuthorized: The credentials hold characters that an HTTP header can't carry.
        """
        url = f"{self._base_url}{request.path}"
        if request.query:
            url = f"{url}?{request.query}"
        headers = self._headers
        if request.body is not None:
            headers = {**headers, "Content-Type": "application/json"}
        try:
            # aiohttp's total timeout can swallow the client's deadline when both expire together.
            async with (
                asyncio.timeout(self._timeout),
                self._session.request(
                    request.method,
                    URL(url, encoded=True),
                    data=request.body,
                    headers=headers,
                    allow_redirects=False,  # A redirect could send the credentials to another host.
                    timeout=aiohttp.ClientTimeout(total=None, sock_connect=5),
                ) as response,
            ):
                if response.status == PROXY_WANTS_CREDENTIALS:
                    raise Unavailable(proxy_refusal(url, response.status))
                body = await _read_body(response, request)
                lowered = {name.lower(): value for name, value in response.headers.items()}
                return Response(response.status, lowered, body)
        except aiohttp.ClientSSLError as error:
            raise TLSError(failure_of(error, url)) from error
        except TimeoutError as error:
            raise Unavailable(f"no answer within {self._timeout:g} s") from error
        except aiohttp.ClientHttpProxyError as error:
            raise Unavailable(failure_of(error, url)) from error
        except aiohttp.ClientResponseError as error:
            raise InvalidResponse("the answer is not HTTP as it should be") from error
        except ValueError as error:
            # aiohttp refuses a header with a line break. The settings refuse such secrets earlier.
            raise NotAuthorized("the credentials hold characters that no HTTP header can") from error
        except (aiohttp.ClientError, OSError) as error:
            raise Unavailable(failure_of(error, url)) from error


async def _read_body(response: aiohttp.ClientResponse, request: Request) -> bytes:
    """Read the whole body; nothing of a step's stream of bytes.

    Raises:
        InvalidResponse: The body has more bytes than the request allows.
    """
    if request.may_be_stream and response.content_type == STREAM:
        return b""
    most = request.most_answered
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > most:
            raise InvalidResponse(f"the answer is larger than {most // 1024 // 1024} MiB")
    return bytes(body)
