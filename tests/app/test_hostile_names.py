"""Names that people or machines chose are shown, and do nothing."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.language.tokens import quote
from bot.playground.simulators.cloudflare import Attempt, Cron, Simulation, Step
from bot.playground.simulators.slack import Message, Person
from tests.support.messages import ask, click, row_ids
from tests.support.overviews import open_workflow

NAMES = (
    "<!channel>",
    "<@U0ADA0001>",
    "<https://evil.example|click me>",
    "*bold* _it_ ~no~ `code` ```pre```",
    "&lt;!here&gt;",
    "\u202egnp.exe",
    "🚀🔥 :tada:",
    "https://evil.example/x",
)

LIVE = re.compile(r"<(?!!date\^)[^>]*>")
"""Markup of Slack's that would become a mention or a link."""


def live_markup(message: Message) -> list[str]:
    """What Slack would act upon, in the fallback text and wherever it reads mrkdwn."""
    return LIVE.findall("\n".join((message.text, *(part["text"] for part in _mrkdwn_parts(message.blocks)))))


def _mrkdwn_parts(node: object) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict) and node.get("type") == "mrkdwn":
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list | tuple) else ():
        yield from _mrkdwn_parts(child)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
async def test_a_hostile_id_is_inert(name: str, ada: Person, cloudflare: Simulation) -> None:
    cloudflare.add_instance("orders", id=name)
    message = await ask(ada, "orders")
    assert not live_markup(message)
    assert "\u202e" not in message.all_text()
    [row] = [block for block in message.blocks if block["type"] == "section"]
    assert row["text"]["text"].split("\n")[0].count("`") == 2, "the id is code from end to end"


@pytest.mark.parametrize("name", NAMES, ids=ascii)
async def test_a_hostile_workflow_is_inert_and_opens(name: str, ada: Person, cloudflare: Simulation) -> None:
    cloudflare.add_instance(name, id="fine")
    overview = await ask(ada, "")
    assert not live_markup(overview)
    opened = await open_workflow(ada, overview)
    assert row_ids(opened) == ["fine"]
    assert not live_markup(opened)


async def test_hostile_workflows_versions_and_steps_are_inert_in_statistics(
    ada: Person, cloudflare: Simulation
) -> None:
    now = datetime.now(UTC)
    for name in NAMES:
        tried = (Attempt(now, now, success=False), Attempt(now, now, success=True))
        cloudflare.add_instance(name, id="fine", version_id=name, steps=(Step(f"{name}-1", tried),))
    for text in ("stats *", *(f"stats {quote(name)}" for name in NAMES)):
        shown = await ask(ada, text)
        assert not live_markup(shown)
        assert "\u202e" not in shown.all_text()
        assert "0 of " in shown.all_text()


async def test_what_a_person_types_comes_back_inert(ada: Person) -> None:
    message = await ask(ada, "orders x<!channel>&y @here")
    assert not live_markup(message)
    assert "`x&lt;!channel&gt;&amp;y`" in message.all_text()


async def test_a_word_that_is_left_out_takes_the_marks_around_it_along(ada: Person) -> None:
    message = await ask(ada, "orders <!channel> @here")
    assert not live_markup(message)
    assert message.all_text().startswith("⚠️ *`!channel` is a word I don't know")
    assert "Without it:\n`/workflows orders @here`" in message.all_text()


async def test_ids_of_every_shape_are_shown_verbatim(ada: Person, cloudflare: Simulation) -> None:
    shapes = [
        "*/30 * * * *-1786001400000",
        "a#b,c/d",
        f"0 0 1,{'15,' * 83}28 * *-1786001400"[:271].ljust(271, "7"),
    ]
    for shape in shapes:
        cloudflare.add_instance("orders", id=shape)
    assert sorted(row_ids(await ask(ada, "orders"))) == sorted(shapes)


async def test_twenty_of_the_longest_ids_fit_into_one_message(ada: Person, cloudflare: Simulation) -> None:
    cloudflare.change(cursor_padding=1500)
    made = [cloudflare.add_instance("orders", id=f"{number:03}".ljust(271, "x")).id for number in range(120)]
    message = await ask(ada, "orders rows:20")
    seen = row_ids(message)
    while any(button.action_id == "page_next" for button in message.buttons()):
        message = await click(ada, message, "page_next")
        seen += row_ids(message)
    assert seen == made[::-1]


async def test_what_merely_looks_like_a_link_becomes_none(ada: Person, cloudflare: Simulation) -> None:
    cloudflare.add_instance("orders", trigger_source="api")
    for text in ("", "orders", "https://evil.example x", "orders since:www.evil.example"):
        message = await ask(ada, text)
        assert all(part["verbatim"] is True for part in _mrkdwn_parts(message.blocks))


async def test_sixty_schedules_are_cut_and_counted(ada: Person, cloudflare: Simulation) -> None:
    for number in range(10):
        crons = tuple(Cron(f"{minute} * * * *", timedelta(hours=1)) for minute in range(60))
        cloudflare.add_workflow(f"{'busy' * 15}-{number}", crons=crons)
    text = (await ask(ada, "")).all_text()
    assert text.count("and 59 more schedules") == 10
