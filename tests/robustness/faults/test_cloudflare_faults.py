"""A fault of Cloudflare is explained, loses no message, and has no effect once it is over."""

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.playground.simulators.slack import Message, Reply
from tests.support.messages import answer, is_interim, row_ids

from .cloudflare_faults import FAILURES, Failure, Surface
from .cloudflare_harness import Cell, Harness

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("at_once")]

COMMANDS: tuple[Surface, ...] = ("list", "overview", "preview")
CLICKS: tuple[Surface, ...] = ("older", "refresh")


async def said(reply: Reply, failure: Failure, surface: Surface) -> Message:
    """Return the only message of a reply, and check that it names the cause."""
    message = await answer(reply)
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
    """Return the failed instances that a message names."""
    return [name for name in cell.ids(1, 2) if name in message.all_text()]


async def is_kept_away(cell: Cell, command: str) -> None:
    """Check that no request is sent before the wait is over, and that the message says when to retry."""
    calls = len(cell.harness.cloudflare.calls)
    text = (await answer(await cell.asked(command))).text
    assert "Too many requests" in text
    assert "Try again in" in text
    assert len(cell.harness.cloudflare.calls) == calls


@pytest.mark.parametrize("surface", COMMANDS)
@pytest.mark.parametrize("name", FAILURES)
async def test_a_command_names_the_cause_and_works_afterwards(
    name: str, surface: Surface, cell: Cell, cloudflare_harness: Harness, snapshot: SnapshotAssertion
) -> None:
    failure = FAILURES[name]
    command = {"list": cell.list_command, "overview": cell.overview_command}.get(surface)
    command = command or f"digest preview {await cell.digest()}"
    async with cloudflare_harness.failing(failure):
        reply = await cell.asked(command)
        message = await said(reply, failure, surface)
        assert len([change for change in reply.changes if not is_interim(change.message)]) == 1
    if surface == "list":
        assert cell.nameless(message) == snapshot
    if failure.waits:
        await is_kept_away(cell, command)
        return
    well = await answer(await cell.asked(command))
    match surface:
        case "list":
            assert row_ids(well) == cell.ids(1, 20)
        case "overview":
            assert "2 errored" in well.all_text()
        case _:
            assert instances_told(well, cell) == cell.ids(1, 2)
    assert row_ids(await cell.list()) == cell.ids(1, 20)


@pytest.mark.parametrize("surface", CLICKS)
@pytest.mark.parametrize("name", FAILURES)
async def test_a_click_is_told_the_cause_and_what_stood_there_stays(
    name: str, surface: Surface, cell: Cell, cloudflare_harness: Harness
) -> None:
    failure = FAILURES[name]
    shown = await cell.list()
    button, expected = "page_refresh", cell.ids(1, 20)
    if surface == "older":
        button, expected = "page_next", cell.ids(101, 120)
        for _ in range(4):
            shown = await (await cell.pressed(shown, button)).message()
    async with cloudflare_harness.failing(failure):
        reply = await cell.pressed(shown, button)
        message = await said(reply, failure, surface)
        assert len(reply.changes) == 1
        assert message.ts != shown.ts
        assert cell.still(shown) == shown
    if failure.waits:
        await is_kept_away(cell, f"{cell.list_command} errored")
        return
    after = await (await cell.pressed(shown, button)).message()
    assert (after.ts, row_ids(after)) == (shown.ts, expected)
    assert row_ids(await cell.list()) == cell.ids(1, 20)
