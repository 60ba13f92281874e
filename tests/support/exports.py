"""Instances to export, and the messages and files that come of it."""

import asyncio
import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.playground.simulators.cloudflare import (
    Failure,
    Simulation,
)
from bot.playground.simulators.slack import LocalSlack, Message
from bot.playground.simulators.slack.files import UploadedFile

START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)


def fill(cloudflare: Simulation, count: int, workflow: str = "orders", status: str = "complete") -> None:
    for number in range(count):
        cloudflare.add_instance(
            workflow,
            id=f"{workflow}-{status}-{number:05}",
            status=status,
            created_on=START - timedelta(minutes=number),
            ended_on=START - timedelta(minutes=number - 2),
            trigger_source="api",
        )


def fill_errored(cloudflare: Simulation, count: int) -> None:
    for number in range(count):
        cloudflare.add_instance(
            "orders",
            id=f"bad-{number:03}",
            status="errored",
            created_on=START - timedelta(minutes=number),
            ended_on=START,
            error=Failure("CardError", "card declined"),
        )


async def until(is_so: Callable[[], Any]) -> Any:
    """Return what something comes to once that is anything."""
    async with asyncio.timeout(10):
        while not (found := is_so()):  # noqa: ASYNC110 - the simulator has no event for all of these
            await asyncio.sleep(0.02)
    return found


def told(slack: LocalSlack, where: str = "@ada") -> list[Message]:
    """Return the messages that tell of exports, in a conversation."""
    return [message for message in slack.messages(where) if "asked by" in message.all_text()]


async def wait_for_export_end(slack: LocalSlack, where: str = "@ada") -> Message:
    """Wait until the last message that tells of an export says its end."""

    def last() -> Message | None:
        found = told(slack, where)
        return found[-1] if found and not found[-1].text.startswith(("Exporting", "Sending")) else None

    found: Message = await until(last)
    return found


def rows_of(file: UploadedFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"), newline="")))


def ids_of(file: UploadedFile) -> list[str]:
    return [row["id"] for row in rows_of(file)]


def hold_uploads(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Have Slack take no file until the event is set."""
    release = asyncio.Event()
    read = web.Request.read

    async def held(self: web.Request) -> bytes:
        if self.path.startswith("/upload/"):
            await release.wait()
        return await read(self)

    monkeypatch.setattr(web.Request, "read", held)
    return release
