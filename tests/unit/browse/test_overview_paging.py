"""The screens of an overview stay where they are while one turns pages, whatever becomes of the workflows."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.browse.bookmark import OverviewBookmark
from bot.browse.model import OverviewQuery
from bot.browse.overview.paging import WORKFLOWS_PER_SCREEN, Turns, in_order
from tests.support.buttons import decode, encode
from tests.support.properties import examples

NAMES = [f"{'Flow' if number % 3 else 'flow'}-{number:02}" for number in range(48)]
names = st.sets(st.sampled_from(NAMES), min_size=1)


def shown(workflows: set[str], mark: OverviewBookmark) -> tuple[list[str], Turns]:
    """Return the names on a screen of the workflows that there are."""
    ordered = sorted(workflows, key=in_order(mark.order or ()))
    turns = Turns.of(ordered, mark)
    return ordered[turns.first : turns.first + WORKFLOWS_PER_SCREEN], turns


def first(order: list[str]) -> OverviewBookmark:
    return OverviewBookmark(OverviewQuery(), order=tuple(order))


def through_a_button(mark: OverviewBookmark | None) -> OverviewBookmark:
    assert mark is not None
    read = decode(encode(mark))
    assert isinstance(read, OverviewBookmark)
    return read


@given(names, st.data())
@settings(max_examples=examples(60))
def test_what_stays_is_seen_once_though_others_come_and_go(workflows: set[str], data: st.DataObject) -> None:
    order = data.draw(st.lists(st.sampled_from(sorted(workflows)), unique=True))
    mark, seen, ever, always = first(order), [], set(workflows), set(workflows)
    place = in_order(order)
    while True:
        rows, turns = shown(workflows, mark)
        # Where all that was left to see has gone, the last screen is shown.
        if mark.after is None or any(place(name) > place(mark.after) for name in workflows):
            seen += rows
        if turns.next is None:
            break
        mark = through_a_button(turns.next)
        workflows = data.draw(names)
        ever |= workflows
        always &= workflows
    assert len(seen) == len(set(seen))
    assert always <= set(seen) <= ever
    stayed = [name for name in seen if name in always]
    assert list(dict.fromkeys(stayed)) == sorted(always, key=in_order(order))


@given(names, st.data())
@settings(max_examples=examples(40))
def test_the_way_back_shows_the_same_screens(workflows: set[str], data: st.DataObject) -> None:
    order = data.draw(st.lists(st.sampled_from(sorted(workflows)), unique=True))
    forward = [shown(workflows, first(order))]
    while (following := forward[-1][1].next) is not None:
        forward.append(shown(workflows, through_a_button(following)))
    back = [forward[-1]]
    while (before := back[-1][1].previous) is not None:
        back.append(shown(workflows, through_a_button(before)))
    assert [rows for rows, _ in back] == [rows for rows, _ in reversed(forward)]
    assert [name for rows, _ in forward for name in rows] == sorted(workflows, key=in_order(order))


def test_a_refresh_of_the_first_screen_lifts_the_order_and_one_of_another_keeps_it() -> None:
    _, turns = shown(set(NAMES), first(NAMES[40:]))
    assert turns.here == OverviewBookmark(OverviewQuery())
    rows, turns = shown(set(NAMES), through_a_button(turns.next))
    assert shown(set(NAMES), turns.here)[0] == rows


def test_a_button_of_an_earlier_version_leads_to_the_row_that_it_counted() -> None:
    rows, _ = shown(set(NAMES), OverviewBookmark(OverviewQuery(), offset=20))
    assert rows == NAMES[20:30]


def test_behind_the_end_is_the_last_screen() -> None:
    assert shown(set(NAMES), OverviewBookmark(OverviewQuery(), after="zzz", order=()))[0] == NAMES[40:]
    assert shown(set(), OverviewBookmark(OverviewQuery(), after="zzz", order=()))[0] == []
