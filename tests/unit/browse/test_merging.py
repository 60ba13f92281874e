"""Merging lists whose pages are there."""

from bot.browse.bookmark import StreamPlace, VisitedPage
from bot.browse.merging import Merge
from bot.browse.pages import Loaded
from bot.browse.selection import Stream
from bot.cloudflare.models import Instance, InstancePage, ResultInfo
from tests.support.many_lists import START, instance


def whole(name: str, rows: list[Instance]) -> Loaded:
    place = StreamPlace(Stream(name), (VisitedPage(None, len(rows)),), end="end")
    page = InstancePage(tuple(rows), None, ResultInfo(), (), START)
    return Loaded(place, page, rows, 0, len(rows), 0, is_last=True)


def test_rows_that_are_given_back_are_the_next_ones() -> None:
    merge = Merge([StreamPlace(Stream("a")), StreamPlace(Stream("b"))])
    assert merge.opening == [0, 1]
    merge.feed(0, whole("a", [instance("a-9", 9), instance("a-7", 7)]))
    merge.feed(1, whole("b", [instance("b-8", 8)]))
    taken = [merge.take() for _ in range(3)]
    assert [each and each[1].id for each in taken] == ["a-9", "b-8", "a-7"]
    assert merge.take() is None
    for number in (0, 1, 0):
        merge.give_back(number)
    assert [place.passed for place in merge.places] == [0, 0]
    assert [merge.take() for _ in range(3)] == taken
    assert [place.is_done for place in merge.places] == [True, True]
