"""Buttons of the previous version are read, and those of this one are no longer."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.browse.bookmark import (
    AnyBookmark,
    Bookmark,
    MergedBookmark,
    OverviewBookmark,
    VisitedPage,
    decode_v1,
)
from bot.browse.model import ListQuery, OverviewQuery
from bot.browse.requests import OpenFilter, OpenList, RefreshPage, TurnPage
from bot.browse.selection import Conditions, Selection
from bot.cloudflare.models import Cursor, PageNumber, Status
from bot.language.times import TimePoint
from bot.routing.controls import LIST_BUTTONS, at_place
from bot.slack.requests import InvalidButton, Request
from tests.support.buttons import CODEC, decode
from tests.unit.browse.test_merged import EVERYTHING, rows_in_order, three_lists
from tests.unit.browse.turning import row_ids, turn_to_end, turn_to_start

ANCHOR = datetime(2026, 11, 23, 14, 3, 22, 123456, tzinfo=UTC)
DAY = TimePoint("24h", datetime(2026, 11, 22, 14, 3, tzinfo=UTC))
ERRORED = ListQuery(Selection(("orders",), statuses=(Status("errored"),), created_since=DAY))
"""Times meant the creation then."""
OLD: dict[str, AnyBookmark] = {
    "1.HYMQG-ybN7vDHmj5RSmpRboFRfnJqcXA0ElXqq0FAA": Bookmark(ListQuery.of("order-processing")),
    "1.HTEHVcIQ_JjDHmj5RSmpRcXkh5ZRiKGJlYGxlYFBlFJtLTZvGENVGBnpGRoZm5iaARUCAA": Bookmark(
        ERRORED, anchor=ANCHOR
    ),
    "1.89KyZB9XiVbDHmj5RSmpRcXkh5ZRiKGJlYGxlYFBlFItDp-mVnoVRDl7mnlmuVb6VnpZglwG87oRVq8bQ001MtIzNDI2MTWj"
    "MCwSk5LRgwMA": (
        Bookmark(
            ERRORED,
            Cursor("eyJpZCI6IjEyMyJ9"),
            20,
            ANCHOR,
            (VisitedPage(None, 100), VisitedPage(Cursor("abc"), 100)),
        )
    ),
    "1.ZpnROFjKmGerVsIeNwVF-eCggUVRflEK0B-1yK6rBQA": OverviewBookmark(OverviewQuery("prod", "order"), 10),
    "1.dpemY_wXZnPDHmj5RSmpRcVKOvi8ZFyL5gUkCQA": Bookmark(
        ListQuery.of("orders", rows=20, start=PageNumber(3)), PageNumber(3)
    ),
}
"""Texts that version 1 wrote, and what they mean."""


@pytest.mark.parametrize(("text", "place"), OLD.items())
def test_a_button_of_the_previous_version_means_what_its_action_says(text: str, place: AnyBookmark) -> None:
    assert decode_v1(text) == place
    assert at_place(LIST_BUTTONS["page_next"], place) == TurnPage(place)
    assert at_place(LIST_BUTTONS["page_refresh"], place) == RefreshPage(place)
    assert at_place(LIST_BUTTONS["list_open"], place) == OpenList(place)
    if isinstance(place, Bookmark):
        assert at_place(LIST_BUTTONS["filter_open"], place) == OpenFilter(place.query)
    else:
        with pytest.raises(InvalidButton, match="another kind of list"):
            at_place(LIST_BUTTONS["filter_open"], place)


@pytest.mark.parametrize("text", OLD)
def test_a_cut_text_of_the_previous_version_is_unreadable(text: str) -> None:
    for length in range(len(text)):
        with pytest.raises(InvalidButton):
            decode_v1(text[:length])


SAME_VERSION: dict[str, Request] = {
    "2.WWPxC0K4npAjIirzi1JSi3QLivKTU4uBwZgO0gYA": OpenList(Bookmark(ListQuery.of("order-processing"))),
    "2.CK1YNxaQrU0jInTzi1JSi4rJD1ajEEMTKwNjKwODKKVaHH5PTEpGTspGWP1vDDXIyEjP0MjYxNSM2AAB-hUA": TurnPage(
        Bookmark(ERRORED, Cursor("abc"), 20, ANCHOR, (VisitedPage(None, 100),))
    ),
    "2.y817UDKM7gtLw5Ma84tSUouKUQIX6Ol0YAJQQjIJS0gYA22CpDmlksSknFSgRQA": OpenFilter(
        ListQuery.of("orders", "staging", rows=100, view="table", start=PageNumber(3))
    ),
}
"""Texts that were written before a list could have several workflows, and what they mean."""


@pytest.mark.parametrize(("text", "request_"), SAME_VERSION.items())
def test_a_button_from_before_lists_had_several_workflows_is_read(text: str, request_: Request) -> None:
    assert CODEC.decode(text) == request_


@pytest.mark.parametrize(
    "selection",
    [
        Selection(),
        Selection(("order-*",)),
        Selection(("orders", "emails"), "staging"),
        Selection(("orders",), statuses=(Status("errored"), Status("terminated")), since=DAY, until=DAY),
        Selection(("orders",), statuses=(Status("errored"),), since=DAY, until=DAY),
        Selection(("orders",), since=DAY, created_since=DAY, created_until=DAY),
        Selection(("orders",), where=Conditions(longer=timedelta(minutes=10), error="x")),
    ],
)
def test_every_selection_comes_back_from_a_button(selection: Selection) -> None:
    for request in (OpenList(Bookmark(ListQuery(selection, rows=5))), OpenFilter(ListQuery(selection))):
        assert CODEC.decode(CODEC.encode(request)) == request


@pytest.mark.parametrize(("text", "place"), OLD.items())
def test_a_button_is_no_longer_than_in_the_previous_version(text: str, place: AnyBookmark) -> None:
    for request in (TurnPage(place), RefreshPage(place), OpenList(place)):
        assert len(CODEC.encode(request)) <= len(text)
    if isinstance(place, Bookmark):
        assert len(CODEC.encode(OpenFilter(place.query))) <= len(text)


@pytest.mark.parametrize("action_id", LIST_BUTTONS)
def test_every_kind_of_request_comes_back_as_it_was(action_id: str) -> None:
    request = at_place(LIST_BUTTONS[action_id], Bookmark(ERRORED))
    assert CODEC.decode(CODEC.encode(request)) == request


SEVERAL_OLDER = (
    "2.h4BDD1HGtu6tlE1Pg0AQhv-K4Yw6y7YFevRg4sGEgx8JhJBF1kKEYFiiB8N_d2YolrRIiJblsMB8Pu-wR3Qr3eyQF-6MLo"
    "eiv7gzMjGc2bSNVtWRBmnBo8TNqd3e8rcau9i2XnH26k9yGdUIdEmxlmt_Ja74CS72oS8duAaKf0pGPghnC2LruMToXRlDTW"
    "xsq1SGNXrBinG0E9bgxE0w2jeNc2UFZR14eZDkT5Qq1yqb8gA_tIjzJApdoUbmjCRgINFHXgLCG4NwF4OAAwhzF2we0w-vDm"
    "dBuDMg6ibTzRlBSH8A0UdeAsL_GwhxAOGEN_e3UibZ8ywIJE491FXRtv0vVBaGMgwHiDuyB7yZa4pHL3NpFbcbRWBLXBDbkf"
    "jZOfYKF8QxoZ607L-TZf8u5lrKTP9H9q77Bg"
)
SEVERAL_NEWER = (
    "2.xwEuwKGH63Otk98KgyAUxl9ldO22oxatnqOrRYzGXAsSQYMuRu--o-aI9ocuUi-OcPz8nePnortS6Ab7hZERXYB-uspsin"
    "E3m16LWi7e4No6K7ni6mbK_MU4ViS6o_fUYI_MGMEOThOeZDE9uB3sJuk9gyNY_c_O8IKyHGjO0nNky_9KKCS2zmwICAHQK6"
    "_hO_3hU_om9IZ8PAt8XnkNX4Z8KK1k2_feB11rMLqEX5DO8gGXrScyDzV4q9WOoiyBcJxQkZK-I0ZinFCh88YX"
)
"""Buttons below the second screen of three lists, from before they told how far these were shown."""


async def test_a_button_of_several_lists_that_goes_by_numbers_of_rows_is_read() -> None:
    account = three_lists()
    wanted = rows_in_order(account, EVERYTHING)
    older, newer = decode(SEVERAL_OLDER), decode(SEVERAL_NEWER)
    assert isinstance(older, MergedBookmark)
    assert isinstance(newer, MergedBookmark)
    third = await account.browser().turn(older)
    assert row_ids(third) == wanted[20:30]
    rest = await turn_to_end(account.browser(), third)
    assert row_ids(*rest) == wanted[20:]
    back = await turn_to_start(account.browser(), rest[-1])
    assert row_ids(back[-1]) == wanted[:10]
    assert row_ids(await account.browser().turn(newer)) == wanted[:10]
