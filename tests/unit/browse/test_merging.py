"""Merging lists whose pages are there."""

from bot.browse.pages import Loaded
from bot.browse.selection import Stream
from bot.browse.several.merging import Merge
from bot.browse.several.places import ReadPage, StreamPlace
from bot.browse.several.shown import NOTHING_SHOWN, RowKey, ShownProgress
from bot.cloudflare.models import Instance, InstancePage, ResultInfo, Status
from tests.support.many_lists import START, instance


def whole(name: str, rows: list[Instance]) -> Loaded:
    moments = [row.created_on or START for row in rows]
    last = RowKey.of(name, rows[-1], moments[-1])
    place = StreamPlace(Stream(name), (ReadPage(None, len(rows), last),), end="end")
    page = InstancePage(tuple(rows), None, ResultInfo(), (), START)
    return Loaded(place, 0, page, rows, moments, is_changed=False)


def test_rows_that_are_given_back_are_the_next_ones() -> None:
    merge = Merge([StreamPlace(Stream("a")), StreamPlace(Stream("b"))], ShownProgress(NOTHING_SHOWN, {}))
    assert merge.opening == [0, 1]
    merge.feed(0, whole("a", [instance("a-9", 9), instance("a-7", 7)]))
    merge.feed(1, whole("b", [instance("b-8", 8)]))
    taken = [merge.take() for _ in range(3)]
    assert [each and each.instance.id for each in taken] == ["a-9", "b-8", "a-7"]
    assert merge.take() is None
    for _ in range(3):
        merge.give_back()
    assert [place.passed for place in merge.places] == [0, 0]
    assert merge.progress.reached == NOTHING_SHOWN
    assert [merge.take() for _ in range(3)] == taken
    assert [place.is_done(merge.end.reached) for place in merge.places] == [True, True]


def test_an_instance_that_is_in_two_lists_is_taken_from_one() -> None:
    lists = [StreamPlace(Stream("a", Status("running"))), StreamPlace(Stream("a", Status("errored")))]
    merge = Merge(lists, ShownProgress(NOTHING_SHOWN, {}))
    for number, rows in enumerate([[instance("1", 9), instance("2", 9)], [instance("2", 9, "errored")]]):
        merge.feed(number, whole("a", rows))
    assert [taken and taken.instance.id for taken in (merge.take(), merge.take(), merge.take())] == [
        "1",
        "2",
        None,
    ]
