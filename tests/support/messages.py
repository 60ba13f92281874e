"""Read the bot's messages as a person does: its rows, its buttons, and the pages behind them."""

import re

from bot.playground.simulators.slack import Message, Person, Reply
from bot.playground.simulators.slack.journal import WAIT_SECONDS
from bot.ui.notices import asking_message

_ROW = re.compile(r"^(?:\S+ \*[^*]+\*   )?`([^`]+)`", re.MULTILINE)


def row_ids(message: Message) -> list[str]:
    """Return the instances that a list shows, from top to bottom."""
    texts = [block["text"]["text"] for block in message.blocks if block["type"] == "section"]
    return [found[1] for text in texts if (found := _ROW.match(text))]


def statuses(message: Message) -> set[str]:
    """Return the words for the statuses of a list's rows; one that all were asked for stands in the title."""
    texts = [block["text"]["text"] for block in message.blocks if block["type"] == "section"]
    rows = [text for text in texts if _ROW.match(text)]
    title = message.blocks[0]["text"]["text"].rpartition(" · ")[2].partition(" ")[2].capitalize()
    shown = (re.match(r"\S+ \*([^*]+)\*   `", text) for text in rows)
    return {found[1] if found else title for found in shown}


def button_labels(message: Message) -> list[str]:
    return [button.label for button in message.buttons()]


def has_button(message: Message, action_id: str) -> bool:
    return any(button.action_id == action_id for button in message.buttons())


async def ask(person: Person, text: str) -> Message:
    """Type `/workflows` and this text, and return the answer."""
    return await answer(await person.command("/workflows", text))


async def answer(reply: Reply, within: float = WAIT_SECONDS) -> Message:
    """Return the next message that an interaction posted, beside the word that it takes its time."""
    while is_interim(message := await reply.message(within)):
        pass
    return message


def is_asking(message: Message | None) -> bool:
    """Return whether a message is what the ack of a slow answer says."""
    return message is not None and message.text == asking_message().text


def is_interim(message: Message) -> bool:
    """Return whether a message says no more than that the answer follows."""
    return "The answer follows" in message.text


async def click(person: Person, message: Message, action_id: str, index: int = 0) -> Message:
    """Click a button, and return the message that follows."""
    return await (await person.click(message, action_id, index)).message()


async def walk(person: Person, message: Message, action_id: str, most: int = 100) -> list[Message]:
    """Press a button until it is gone, and return all messages from this one on.

    Raises:
        AssertionError: there is no end to it.
    """
    passed = [message]
    while has_button(passed[-1], action_id):
        if len(passed) > most:
            raise AssertionError(f"still {action_id} after {most} clicks")
        passed.append(await click(person, passed[-1], action_id))
    return passed


def mask_times(text: str) -> str:
    """Replace the parts of a text that differ from run to run."""
    text = re.sub(r"cf-ray `[^`]+`", "cf-ray `…`", text)
    text = re.sub(r"<!date\^[^>]+>", "<!date>", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
    return re.sub(r"`[0-9a-f]{8}`", "`REFERENCE`", text)
