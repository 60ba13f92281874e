"""Dealing with digests as people do, and looking at what is kept of them."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.playground.simulators.cloudflare import Failure, Simulation
from bot.playground.simulators.slack import LocalSlack, Message, Person, Reply

AT_ONCE = 1.0
"""Seconds in which an ack is there that nothing slow stands in the way of."""

OWN = ["Preview", "Run now", "Pause", "Edit…", "Delete…"]
"""What somebody can do with a digest of theirs."""


async def typed(person: Person, text: str = "") -> Reply:
    """Type `/workflows digest` and this."""
    reply = await person.command("/workflows", f"digest {text}".strip())
    assert reply.ack.seconds < AT_ONCE
    return reply


async def told(person: Person, text: str = "") -> Message:
    """The first message that somebody sees after that, in whichever channel."""
    return await (await typed(person, text)).seen()


async def pressed(person: Person, message: Message, action_id: str, index: int = 0) -> Message:
    """The message that somebody sees after a click."""
    reply = await person.click(message, action_id, index)
    assert reply.ack.seconds < AT_ONCE
    return await reply.seen()


def line(message: Message, number: int = 0) -> str:
    """A line of what is read first: the first one says what became of it."""
    return message.all_text().split("\n")[number]


def digests_in(message: Message) -> list[int]:
    """The numbers of the digests that a list shows."""
    said = [text for text in message.all_text().split("\n") if text.startswith("*Digest ")]
    return [int(text.split("*")[1].removeprefix("Digest ")) for text in said]


def posted(slack: LocalSlack, channel: str = "general") -> list[Message]:
    """What everybody in a channel sees."""
    return [message for message in slack.messages(channel) if not message.is_ephemeral]


def kept(folder: Path) -> dict[int, str]:
    """The state of every digest in the database, by number."""
    with closing(sqlite3.connect(folder / "bot.sqlite3")) as database:
        return dict(database.execute("SELECT number, state FROM digests ORDER BY number").fetchall())


def plans(folder: Path) -> list[str]:
    """The plan of every digest, by number, as it is kept."""
    with closing(sqlite3.connect(folder / "bot.sqlite3")) as database:
        return [plan for (plan,) in database.execute("SELECT plan FROM digests ORDER BY number")]


def fail(cloudflare: Simulation, workflow: str, instance: str, error: Failure | None = None) -> None:
    """Have an instance that failed within the last hour."""
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    cloudflare.add_instance(workflow, id=instance, status="errored", created_on=an_hour_ago, error=error)


def overdue(folder: Path, number: int, since: timedelta) -> None:
    """Have a digest that was due some time ago, with nobody there to deliver it."""
    due = int((datetime.now(UTC) - since).timestamp())
    with closing(sqlite3.connect(folder / "bot.sqlite3")) as database, database:
        database.execute("UPDATE digests SET next_due = ? WHERE number = ?", (due, number))


async def comes(slack: LocalSlack, channel: str = "general", *, more_than: int = 0) -> Message:
    """The last of more than so many messages that everybody in a channel sees; TimeoutError if none comes."""
    changes = slack.workspace.changes.follow()
    async with asyncio.timeout(20):
        while len(messages := posted(slack, channel)) <= more_than:
            await changes.next(20)
    return messages[-1]
