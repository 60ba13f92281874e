"""Exports from end to end: what is in the file, who gets it, how far it is, and how each one ends."""

import asyncio
import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.app import Bot
from bot.playground.simulators.cloudflare import JsonError, Simulation, Slow
from bot.playground.simulators.slack import ErrorCode, LocalSlack, Message, Person, UploadedFile, Workspace
from bot.playground.simulators.slack.directory import SCOPES
from tests.support.fixtures import RunBot
from tests.support.messages import answer, ask, button_labels

START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)


def fill(cloudflare: Simulation, count: int, workflow: str = "orders", status: str = "complete") -> None:
    for number in range(count):
        cloudflare.add_instance(
            workflow,
            id=f"{workflow}-{number:05}",
            status=status,
            created_on=START - timedelta(minutes=number),
            trigger_source="api",
        )


async def sent(slack: LocalSlack, count: int = 1) -> UploadedFile:
    """Wait for a file."""
    async with asyncio.timeout(10):
        while len(slack.files) < count:  # noqa: ASYNC110 - it has no event for that
            await asyncio.sleep(0.02)
    return list(slack.files)[-1]


async def ended(slack: LocalSlack, where: str = "@ada", within: float = 10) -> Message:
    """Wait until the message that tells of an export says its end."""
    async with asyncio.timeout(within):
        while not (found := [each for each in slack.messages(where) if "asked by" in each.all_text()]) or any(
            found[-1].text.startswith(start) for start in ("Exporting", "Sending")
        ):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.02)
    return found[-1]


def rows_of(file: UploadedFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"), newline="")))


async def test_a_list_comes_as_a_file_to_the_one_who_asks_newest_first(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill(cloudflare, 250)
    said = await ask(ada, "export orders")
    assert "in your direct messages" in said.text
    file = await sent(slack)
    assert file.channel == slack.workspace.channel("@ada").id
    assert file.name.startswith("orders_") and file.name.endswith(".csv")
    assert [row["id"] for row in rows_of(file)] == [f"orders-{number:05}" for number in range(250)]
    assert rows_of(file)[0] == {
        "workflow_name": "orders",
        "id": "orders-00000",
        "status": "complete",
        "created_on": f"{START:%Y-%m-%dT%H:%M:%SZ}",
        **{key: value for key, value in rows_of(file)[0].items() if key in ("started_on", "ended_on", "modified_on")},
        **{key: value for key, value in rows_of(file)[0].items() if key in ("version_id", "workflow_id")},
        "trigger_source": "api",
    }
    message = await ended(slack)
    assert message.text.startswith("Exported 250 instances.")
    assert "Cancel" not in button_labels(message)
