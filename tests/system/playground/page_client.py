"""The page's requests, made without a browser."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from yarl import URL

from bot.playground.page.guard import SECRET_HEADER

Event = tuple[str, dict[str, Any]]

ADA, GRACE, GUS = "U0ADA0001", "U0GRACE01", "U0GUS0001"
GENERAL = "C0GENERAL"


@dataclass(frozen=True)
class PageClient:
    """A client with the address that the terminal shows."""

    session: aiohttp.ClientSession
    address: URL

    @property
    def headers(self) -> dict[str, str]:
        return {SECRET_HEADER: self.address.fragment}

    def at(self, path: str) -> URL:
        return self.address.with_fragment(None).with_path(path)

    async def post(self, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        """Send a POST request, and return the status and the JSON of the answer."""
        async with self.session.post(self.at(path), json=body, headers=self.headers | headers) as answer:
            return answer.status, await answer.json()

    async def act(self, kind: str, *, person: str = ADA, channel: str = GENERAL, **details: Any) -> Any:
        """Perform an action, and return the answer; fail if the action is rejected."""
        body = {"kind": kind, "person": person, "channel": channel, **details}
        status, answer = await self.post("/actions", body)
        assert status == 200, answer
        return answer

    async def type(self, text: str, *, person: str = ADA) -> Any:
        return await self.act("command", person=person, text=text)

    @asynccontextmanager
    async def feed(self) -> AsyncIterator["FeedReader"]:
        """Receive events, starting with the whole state."""
        async with self.session.get(self.at("/feed"), headers=self.headers) as answer:
            assert answer.status == 200, await answer.text()
            yield FeedReader(answer.content)

    async def state(self) -> dict[str, Any]:
        """Return the current state."""
        async with self.feed() as feed:
            return await feed.next("workspace")


@dataclass
class FeedReader:
    """Reads events, and keeps skipped ones for later calls."""

    content: aiohttp.StreamReader
    passed: list[Event] = field(default_factory=list)

    async def event(self) -> Event:
        """Return the next event; EOFError at the end of the feed."""
        name = ""
        while line := (await self.content.readline()).decode():
            key, _, value = line.rstrip("\n").partition(": ")
            if key == "event":
                name = value
            elif key == "data":
                return name, json.loads(value)
        raise EOFError

    async def next(
        self, name: str, matches: Callable[[dict[str, Any]], bool] = lambda _: True, within: float = 10
    ) -> dict[str, Any]:
        """Return the first unread event that matches; TimeoutError if none comes."""
        for number, (event, data) in enumerate(self.passed):
            if event == name and matches(data):
                del self.passed[number]
                return data
        async with asyncio.timeout(within):
            while True:
                event, data = await self.event()
                if event == name and matches(data):
                    return data
                self.passed.append((event, data))

    async def message(self, containing: str = "") -> dict[str, Any]:
        """Return the next posted or updated message with a text."""
        event = await self.next(
            "message",
            lambda data: (
                data["kind"] != "deleted" and containing in json.dumps(data["message"], ensure_ascii=False)
            ),
        )
        return dict(event["message"])


def button(message: dict[str, Any], label: str) -> dict[str, Any]:
    """Return the payload of the button with a label."""
    for block in message["blocks"]:
        for element in [*block.get("elements", []), block.get("accessory", {})]:
            if element.get("type") == "button" and label in element["text"]["text"]:
                kept = {key: element[key] for key in ("type", "action_id", "text", "value")}
                return {**kept, "block_id": block["block_id"]}
    raise LookupError(f"no button {label!r}")
