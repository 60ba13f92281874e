"""Requests not from Slack are refused, counted and not logged; requests from Slack are answered once."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.simulators.slack import signature
from bot.settings import LOOPBACK
from bot.slack.bolt import SlackApp
from bot.slack.connections import ConnectionLimits, Connections
from bot.slack.http import LARGEST_BODY, SlackEndpoint, slack_route
from bot.slack.refusals import Refusals
from bot.slack.server import serve_http
from bot.telemetry import Metrics
from tests.support.fixtures import ReadLog

SECRET = "made-up-signing-secret"
FORM = "application/x-www-form-urlencoded"
WORDS = "a-strangers-words"
COMMAND = urlencode({"command": "/workflows", "text": WORDS, "user_id": "U1", "trigger_id": "1.2.a"})
PATIENCE = timedelta(seconds=0.3)


@dataclass
class Endpoint:
    """An app with its HTTP endpoint.

    Attributes:
        heard: what reached its listeners.
    """

    port: int
    metrics: Metrics
    heard: list[str]

    def counted(self) -> dict[tuple[str, str], float]:
        """The number of requests by kind and outcome."""
        samples = next(iter(self.metrics.requests.collect())).samples
        return {
            (sample.labels["kind"], sample.labels["outcome"]): sample.value
            for sample in samples
            if sample.name.endswith("_total")
        }

    async def raw(self, *parts: bytes, pause: float = 0) -> int:
        """Send raw bytes, and return the status of the answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause)
            line = await reader.readline()
        finally:
            writer.close()
        return int(line.split()[1])

    async def post(self, body: str, headers: Mapping[str, str], *more: bytes) -> int:
        return await self.raw(head(len(body.encode()), headers, *more) + body.encode())


def head(length: int, headers: Mapping[str, str], *more: bytes) -> bytes:
    """Return the head of a POST request."""
    told = {"Host": "x", "Content-Type": FORM, "Content-Length": str(length), **headers}
    lines = [f"{name}: {value}".encode() for name, value in told.items() if value]
    return b"\r\n".join([b"POST /slack/events HTTP/1.1", *lines, *more, b"", b""])


def signed(body: str, age: float = 0, secret: str = SECRET) -> dict[str, str]:
    stamp = int(time.time() - age)
    return {
        "X-Slack-Request-Timestamp": str(stamp),
        "X-Slack-Signature": signature(secret, stamp, body),
    }


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    metrics, heard = Metrics(), []
    app = SlackApp(AsyncWebClient(token="xoxb-made-up"), metrics)

    async def command(ack: AsyncAck, command: dict[str, str]) -> None:
        heard.append(command["text"])
        await ack()

    async def suggestion(ack: AsyncAck, payload: dict[str, str]) -> None:
        heard.append(payload["value"])
        await ack(options=[])

    app.command("/workflows")(command)
    app.options("menu")(suggestion)
    refusals, application = Refusals(), web.Application()
    application.add_routes([slack_route(SlackEndpoint(app, SECRET, PATIENCE), metrics, refusals)])
    connections = Connections(ConnectionLimits(), refusals, metrics)
    async with serve_http(application, connections, LOOPBACK, 0) as port:
        yield Endpoint(port, metrics, heard)


TWICE = f"X-Slack-Signature: v0={'0' * 64}".encode()


def changed(**headers: str) -> dict[str, str]:
    """Return valid headers with these changes."""
    return {
        **signed(COMMAND),
        **{f"X-Slack-{name.replace('_', '-')}": text for name, text in headers.items()},
    }


def signature_of(headers: Mapping[str, str]) -> str:
    return headers["X-Slack-Signature"]


ODD_HEADERS: dict[str, Callable[[], dict[str, str]]] = {
    "unsigned": dict,
    "without a time": lambda: changed(Request_Timestamp=""),
    "without a signature": lambda: changed(Signature=""),
    "by another secret": lambda: signed(COMMAND, secret="another"),
    "of another body": lambda: signed(COMMAND + "x"),
    "of another time": lambda: changed(Signature=signature_of(signed(COMMAND, age=1))),
    "expired": lambda: signed(COMMAND, age=301),
    "from the future": lambda: signed(COMMAND, age=-302),
    "by no algorithm": lambda: changed(Signature="v0="),
    "in other letters": lambda: changed(Signature="v0=" + "é" * 64),
    "in capitals": lambda: changed(Signature=signature_of(signed(COMMAND)).upper()),
    "at no time": lambda: changed(Request_Timestamp="soon"),
}


