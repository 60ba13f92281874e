"""A list that somebody else opened: nothing of it tells what the person may not see."""

from bot.browse.messages.instances import instances_message
from bot.browse.model import ListQuery
from bot.browse.selection import Selection
from bot.ui.elements import Controls
from tests.support.many_lists import ManyLists, instance
from tests.unit.browse.turning import round_trip, turn_older


def many() -> ManyLists:
    """Return an account of 55 workflows, five too many for one message, with an instance each."""
    return ManyLists(
        {f"w-{number:02}": [instance(f"i-{number:02}", number)] for number in range(55)}, counted=True
    )


async def test_hidden_workflows_are_neither_named_nor_counted_among_those_left_out() -> None:
    browser = many().browser()
    first = await browser.open(ListQuery(Selection()))
    assert first.left_out_count == 5
    hidden = {first.left_out[0].workflow, "w-03"}
    seen = await browser.turn(round_trip(first.here), allows=lambda name: name not in hidden)
    text = str(instances_message(seen, Controls(None, None, None)))
    assert "Others are left out, as one message reads 50 at most, those with most instances: " in text
    assert "others are left out" in text
    assert not any(f"{name}`" in text for name in hidden)
    assert "5 lists" not in text


async def test_rows_of_hidden_workflows_are_not_numbered() -> None:
    browser = many().browser()
    first = await browser.open(ListQuery(Selection(), 10))
    second = await turn_older(browser, first)
    hidden = first.rows[0].workflow
    seen = await browser.turn(round_trip(second.here), allows=lambda name: name != hidden)
    assert (second.first, seen.first) == (11, 10)
