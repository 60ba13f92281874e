"""Slack's requests over HTTP: what is proved to be one, once, and nothing else."""

import asyncio
import json
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from urllib.parse import parse_qs, parse_qsl

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from cachetools import FIFOCache
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier

from bot.slack.bolt import SlackApp
from bot.slack.connections import connection_of
from bot.slack.refusals import Refusals
from bot.slack.router import EVENT, SIGNATURE
from bot.telemetry import Metrics

LARGEST_BODY: Final = 1024 * 1024
"""Bytes. Slack's largest, a form with 250 KB of its view and state, stays below it."""


class SlackEndpoint:
    """Lets in what Slack sends, once, and nothing else.

    What was let in is remembered, so that nobody can send it again while its timestamp is good: the last
    `_REMEMBERED` signatures. Another process has its own memory; what changes or posts something is handled
    once by all of them, see `bot.slack.handled`.

    Args:
        app: answers them.
        signing_secret: proves that they are Slack's.
        timeout: how long a body may take to arrive; Slack itself waits three seconds for its answer.
    """

    def __init__(self, app: SlackApp, signing_secret: str, timeout: timedelta = timedelta(seconds=3)) -> None:
        self._app = app
        self._verifier = SignatureVerifier(signing_secret)
        self._timeout = timeout.total_seconds()
        self._seen: FIFOCache[str, bool] = FIFOCache(_REMEMBERED)
        self._bodies = _Bodies(_MOST_OF_BODIES)

    async def answer(self, request: web.Request) -> web.Response:
        """Return the answer to a request of Slack's; its check of the certificate is not signed.

        Raises:
            RequestRejected: it is not one.
        """
        if SIGNATURE not in request.headers and await self._checks_certificate(request):
            return web.Response()
        if request.method != "POST":
            raise RequestRejected(405, "Slack sends POST")
        if request.content_type not in _CONTENT_TYPES or "Content-Encoding" in request.headers:
            raise RequestRejected(415, "Slack sends forms and JSON, neither of them packed")
        timestamp, signature = _single_header(request, *_TIMESTAMP), _single_header(request, *_SIGNATURE)
        body = await self._read_body(request)
        if not self._verifier.is_valid(body, timestamp, signature):
            raise RequestRejected(401, "the signature or the time is wrong")
        if (connection := connection_of(request)) is not None:
            connection.keep_open()
        return await self._dispatch(request, body, signature)

    async def _checks_certificate(self, request: web.Request) -> bool:
        """Return whether an unsigned request is Slack's check of the certificate, and nothing else.

        https://docs.slack.dev/interactivity/implementing-slash-commands#validating-the-command
        """
        if request.method not in {"GET", "POST"}:
            return False
        if request.query.get("ssl_check") == "1":
            return True
        is_form = request.method == "POST" and request.content_type == _CONTENT_TYPES[0]
        if not is_form or not 0 < (request.content_length or 0) <= _LARGEST_CHECK:
            return False
        try:
            body = await self._read_body(request)
        except RequestRejected:
            return False  # not Slack's: it is refused, as it has no signature
        return parse_qs(body).get("ssl_check") == ["1"]

    async def _dispatch(self, request: web.Request, body: str, signature: str) -> web.Response:
        """Have a request answered that is proved to be Slack's."""
        # Not all headers: they are not signed, and some of them tell Bolt what to run.
        headers: dict[str, str | Sequence[str]]
        headers = {name: request.headers[name] for name in _READ if name in request.headers}
        try:
            from_slack = AsyncBoltRequest(body=_for_bolt(body, request.content_type), headers=headers)
        except UNREADABLE as error:
            if _is_event(body):
                return web.Response()  # else Slack sends it again
            raise RequestRejected(400, "the body can't be read") from error
        if from_slack.body.get("type") not in _REPEATABLE:
            if signature in self._seen:
                raise RequestRejected(409, "it was sent before")
            self._seen[signature] = True
        return _to_http(await self._app.async_dispatch(from_slack))

    async def _read_body(self, request: web.Request) -> str:
        if (request.content_length or 0) > LARGEST_BODY:
            raise RequestRejected(413, "the body is too large")
        try:
            if request.content.is_eof():  # it came together with its head, as most do
                return request.content.read_nowait().decode()
            async with asyncio.timeout(self._timeout):
                return (await self._bodies.read(request)).decode()
        except TimeoutError as error:
            raise RequestRejected(408, "the body takes too long") from error
        except (UnicodeDecodeError, web.RequestPayloadError, HttpProcessingError, OSError) as error:
            raise RequestRejected(400, "the body can't be read") from error


