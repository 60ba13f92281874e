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


async def test_lists_left_out_that_are_not_named_are_not_counted_for_who_may_not_see_all_of_them() -> None:
    account = ManyLists(
        {f"w-{number:02}": [instance(f"i-{number:02}", number)] for number in range(75)}, counted=True
    )
    browser = account.browser()
    first = await browser.open(ListQuery(Selection()))
    assert (first.left_out_count, len(first.left_out)) == (25, 10)
    seen = await browser.turn(round_trip(first.here), allows=lambda name: name < "w-62")
    assert [stream.workflow for stream in seen.left_out] == [stream.workflow for stream in first.left_out]
    assert (seen.left_out_count, seen.others_left_out) == (10, True)
    assert "25 lists" not in str(instances_message(seen, Controls(None, None, None)))
    of_some = await browser.open(ListQuery(Selection(("w-*",))), allows=lambda name: name < "x")
    assert (of_some.left_out_count, of_some.others_left_out) == (25, False)