CHECK = "ssl_check=1&token=x"
UNSIGNED = ("unsigned", "without a signature")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        (name, body)
        for body in (COMMAND, CHECK)
        for name in ODD_HEADERS
        if (body, name) not in [(CHECK, name) for name in UNSIGNED]
    ],
)
async def test_what_slack_did_not_sign_now_is_refused(
    name: str, body: str, endpoint: Endpoint, read_log: ReadLog
) -> None:
    assert await endpoint.post(body, ODD_HEADERS[name]()) == 401
    assert endpoint.counted() == {("other", "401"): 1}
    assert not endpoint.heard
    assert WORDS not in json.dumps(read_log())
    assert [line["status"] for line in read_log() if line["event"] == "request_refused"] == [401]


@pytest.mark.parametrize("name", UNSIGNED)
@pytest.mark.parametrize("body", [CHECK, "token=x&ssl_check=1", "ssl_check=1"])
async def test_a_look_at_the_certificate_is_answered_unsigned(
    name: str, body: str, endpoint: Endpoint, read_log: ReadLog
) -> None:
    assert await endpoint.post(body, ODD_HEADERS[name]()) == 200
    assert not endpoint.heard
    assert read_log() == []


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_look_at_the_certificate_may_be_in_the_address(method: str, endpoint: Endpoint) -> None:
    start = f"{method} /slack/events?{CHECK} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    assert await endpoint.raw(start.encode()) == 200
    assert not endpoint.heard


@pytest.mark.parametrize(
    "body", ["ssl_check=0", "ssl_check=", "ssl_check=11", "xssl_check=1", f"{CHECK}&more=".ljust(2000, "x")]
)
async def test_what_is_no_look_at_the_certificate_has_to_be_signed(body: str, endpoint: Endpoint) -> None:
    assert await endpoint.post(body, {}) == 401
    assert not endpoint.heard


async def test_a_look_at_the_certificate_with_a_command_beside_it_runs_nothing(endpoint: Endpoint) -> None:
    assert await endpoint.post(f"{COMMAND}&ssl_check=1", {}) == 200
    assert not endpoint.heard


async def test_another_method_is_no_look_at_the_certificate(endpoint: Endpoint) -> None:
    start = f"PUT /slack/events?{CHECK} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    assert await endpoint.raw(start.encode()) == 405


async def test_a_proof_that_is_there_twice_is_refused(endpoint: Endpoint) -> None:
    good = signed(COMMAND)
    assert await endpoint.post(COMMAND, good, TWICE) == 401
    assert await endpoint.post(COMMAND, good, b"x-slack-request-timestamp: 1") == 401
    assert endpoint.counted() == {("other", "401"): 2}
    assert not endpoint.heard


async def test_a_request_is_answered_once(endpoint: Endpoint) -> None:
    proof = signed(COMMAND)
    assert [await endpoint.post(COMMAND, proof) for _ in range(3)] == [200, 409, 409]
    assert endpoint.counted() == {("command", "200"): 1, ("other", "409"): 2}
    assert endpoint.heard == [WORDS]


async def test_a_request_is_known_again_after_many_others(endpoint: Endpoint) -> None:
    proof = signed(COMMAND)
    assert await endpoint.post(COMMAND, proof) == 200
    for number in range(100):
        other = f"{COMMAND}{number}"
        assert await endpoint.post(other, signed(other)) == 200
    assert await endpoint.post(COMMAND, proof) == 409


async def test_of_many_copies_at_once_one_is_answered(endpoint: Endpoint) -> None:
    proof = signed(COMMAND)
    statuses = await asyncio.gather(*(endpoint.post(COMMAND, proof) for _ in range(20)))
    assert sorted(statuses) == [200] + [409] * 19
    assert endpoint.heard == [WORDS]


async def test_a_copy_with_other_headers_around_it_is_a_copy(endpoint: Endpoint) -> None:
    proof = signed(COMMAND)
    assert await endpoint.post(COMMAND, proof) == 200
    assert await endpoint.post(COMMAND, {**proof, "X-Slack-Retry-Num": "1", "Cookie": "a=b"}) == 409


async def test_the_same_words_signed_anew_are_another_request(endpoint: Endpoint) -> None:
    assert await endpoint.post(COMMAND, signed(COMMAND)) == 200
    assert await endpoint.post(COMMAND, signed(COMMAND, age=1)) == 200
    assert endpoint.heard == [WORDS, WORDS]


