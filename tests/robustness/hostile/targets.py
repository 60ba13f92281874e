"""The fuzz targets: each accepts any bytes, and raises on failures."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy.ext.asyncio import create_async_engine

from bot.browse.model import ListQuery
from bot.cloudflare.http_responses import Response
from bot.cloudflare.models import Cursor, PageNumber
from bot.slack.requests import RequestStore
from bot.storage.tables import metadata
from bot.ui.limits import OPTION_VALUE
from tests.robustness.hostile import properties, seeds
from tests.robustness.hostile.requests import send_request
from tests.support.buttons import CODEC, request_store
from tests.support.commands import NOW


@dataclass(frozen=True)
class Target:
    """A fuzz target.

    Attributes:
        run: takes what comes in; raises if something is wrong.
        seeds: what comes in on an ordinary day.
        is_json: whether that is JSON, to be changed as such.
    """

    run: Callable[[bytes], None]
    seeds: Callable[[], Sequence[bytes]]
    is_json: bool = False


def text_of(data: bytes) -> str:
    """Decode bytes as Bolt decodes a form."""
    return data.decode(errors="replace")


def list_command(data: bytes) -> None:
    properties.command(text_of(data))


def digest_command(data: bytes) -> None:
    properties.command(f"digest {text_of(data)}")


def button_value(data: bytes) -> None:
    """Fuzz a button value: a text, or a kind with JSON that is packed as a request."""
    is_written = data.partition(b"{")[0].decode(errors="replace").isalpha()
    text = CODEC.pack(data) if is_written and b"{" in data else text_of(data)
    properties.button_value(text)
    if text.startswith("s1."):
        loop, bookmarks = _bookmark_store()
        loop.run_until_complete(properties.kept_value(text, bookmarks))


@cache
def _bookmark_store() -> tuple[asyncio.AbstractEventLoop, RequestStore]:
    loop = asyncio.new_event_loop()
    engine = create_async_engine("sqlite+aiosqlite://")

    async def made() -> RequestStore:
        async with engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        return request_store(engine, lambda: NOW, properties.KEEP)

    return loop, loop.run_until_complete(made())


_POSITIONS: Final = {"none": None, "cursor": Cursor("abc"), "page": PageNumber(3)}


def answer(data: bytes) -> None:
    """Fuzz an answer: a body, or JSON of the request and the answer's status, headers and body."""
    document = _object(data)
    if "body" not in document:
        for reads in properties.READS:
            properties.answer(Response(200, {}, data), None, reads)
        return
    status, headers, reads = document.get("status"), document.get("headers"), str(document.get("reads"))
    response = Response(
        status if isinstance(status, int) and 100 <= status < 600 else 200,
        {name.lower(): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {},
        json.dumps(document["body"]).encode(),
    )
    position = _POSITIONS.get(str(document.get("position")))
    properties.answer(response, position, reads if reads in properties.READS else "instances")


def filter_state(data: bytes) -> None:
    properties.filter_state(state_of(_object(data)), ListQuery.of("orders", status=properties.UNKNOWN))


def digest_state(data: bytes) -> None:
    properties.digest_state(state_of(_object(data)))


def kept_digest(data: bytes) -> None:
    """Fuzz a digest row as JSON, with its plan and its baseline as nested JSON."""
    row = _object(data)
    if {"plan", "baseline"} <= set(row):
        numbers = {key: value for key, value in row.items() if key in ("created_at", "next_due")}
        if all(isinstance(value, int) for value in numbers.values() if value is not None):
            numbers["created_at"] = numbers.get("created_at") or 0
            texts = {key: row[key] and json.dumps(row[key]) for key in ("plan", "baseline")}
            properties.kept_digest({**seeds.ROW, **numbers, **texts})


def request(data: bytes) -> None:
    """Fuzz a signed request: a body, or JSON of a command, an interaction or an event."""
    send_request(data)


def state_of(document: dict[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the state of a form in Slack's shape, with any texts."""
    return {
        block: {action: _element(element) for action, element in actions.items() if isinstance(element, dict)}
        for block, actions in document.items()
        if isinstance(actions, dict)
    }


def _element(element: dict[str, Any]) -> dict[str, Any]:
    shaped: dict[str, Any] = {}
    for key, value in element.items():
        if key == "selected_option":
            shaped[key] = None if value is None else {"value": _option(value)}
        elif key in ("selected_options", "selected_users"):
            values = value if isinstance(value, list) else []
            shaped[key] = [
                {"value": _option(one)} if key == "selected_options" else _whole(str(one)) or "U1"
                for one in values
            ]
        else:
            shaped[key] = value if value is None else _whole(str(value))
    return shaped


def _option(option: Any) -> str:
    """Return the value of an option, not empty and within Slack's limit."""
    return _whole(str(option.get("value") if isinstance(option, dict) else option))[:OPTION_VALUE] or "x"


def _object(data: bytes) -> dict[str, Any]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _whole(text: str) -> str:
    """Replace lone surrogates, as dispatch does."""
    return text.encode(errors="replace").decode()


TARGETS: Final = {
    "list_command": Target(list_command, seeds.list_commands),
    "digest_command": Target(digest_command, seeds.digest_commands),
    "button_value": Target(button_value, seeds.button_values),
    "answer": Target(answer, seeds.answers, is_json=True),
    "filter_state": Target(filter_state, seeds.filter_states, is_json=True),
    "digest_state": Target(digest_state, seeds.digest_states, is_json=True),
    "kept_digest": Target(kept_digest, seeds.kept_digests, is_json=True),
    "request": Target(request, seeds.requests, is_json=True),
}
