"""How the tests read a list as a person does."""

import re

from bot.playground.slack import Message, Person


def ids(message: Message) -> list[str]:
    """The instances' ids that a list shows, from top to bottom."""
    return [
        block["text"]["text"].split("`")[1]
        for block in message.blocks
        if block["type"] == "section" and "`" in block["text"]["text"]
    ]


def labels(message: Message) -> list[str]:
    return [button.label for button in message.buttons()]


def offers(message: Message, action_id: str) -> bool:
    return any(button.action_id == action_id for button in message.buttons())


async def ask(person: Person, text: str) -> Message:
    """Type `/workflows text` and read the answer, however it comes."""
    return await (await person.command("/workflows", text)).message()


async def click(person: Person, message: Message, action_id: str, index: int = 0) -> Message:
    """Press a button and read what comes of it."""
    return await (await person.click(message, action_id, index)).message()


async def walk(person: Person, message: Message, action_id: str) -> list[Message]:
    """Press the same button until it is gone; every screen seen, the first one included."""
    screens = [message]
    while offers(screens[-1], action_id):
        screens.append(await click(person, screens[-1], action_id))
    return screens


def timeless(text: str) -> str:
    """A text without what differs from run to run."""
    text = re.sub(r"cf-ray `[^`]+`", "cf-ray `…`", text)
    text = re.sub(r"<!date\^[^>]+>", "<!date>", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
    return re.sub(r"`[0-9a-f]{8}`", "`REFERENCE`", text)