def _for_bolt(body: str, content_type: str) -> str:
    """Return a body as JSON where Bolt would find nothing in it.

    It takes a form that holds the word `payload` anywhere for one with a field of that name: it would drop
    `/workflows payload orders`, and any command from a channel with the word in its name.
    """
    if "payload" not in body or content_type != _CONTENT_TYPES[0] or body.startswith("{"):
        return body
    fields = dict(parse_qsl(body, keep_blank_values=True))
    return body if "payload" in fields else json.dumps(fields)


def _to_http(answer: BoltResponse) -> web.Response:
    """Return an answer as it is sent; it sets no cookie, for which Bolt's own function looks."""
    headers = {name: values[0] for name, values in answer.headers.items()}
    return web.Response(status=answer.status, headers=headers, body=answer.body.encode())


def _is_event(body: str) -> bool:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(read, dict) and read.get("type") == EVENT


class _Bodies:
    """The bodies that are not whole yet, the oldest first; each is kept in memory, and anyone can send one.

    Args:
        most: the bytes of all of them. For more, the oldest are given up, which are the slowest, too.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._total = 0
        self._sizes: dict[asyncio.Transport, int] = {}

    async def read(self, request: web.Request) -> bytes:
        """Return a whole body.

        Raises:
            RequestRejected: it is too large.
            OSError: its connection is lost, or it was given up.
        """
        if (transport := request.transport) is None:
            raise ConnectionResetError
        chunk, chunks = b"", list[bytes]()
        self._sizes[transport] = 0
        try:
            async for chunk in request.content.iter_any():
                chunks.append(chunk)
                self._add(transport, len(chunk))
            return b"".join(chunks)
        finally:
            self._total -= self._sizes.pop(transport, 0)
            del chunk, chunks  # aiohttp keeps an error, and so this frame, until the garbage is collected

    def _add(self, transport: asyncio.Transport, size: int) -> None:
        if transport not in self._sizes:  # it was given up
            raise ConnectionResetError
        self._sizes[transport] += size
        self._total += size
        if self._sizes[transport] > LARGEST_BODY:
            raise RequestRejected(413, "the body is too large")
        while self._total > self._most:
            oldest = next(iter(self._sizes))
            self._total -= self._sizes.pop(oldest)
            oldest.abort()


class RequestRejected(Exception):
    """A request that is not Slack's.

    Attributes:
        status: the HTTP status that says so.
        reason: what is wrong with it, without anything that it holds.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def _single_header(request: web.Request, name: str, form: re.Pattern[str]) -> str:
    """Return the value of a header that is there once."""
    values = request.headers.getall(name, [])
    if len(values) != 1 or not form.fullmatch(values[0]):
        raise RequestRejected(401, f"{name} is not there once, as Slack writes it")
    return values[0]


def slack_route(requests: SlackEndpoint, metrics: Metrics, refusals: Refusals) -> web.RouteDef:
    """Return the endpoint that Slack calls."""

    async def events(request: web.Request) -> web.Response:
        try:
            return await requests.answer(request)
        except RequestRejected as refused:
            metrics.requests.labels("other", str(refused.status)).inc()
            refusals.add(refused.reason, refused.status)
            response = web.Response(status=refused.status, text=refused.reason)
            response.force_close()  # what is left of its body is not waited for
            if refused.status == 405:
                response.headers["Allow"] = "POST"
            return response

    return web.route("*", "/slack/events", events)


_REMEMBERED: Final = 20_000
"""Some 5 MB. A timestamp is good for ten minutes, in which a busy workspace sends a bot a tenth of it."""
_MOST_OF_BODIES: Final = 32 * LARGEST_BODY
_LARGEST_CHECK: Final = 1024
"""The most bytes of a check of the certificate, which carries a token, too."""
_CONTENT_TYPES: Final = ("application/x-www-form-urlencoded", "application/json")
_TIMESTAMP: Final = ("X-Slack-Request-Timestamp", re.compile(r"[0-9]{1,12}", re.ASCII))
_SIGNATURE: Final = (SIGNATURE, re.compile(r"v0=[0-9a-f]{64}", re.ASCII))
_READ: Final = ("Content-Type", "X-Slack-Retry-Num", "X-Slack-Retry-Reason", SIGNATURE)
_REPEATABLE: Final = ("block_suggestion", EVENT, "url_verification")
"""What changes nothing, and events, which are answered once each, see `bot.slack.written_messages`. Slack may
well send one twice within a second, and so with the same signature."""
UNREADABLE: Final = (ValueError, TypeError, AttributeError, LookupError, RecursionError)
"""What Bolt's parser raises for a body that is not JSON, or not an object: nothing Slack sends."""
