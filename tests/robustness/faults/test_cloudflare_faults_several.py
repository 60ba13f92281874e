"""A fault of Cloudflare in one of several lists costs that one alone; it is named, and Retry adds it."""

import pytest

from bot.playground.simulators.cloudflare import Fault
from bot.playground.simulators.slack import Message
from tests.support.messages import answer, has_button, row_ids

from .cloudflare_faults import FAILURES, NobodyListens
from .cloudflare_harness import Cell, Harness

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("at_once")]

OF_ONE_LIST = [name for name, failure in FAILURES.items() if not isinstance(failure.fault, NobodyListens)]
"""A port that is closed is closed for all lists."""
_GONE = ("Cloudflare has no such workflow any more.",)


def fault_of(name: str, harness: Harness) -> Fault:
    fault = FAILURES[name].led_to(f"{harness.elsewhere}/client/v4")
    assert not isinstance(fault, NobodyListens)
    return fault


def add_other(cell: Cell, harness: Harness) -> str:
    """Add a second workflow with two instances that are newer than all of the first; return its name."""
    other = f"{cell.workflow}-other"
    for number in range(2):
        harness.cloudflare.add_instance(other, id=f"{other}-{number}", status="complete")
    return other


def expect(message: Message, cell: Cell, other: str) -> None:
    """Check that a message has the one list, and says that the other one is missing."""
    text = message.all_text()
    assert "*1 of 2 lists could not be read, so instances may be missing here.*" in text
    assert f"\n`{other}`: " in text
    assert "the end of the list" not in text
    assert "Traceback" not in text
    assert "inside this bot" not in text
    assert set(row_ids(message)) <= set(cell.ids(1, 125))


@pytest.mark.parametrize("name", OF_ONE_LIST)
async def test_the_others_are_shown_and_retry_adds_what_failed(
    name: str, cell: Cell, cloudflare_harness: Harness
) -> None:
    other = add_other(cell, cloudflare_harness)
    command = f"list {cell.workflow},{other} rows:20 account:{cell.account}"
    cloudflare_harness.cloudflare.inject(
        fault_of(name, cloudflare_harness), times=None, operation="list_instances", workflow=other
    )
    message = await answer(await cell.asked(command), 10)
    expect(message, cell, other)
    says = _GONE if name.startswith("10200") else FAILURES[name].says
    assert says[0] in message.all_text()
    assert row_ids(message) == cell.ids(1, 20)
    following = await (await cell.pressed(message, "page_next")).message()
    expect(following, cell, other)
    assert row_ids(following) == cell.ids(21, 40)
    cloudflare_harness.cloudflare.clear_faults()
    if FAILURES[name].waits:
        return
    whole = await (await cell.pressed(message, "list_retry")).message()
    assert row_ids(whole) == [f"{other}-1", f"{other}-0", *cell.ids(1, 18)]
    assert not has_button(whole, "list_retry")
    assert "could not be read" not in whole.all_text()