async def test_a_menu_may_be_asked_for_the_same_twice_in_a_second(endpoint: Endpoint) -> None:
    payload = {"type": "block_suggestion", "action_id": "menu", "block_id": "b", "value": "o"}
    body = urlencode({"payload": json.dumps(payload)})
    proof = signed(body)
    assert [await endpoint.post(body, proof) for _ in range(2)] == [200, 200]
    assert endpoint.heard == ["o", "o"]


async def test_headers_of_bolts_own_do_not_choose_what_is_run(endpoint: Endpoint) -> None:
    lazy = {"X-Slack-Bolt-Lazy-Only": "1", "X-Slack-Bolt-Lazy-Function-Name": "command"}
    assert await endpoint.post(COMMAND, {**signed(COMMAND), **lazy}) == 200
    assert endpoint.heard == [WORDS]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"])
async def test_another_method_is_refused(method: str, endpoint: Endpoint) -> None:
    request = head(len(COMMAND), signed(COMMAND)).replace(b"POST", method.encode(), 1) + COMMAND.encode()
    assert await endpoint.raw(request) == 405
    assert endpoint.counted() == {("other", "405"): 1}
    assert not endpoint.heard


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": ""},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Encoding": "gzip"},
    ],
    ids=str,
)
async def test_another_kind_of_body_is_refused(headers: dict[str, str], endpoint: Endpoint) -> None:
    assert await endpoint.post(COMMAND, {**signed(COMMAND), **headers}) == 415
    assert endpoint.counted() == {("other", "415"): 1}
    assert not endpoint.heard


@pytest.mark.parametrize("charset", ["utf-8", "bogus", "utf-16"])
async def test_a_body_is_utf_8_whatever_its_header_says(charset: str, endpoint: Endpoint) -> None:
    headers = {**signed(COMMAND), "Content-Type": f"{FORM}; charset={charset}"}
    assert await endpoint.post(COMMAND, headers) == 200
    assert endpoint.heard == [WORDS]


async def test_a_body_said_to_be_too_large_is_not_read(endpoint: Endpoint) -> None:
    assert await endpoint.raw(head(LARGEST_BODY + 1, signed(COMMAND))) == 413
    assert endpoint.counted() == {("other", "413"): 1}


async def test_a_body_that_grows_too_large_is_not_kept(endpoint: Endpoint) -> None:
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    start = head(0, {**signed(COMMAND), "Content-Length": "", "Transfer-Encoding": "chunked"})
    assert await endpoint.raw(start, *[piece] * (LARGEST_BODY // 0x10000 + 1)) == 413
    assert endpoint.counted() == {("other", "413"): 1}


async def test_the_largest_body_is_read(endpoint: Endpoint) -> None:
    body = f"{COMMAND}&more=".ljust(LARGEST_BODY, "x")
    assert await endpoint.post(body, signed(body)) == 200
    assert endpoint.heard == [WORDS]


async def test_a_signed_body_in_chunks_is_as_good_as_any(endpoint: Endpoint) -> None:
    start = head(0, {**signed(COMMAND), "Content-Length": "", "Transfer-Encoding": "chunked"})
    pieces = [f"{len(part):x}\r\n{part}\r\n".encode() for part in (COMMAND[:9], COMMAND[9:])]
    assert await endpoint.raw(start, *pieces, b"0\r\n\r\n") == 200
    assert endpoint.heard == [WORDS]


async def test_chunks_that_are_none_are_refused(endpoint: Endpoint, read_log: ReadLog) -> None:
    start = head(0, {**signed(COMMAND), "Content-Length": "", "Transfer-Encoding": "chunked"})
    assert await endpoint.raw(start, WORDS.encode() + b"\r\n") == 400
    assert not endpoint.heard
    assert WORDS not in json.dumps(read_log())


@pytest.mark.parametrize("pause", [0, 0.05], ids=["stops", "drips"])
async def test_a_body_that_takes_too_long_is_given_up(
    pause: float, endpoint: Endpoint, read_log: ReadLog
) -> None:
    body = COMMAND.encode()
    parts = [body[:20]] if not pause else [body[at : at + 1] for at in range(10)]
    assert await endpoint.raw(head(len(body), signed(COMMAND)), *parts, pause=pause) == 408
    assert endpoint.counted() == {("other", "408"): 1}
    assert not endpoint.heard
    assert WORDS not in json.dumps(read_log())


async def test_a_stranger_who_hangs_up_harms_nobody(endpoint: Endpoint, read_log: ReadLog) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", endpoint.port)
    writer.write(head(len(COMMAND), signed(COMMAND)) + COMMAND[:9].encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert await endpoint.post(COMMAND, signed(COMMAND)) == 200
    assert [line for line in read_log() if line["level"] == "error"] == []
