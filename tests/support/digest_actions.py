"""Deal with digests as people do, and look at what the database holds of them."""

import asyncio
import sqlite3
from collections.abc import Coroutine
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.playground.simulators.cloudflare import Failure, Simulation
from bot.playground.simulators.slack import LocalSlack, Message, Person, Reply

OWN = ["Preview", "Run now", "Pause", "Edit…", "Delete…"]
"""What somebody can do with a digest of theirs."""


OWN_MENU = ["Preview", "Run now", "Pause", "Edit…", "Delete"]
OTHERS_MENU = ["Show", "Preview", "Run now"]
"""The same in the menu of a list, and what somebody can do with one of others."""


def menus(message: Message) -> list[tuple[str, dict[str, Any]]]:
    """Return the menus behind three dots, from top to bottom, with the ids of their blocks."""
    return [(block_id, element) for block_id, element in message.elements() if element["type"] == "overflow"]


def menu_labels(message: Message) -> list[list[str]]:
    return [[option["text"]["text"] for option in menu["options"]] for _, menu in menus(message)]


def menu_choice(message: Message, label: str, index: int = 0) -> dict[str, Any]:
    """Return the action of choosing in the menu of a digest."""
    block_id, menu = menus(message)[index]
    (chosen,) = (option for option in menu["options"] if option["text"]["text"] == label)
    action = {"type": "overflow", "action_id": menu["action_id"], "block_id": block_id}
    return {**action, "selected_option": chosen}


async def choose(person: Person, message: Message, label: str, index: int = 0) -> Message:
    """Choose in the menu of a digest, and return the message that the person sees."""
    return await first_seen(await person.act(message, menu_choice(message, label, index)))


async def send_digest_command(person: Person, text: str = "") -> Reply:
    """Type `/workflows digest` and this."""
    return await person.command("/workflows", f"digest {text}".strip())


async def ask_digest(person: Person, text: str = "") -> Message:
    """Type that, and return the first message that the person sees, in any channel; proofs do not count."""
    return await first_seen(await send_digest_command(person, text))


async def first_seen(reply: Reply) -> Message:
    """Return the next message that the person sees, in any channel, that is more than a proof."""
    while is_proof(message := await reply.seen()):
        pass
    return message


def next_answer(slack: LocalSlack) -> Coroutine[Any, Any, Message]:
    """Wait for the next message that is more than a proof; TimeoutError if none comes."""
    changes = slack.workspace.changes.follow(lambda change: not is_proof(change.message))

    async def wait() -> Message:
        return (await changes.next()).message

    return wait()


def is_proof(message: Message) -> bool:
    """Return whether a message says nothing but that its reader and the bot are in a channel."""
    return "Slack shows this line only if you" in message.all_text()


def answers(person: Person) -> list[Message]:
    """Return what the person sees in their channel, without proofs."""
    return [message for message in person.screen() if not is_proof(message)]


async def press(person: Person, message: Message, action_id: str, index: int = 0) -> Message:
    """Click a button, and return the message that the person sees."""
    return await first_seen(await person.click(message, action_id, index))


def line_of(message: Message, number: int = 0) -> str:
    """Return a line of a message; the first one says what became of the command."""
    return message.all_text().split("\n")[number]


def listed_numbers(message: Message) -> list[int]:
    """Return the numbers of the digests that a list shows."""
    said = [text for text in message.all_text().split("\n") if text.startswith("*Digest ")]
    return [int(text.split("*")[1].removeprefix("Digest ")) for text in said]


def public_messages(slack: LocalSlack, channel: str = "general") -> list[Message]:
    """Return what everybody in a channel sees."""
    return [message for message in slack.messages(channel) if not message.is_ephemeral]


def stored_states(folder: Path) -> dict[int, str]:
    """Return the state of every digest in the database, by number."""
    with closing(sqlite3.connect(folder / "bot.sqlite3")) as database:
        return dict(database.execute("SELECT number, state FROM digests ORDER BY number").fetchall())


def stored_plans(folder: Path) -> list[str]:
    """Return the plan of every digest, by number, as it is stored."""
    with closing(sqlite3.connect(folder / "bot.sqlite3")) as database:
        return [plan for (plan,) in database.execute("SELECT plan FROM digests ORDER BY number")]


def add_failure(cloudflare: Simulation, workflow: str, instance: str, error: Failure | None = None) -> None:
    """Add an instance that failed within the last hour."""
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    cloudflare.add_instance(workflow, id=instance, status="errored", created_on=an_hour_ago, error=error)


def make_overdue(folder: Path, number: int, since: timedelta) -> None:
    """Set a digest's due time to some time ago."""
    due = int((datetime.now(UTC) - since).timestamp())
    with closing(sqlite3.connect(folder / "bot.sqlite3")) as database, database:
        database.execute("UPDATE digests SET next_due = ? WHERE number = ?", (due, number))


async def wait_for_message(slack: LocalSlack, channel: str = "general", *, more_than: int = 0) -> Message:
    """Wait until a channel holds more than so many public messages, and return the last.

    Raises:
        TimeoutError: none came in 20 seconds.
    """
    changes = slack.workspace.changes.follow()
    async with asyncio.timeout(20):
        while len(messages := public_messages(slack, channel)) <= more_than:
            await changes.next(20)
    return messages[-1]
