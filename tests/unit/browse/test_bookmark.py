"""What a button carries comes back whole, or not at all."""

import base64
import string
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.browse.bookmark import AnyBookmark, Bookmark, OverviewBookmark, VisitedPage
from bot.browse.model import ListQuery, OverviewQuery
from bot.browse.requests import TurnPage
from bot.cloudflare.models import Cursor, PageNumber, Status
from bot.digests.command.requests import OpenInstances
from bot.slack.requests import InvalidButton
from tests.support.buttons import CODEC, decode, encode
from tests.support.list_commands import read_list
from tests.unit.language.strategies import any_text

from .strategies import any_bookmarks

DEEP = Bookmark(
    read_list("orders status:errored since:24h rows:7 account:prod"),
    position=Cursor("eyJpZCI6IjEyMyJ9.+/8="),
    offset=14,
    anchor=datetime(2026, 11, 23, 14, 3, 22, 123456, tzinfo=UTC),
    visited=(
        VisitedPage(None, 98),
        VisitedPage(Cursor("eyJpZCI6IjQ1NiJ9"), 98),
        VisitedPage(PageNumber(3), 0),
    ),
)
SAMPLES = (
    DEEP,
    Bookmark(ListQuery.of("orders")),
    Bookmark(ListQuery.of("orders", start=PageNumber(3)), PageNumber(3), 10),
    OverviewBookmark(OverviewQuery()),
    OverviewBookmark(OverviewQuery("prod", "order"), 10),
    OverviewBookmark(OverviewQuery(), after="orders", order=("mail", "orders")),
)
# Every character that base64 knows, and some that a text may pick up on its way.
ALPHABET = string.ascii_letters + string.digits + "-_=.+/ \n\x00é🔴"


@given(any_bookmarks)
@example(DEEP)
@example(Bookmark(ListQuery.of('"\\', status=Status("\u202e"), start=Cursor("\x00"))))
def test_a_bookmark_comes_back_as_it_was(bookmark: AnyBookmark) -> None:
    assert decode(encode(bookmark)) == bookmark


@given(any_bookmarks)
def test_the_same_bookmark_is_always_the_same_text(bookmark: AnyBookmark) -> None:
    assert encode(decode(encode(bookmark))) == encode(bookmark)


@given(any_bookmarks)
def test_a_bookmark_survives_json_urls_and_forms(bookmark: AnyBookmark) -> None:
    assert set(encode(bookmark)) <= set(string.ascii_letters + string.digits + "-_.")


@pytest.mark.parametrize("bookmark", SAMPLES)
def test_a_text_cut_anywhere_is_unreadable(bookmark: AnyBookmark) -> None:
    text = encode(bookmark)
    for length in range(len(text)):
        with pytest.raises(InvalidButton):
            decode(text[:length])
        with pytest.raises(InvalidButton):
            decode(text[length + 1 :])


@pytest.mark.parametrize("bookmark", SAMPLES)
def test_a_text_with_any_one_character_changed_is_unreadable(bookmark: AnyBookmark) -> None:
    text = encode(bookmark)
    for place, was in enumerate(text):
        for character in ALPHABET:
            if character != was:
                with pytest.raises(InvalidButton):
                    decode(text[:place] + character + text[place + 1 :])


@pytest.mark.parametrize("bookmark", SAMPLES)
def test_a_text_with_a_character_more_is_unreadable(bookmark: AnyBookmark) -> None:
    text = encode(bookmark)
    for place in range(len(text) + 1):
        for character in ALPHABET:
            with pytest.raises(InvalidButton):
                decode(text[:place] + character + text[place:])


@given(any_bookmarks, st.data())
def test_whatever_happens_to_a_text_it_never_means_another_place(
    bookmark: AnyBookmark, data: st.DataObject
) -> None:
    text = encode(bookmark)
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    changed = text[:start] + data.draw(st.text(ALPHABET, max_size=6)) + text[end:]
    try:
        assert decode(changed) == bookmark
    except InvalidButton:
        assert changed != text


@given(any_text | st.text(ALPHABET).map("2.{}".format) | st.binary().map(lambda raw: "2." + _base64(raw)))
def test_any_other_text_is_unreadable(text: str) -> None:
    with pytest.raises(InvalidButton):
        decode(text)


@pytest.mark.parametrize("version", ["0", "1", "3", "", "22", "2 ", "s1", "\N{ARABIC-INDIC DIGIT ONE}"])
def test_another_version_is_unreadable(version: str) -> None:
    text = encode(DEEP)
    with pytest.raises(InvalidButton, match="another version"):
        decode(f"{version}.{text.partition('.')[2]}")


def test_a_small_text_cannot_become_a_large_one() -> None:
    bomb = CODEC.pack(TurnPage.kind.encode() + b"{" + b" " * 20_000_000)
    assert len(bomb) < 50_000
    tracemalloc.start()
    try:
        with pytest.raises(InvalidButton):
            decode(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000  # bytes


@pytest.mark.parametrize(
    "json", [b"", b"{}", b"null", b'{"query":{"workflow":"x"}}', b"[" * 100_000, b"\xff"]
)
def test_json_that_was_packed_by_somebody_else_is_unreadable(json: bytes) -> None:
    with pytest.raises(InvalidButton):
        decode(f"2.{_base64(zlib.compress(json, 9))}")


@pytest.mark.parametrize(
    "bookmark",
    [
        Bookmark(ListQuery.of("orders", rows=21)),
        Bookmark(ListQuery.of("orders", rows=0)),
        Bookmark(ListQuery.of("orders"), offset=-1),
        Bookmark(ListQuery.of("orders"), visited=(VisitedPage(None, -1),)),
        OverviewBookmark(OverviewQuery(), offset=-1),
    ],
)
def test_a_place_that_cannot_be_is_unreadable(bookmark: AnyBookmark) -> None:
    with pytest.raises(InvalidButton):
        decode(encode(bookmark))


def test_a_plain_place_costs_little() -> None:
    assert len(encode(Bookmark(read_list("orders status:errored since:24h"), anchor=DEEP.anchor))) < 160


def test_a_walk_of_1000_rows_behind_short_cursors_fits_a_button() -> None:
    visited = tuple(VisitedPage(Cursor(f"{number:02}" * 20), 100) for number in range(10))
    assert len(encode(Bookmark(ListQuery.of("order-processing"), visited=visited))) < 2000


def test_an_anchor_of_another_zone_is_the_same_moment() -> None:
    anchor = datetime(2026, 11, 23, 15, tzinfo=timezone(timedelta(hours=1)))
    read = decode(encode(Bookmark(ListQuery.of("orders"), anchor=anchor)))
    assert isinstance(read, Bookmark)
    assert read.anchor == anchor


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_a_thousand_instances_with_the_longest_ids_come_back() -> None:
    instances = tuple((f"{number:03}".ljust(271, "*"), 1_763_900_000 + number) for number in range(1000))
    request = OpenInstances(
        digest=1, query=ListQuery.of("orders"), account="prod", until=1_763_910_000, instances=instances
    )
    assert CODEC.decode(CODEC.encode(request)) == request


def test_a_text_that_unpacks_to_more_than_any_bookmark_is_unreadable() -> None:
    spaces = b" " * 600_000
    assert decode(CODEC.pack(b'turn{"place":{"query":{"workflow":"orders"}}}')) == Bookmark(
        ListQuery.of("orders")
    )
    with pytest.raises(InvalidButton):
        decode(CODEC.pack(b'turn{"place":{"query":' + spaces + b'{"workflow":"orders"}}}'))
