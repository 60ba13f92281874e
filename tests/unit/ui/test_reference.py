"""The reference at the end of a message."""

from bot.ui import limits
from bot.ui.elements import context, message, section
from bot.ui.request_id import with_request_id


def test_it_stands_at_the_end_of_the_text_and_of_the_small_print() -> None:
    told = with_request_id(message("It broke.", [section("It broke."), context("HTTP 500")]), "ab12")
    assert told.text == "It broke. (reference `ab12`)"
    assert told.blocks == [section("It broke."), context("HTTP 500", "reference `ab12`")]


def test_where_there_is_no_small_print_it_is_the_only_one() -> None:
    assert with_request_id(message("Oh.", [section("Oh.")]), "ab12").blocks[-1] == context("reference `ab12`")


def test_what_is_too_long_is_cut_and_not_the_reference() -> None:
    long = "word " * 10_000
    told = with_request_id(message(long, [section("It broke."), context(long[:2_900])]), "ab12")
    assert len(told.text) <= limits.TEXT
    assert told.text.endswith("(reference `ab12`)")
    small_print = told.blocks[-1]["elements"][0]["text"]
    assert len(small_print) <= limits.CONTEXT
    assert small_print.endswith("reference `ab12`")
