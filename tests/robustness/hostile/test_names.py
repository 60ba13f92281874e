"""Foreign names are displayed literally: no hidden characters, no change of direction, no emoji."""

import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest

from bot.language.tokens import in_quotes
from bot.playground.simulators.cloudflare import Failure, JsonError, Simulation
from bot.playground.simulators.slack import LocalSlack, Person
from tests.support.digest_actions import add_failure, ask_digest, send_digest_command
from tests.support.fixtures import ReadLog
from tests.support.messages import ask
from tests.support.overviews import open_workflow

MARKS = (
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # change the direction
    "\u200b\u2060\ufeff\u00ad\u180e\u2063\ufff9\U000e0041"  # invisible
    "\x1b\x7f\x85\x9b\u2028\u2029"  # control terminals, end lines
)
NAMES = (
    f"paid{MARKS[:12]}diap",
    f"a{MARKS[12:20]}b",
    f"a{MARKS[20:]}[31mb",
    ":smile: :tada:",
    "<!channel> <@U0ADA0001> <#C0GENERAL> `*_~&lt;",
)
LONG_ID = ("\u202e<!here>`:x:" * 30)[:271]
KEPT_AS_IT_IS = ("value", "private_metadata", "initial_value", "block_id", "action_id", "trigger_id", "user")


def said(node: Any) -> Iterator[str]:
    """Yield every visible text of a payload."""
    if isinstance(node, dict):
        for key, child in node.items():
            if key not in KEPT_AS_IT_IS:
                yield from said(child)
    elif isinstance(node, list | tuple):
        for child in node:
            yield from said(child)
    elif isinstance(node, str):
        yield node


def pictures(node: Any) -> Iterator[str]:
    """Yield plain texts in which Slack would replace emoji shortcodes."""
    if isinstance(node, dict):
        if node.get("type") == "plain_text" and node.get("emoji"):
            yield node["text"]
        for child in node.values():
            yield from pictures(child)
    elif isinstance(node, list | tuple):
        for child in node:
            yield from pictures(child)


def shown(slack: LocalSlack) -> list[Any]:
    """Return everything that the bot sent to Slack."""
    calls = [call.arguments for call in slack.calls]
    messages = [[change.message.text, change.message.blocks] for change in slack.changes]
    return [*calls, *messages, *(response.body for response in slack.responses)]


def assert_inert(slack: LocalSlack) -> None:
    for thing in shown(slack):
        for text in said(thing):
            hidden = {mark for mark in MARKS if mark in text}
            assert not hidden, f"{[unicodedata.name(mark, ascii(mark)) for mark in hidden]} in {text!r}"
        for text in pictures(thing):
            assert ":smile:" not in text


@pytest.fixture
def crowd(cloudflare: Simulation) -> Simulation:
    """Return a function that adds workflows and instances with hostile names."""
    for name in NAMES:
        add_failure(
            cloudflare,
            name,
            f"{name}{LONG_ID}"[:271],
            Failure(f"{name}\r\n", f"{name}\nof two lines{LONG_ID}"),
        )
    return cloudflare


async def test_lists_overviews_filters_and_problems(
    ada: Person, slack: LocalSlack, crowd: Simulation, read_log: ReadLog
) -> None:
    overview = await ask(ada, "")
    for number in range(len(NAMES)):
        opened = await open_workflow(ada, overview, number)
        await (await ada.click(opened, "filter_open")).view()
    await ask(ada, in_quotes(f"{NAMES[0]}x"))
    await ask(ada, f"list orders status:{in_quotes(NAMES[3])}")
    crowd.inject(JsonError(400, 10001, NAMES[2]), times=1)
    await ask(ada, f"search:{in_quotes(NAMES[1])}")
    assert_inert(slack)
    assert read_log()  # parses each line as JSON: no name broke a line


async def test_digests_their_lists_and_their_forms(ada: Person, slack: LocalSlack, crowd: Simulation) -> None:
    assert crowd
    names = " ".join(map(in_quotes, NAMES))
    assert "✅" in (await ask_digest(ada, f"create daily 9am workflow {names}")).all_text()
    for text in ("list", "show 1", "preview 1", "pause 1", "delete 1", "restore 1"):
        await ask_digest(ada, text)
    view = await (await send_digest_command(ada, "edit 1")).view()
    await ada.type_into_menu("digest_workflows", "", view)
    assert_inert(slack)


async def test_text_behind_a_name_still_reads_from_left_to_right(ada: Person, cloudflare: Simulation) -> None:
    """Direction marks are removed, so none stays open at the end of a name."""
    cloudflare.add_instance("orders", id="\u202egnp.exe")
    text = (await ask(ada, "orders")).all_text()
    assert {unicodedata.bidirectional(character) for character in text} <= {
        "L", "EN", "ES", "ET", "AN", "CS", "NSM", "BN", "B", "S", "WS", "ON",
    }  # fmt: skip
