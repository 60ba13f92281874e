"""Whatever fails, whoever asked is told why, loses nothing, and is answered as soon as it is over."""

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.playground.simulators.slack import Message, Reply
from tests.support.messages import row_ids as ids

from .cloudflare_faults import FAILURES, Failure, Surface
from .cloudflare_stage import Cell, Stage

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("at_once")]

COMMANDS: tuple[Surface, ...] = ("list", "overview", "preview")
CLICKS: tuple[Surface, ...] = ("older", "refresh")


async def said(reply: Reply, failure: Failure, surface: Surface) -> Message:
    """The one message that an act led to; it has to name the cause."""
    message = await reply.message()
    text = message.all_text()
    assert text.startswith("⚠️")
    for words in failure.words(surface):
        assert words in text
    assert failure.waits in text
    assert message.is_ephemeral
    assert "Traceback" not in text
    assert "inside this bot" not in text
    return message


def instances_told(message: Message, cell: Cell) -> list[str]:
    """Of the two that failed, those that an answer names."""
    return [name for name in cell.ids(1, 2) if name in message.all_text()]


async def is_kept_away(cell: Cell, command: str) -> None:
    """Who was told to wait does not ask before, and says when to come back."""
    calls = len(cell.stage.cloudflare.calls)
    text = (await (await cell.asked(command)).message()).text
    assert "Too many requests" in text
    assert "Try again in" in text
    assert len(cell.stage.cloudflare.calls) == calls


@pytest.mark.parametrize("surface", COMMANDS)
@pytest.mark.parametrize("name", FAILURES)
async def test_a_command_is_told_the_cause_and_answered_once_it_is_over(
    name: str, surface: Surface, cell: Cell, cloudflare_stage: Stage, snapshot: SnapshotAssertion
) -> None:
    failure = FAILURES[name]
    command = {"list": cell.list_command, "overview": cell.overview_command}.get(surface)
    command = command or f"digest preview {await cell.digest()}"
    async with cloudflare_stage.failing(failure):
        reply = await cell.asked(command)
        told = await said(reply, failure, surface)
        assert len(reply.changes) == 1
    if surface == "list":
        assert cell.nameless(told) == snapshot
    if failure.waits:
        await is_kept_away(cell, command)
        return
    well = await (await cell.asked(command)).message()
    match surface:
        case "list":
            assert ids(well) == cell.ids(1, 20)
        case "overview":
            assert "2 errored" in well.all_text()
        case _:
            assert instances_told(well, cell) == cell.ids(1, 2)
    assert ids(await cell.list()) == cell.ids(1, 20)


@pytest.mark.parametrize("surface", CLICKS)
@pytest.mark.parametrize("name", FAILURES)
async def test_a_click_is_told_the_cause_and_what_stood_there_stays(
    name: str, surface: Surface, cell: Cell, cloudflare_stage: Stage
) -> None:
    failure = FAILURES[name]
    shown = await cell.list()
    button, expected = "page_refresh", cell.ids(1, 20)
    if surface == "older":
        button, expected = "page_next", cell.ids(101, 120)
        for _ in range(4):
            shown = await (await cell.pressed(shown, button)).message()
    async with cloudflare_stage.failing(failure):
        reply = await cell.pressed(shown, button)
        told = await said(reply, failure, surface)
        assert len(reply.changes) == 1
        assert told.ts != shown.ts
        assert cell.still(shown) == shown
    if failure.waits:
        await is_kept_away(cell, f"{cell.list_command} errored")
        return
    after = await (await cell.pressed(shown, button)).message()
    assert (after.ts, ids(after)) == (shown.ts, expected)
    assert ids(await cell.list()) == cell.ids(1, 20)
