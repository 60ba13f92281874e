"""Times of which a part is not understood, or which have two meanings: none is believed in part."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.language.errors import QueryError
from bot.language.time_words import is_time, longest_time, may_begin_time, needs_zone
from bot.language.times import Clock, TimePoint, read
from tests.support.commands import NOW

from .strategies import any_text, clocks

BERLIN = Clock(NOW, ZoneInfo("Europe/Berlin"))
PIECES = (
    "yesterday", "9am", "09:12:44", "2026-11-22", "22.11.2026", "nov 22", "10/11/2026", "monday",
    "last week", "noon", "UTC", "CET", "IST", "Berlin", "+0200", "2h", "ago", "last night", "this morning",
    "midnight", "end of", "10.11", "9.30", "1795338764", "2026", "at", "on", "the", ",", "last",
    "2 days ago", "half an hour", "sun", "Z",
)  # fmt: skip
STRANGE = (
    "foo", "not", "or", "except", "about", "sharp", "ish", "5", "x", "!", "?", "errored", "next", "since",
    "every", "banana", "11", "o'clock", "minus", "(maybe)", "+", "~", "²", "🕐", "morgen", "h",
)  # fmt: skip
TIMES = (
    "2h", "2 hours ago", "an hour and a half ago", "yesterday", "yesterday 09:00", "monday at noon",
    "last night", "this week", "2026-11-22", "2026-11-22 09:12:44 UTC", "2026-11-22T09:00Z", "10.11.2026",
    "nov 20 9am CET", "Sun, 22 Nov 2026 09:12:44 +0000", "22/Nov/2026:09:12:44 +0000", "1795338764",
    "9am New York", "end of last week", "Sun Nov 22 2026 10:12:44 GMT+0100",
)  # fmt: skip


def refusal(text: str, clock: Clock = BERLIN) -> QueryError:
    with pytest.raises(QueryError) as refused:
        read(text, clock)
    assert refused.value.word == text
    return refused.value


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("10/11/2026", ("2026-11-10", "2026-10-11")),
        ("10/11", ("2026-11-10", "2026-10-11")),
        ("10-11-2026", ("2026-11-10", "2026-10-11")),
        ("10/11/26 9am", ("2026-11-10 9am", "2026-10-11 9am")),
        ("9am on 10/11/2026", ("9am on 2026-11-10", "9am on 2026-10-11")),
        ("10.11", ("10 november", "10:11")),
        ("midnight 10.11", ("00:00 10.11", "end of 10.11")),
        ("9am IST", ("9am asia/kolkata", "9am europe/dublin", "9am asia/jerusalem")),
        ("9am CST yesterday", ("9am america/chicago yesterday", "9am asia/shanghai yesterday",
                               "9am america/havana yesterday")),
        ("9am BST", ("9am europe/london", "9am asia/dhaka", "9am pacific/bougainville")),
        ("2026-07-22 09:00 CET", ("2026-07-22 09:00 utc+01:00", "2026-07-22 09:00 europe/berlin")),
        ("yesterday midnight", ("yesterday 00:00", "end of yesterday")),
    ],
)  # fmt: skip
def test_what_has_two_meanings_is_refused_with_each_of_them(text: str, choices: tuple[str, ...]) -> None:
    error = refusal(text)
    assert tuple(choice.lower() for choice in error.choices) == choices
    moments = {read(choice, BERLIN).at for choice in error.choices}
    assert len(moments) == len(choices)


@pytest.mark.parametrize(
    "zone",
    ["Europe/Berlin", "UTC", "Asia/Tokyo", "America/Sao_Paulo", "America/Mexico_City", "America/Toronto"],
)
def test_elsewhere_than_where_the_month_is_first_a_date_with_slashes_asks(zone: str) -> None:
    assert refusal("10/11/2026", Clock(NOW, ZoneInfo(zone))).choices == ("2026-11-10", "2026-10-11")


@pytest.mark.parametrize(
    "zone",
    ["America/New_York", "America/Chicago", "America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu",
     "America/Indiana/Knox", "America/Puerto_Rico", "US/Eastern"],
)  # fmt: skip
def test_in_the_united_states_the_month_is_first(zone: str) -> None:
    info = ZoneInfo(zone)
    assert read("10/11/2026", Clock(NOW, info)).at == datetime(2026, 10, 11, tzinfo=info)
    assert read("10.11.2026", Clock(NOW, info)).at == datetime(2026, 11, 10, tzinfo=info), (
        "dots are day first"
    )
    assert read("22/11/2026", Clock(NOW, info)).at == datetime(2026, 11, 22, tzinfo=info), "no other meaning"


@pytest.mark.parametrize("text", ["11/22/2026", "22/11/2026", "11/22", "22/11", "22-11-2026"])
def test_a_date_that_can_only_be_one_day_is_that_day(text: str) -> None:
    assert read(text, BERLIN).at == datetime(2026, 11, 22, tzinfo=BERLIN.zone)
    assert read("11/11/2026", BERLIN).at == datetime(2026, 11, 11, tzinfo=BERLIN.zone)


@pytest.mark.parametrize(
    "text",
    ["31.11.2026", "31/11/2026", "2026-02-30", "nov 31", "30 feb", "13/13/2026", "0.1.2026", "31.02", "0.3"],
)
def test_a_day_that_no_calendar_has_is_refused(text: str) -> None:
    error = refusal(text)
    assert error.problem == "is no moment in any calendar"
    assert not error.choices


def test_dots_with_the_month_first_are_refused_with_the_day_that_they_must_mean() -> None:
    assert refusal("11.28.2026 9am").nearest == "2026-11-28 9am"


def test_a_weekday_that_the_date_does_not_have_is_refused() -> None:
    assert (
        refusal("Sat, 22 Nov 2026 09:12:44 +0000").problem
        == "names another weekday than that date has, a Sunday"
    )


def test_a_weekday_tells_which_of_two_days_a_date_is() -> None:
    assert read("tue 10/11/2026", BERLIN).at == datetime(2026, 11, 10, tzinfo=BERLIN.zone)
    assert read("sun 10/11/2026", BERLIN).at == datetime(2026, 10, 11, tzinfo=BERLIN.zone)


def test_two_zones_must_agree() -> None:
    for text, choices in (
        ("22 Nov 2026 09:12 +0200 (CET)", ("22 nov 2026 09:12 +0200", "22 nov 2026 09:12 (cet)")),
        ("9am CET PST", ("9am cet", "9am pst")),
        ("2026-11-10 utc cet", ("2026-11-10 utc", "2026-11-10 cet")),
        ("2026-11-10 utc gmt cet", ("2026-11-10 gmt", "2026-11-10 cet")),
    ):
        refused = refusal(text)
        assert refused.problem == "names two zones, which differ"
        assert refused.choices == choices
        assert_choices_differ(refused, BERLIN)


@pytest.mark.parametrize(
    "text",
    [
        "9am 10am", "today yesterday", "monday tuesday", "2026-11-22 nov 22", "yesterday at", "at", "the",
        "9am the", "yesterday + 09:00", "yesterday +09:00", "yesterday 25:00", "yesterday 9",
        "yesterday morning 5pm", "last week monday",
        "last week 9am", "2h 9am", "now 9am", "2h UTC", "now UTC", "UTC", "CET", "morning", "night",
        "next friday", "this friday", "end of 9am", "end of", "2026-11-22 2025", "today 9am 2026",
        "november", "nov 2026", "22 Nov 2026 09:12 +0100 (Central European Time)", "24:00", "09:60",
        "23:59:60", "2026-11-22T25:00Z", "2026-11-22T", "2026-11-22Z", "26-11-28", "(9am)",
        "9am (maybe time)", "week", "last", "ago", "2026-11-22 09:00 10.11", "9am+", "9am +2", "half",
        "an", "2 hours ago yesterday", "12345678901",
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused(text: str) -> None:
    assert refusal(text).problem == "is not a time I can read"
    assert not is_time(text)


@given(st.sampled_from(TIMES), st.sampled_from(STRANGE), st.data())
def test_no_word_is_passed_over(text: str, strange: str, data: st.DataObject) -> None:
    words = text.split()
    words.insert(data.draw(st.integers(0, len(words))), strange)
    said = " ".join(words)
    with pytest.raises(QueryError):
        read(said, BERLIN)


def assert_choices_differ(error: QueryError, clock: Clock) -> None:
    """Assert that each choice is another moment, or is refused with choices in its turn."""
    moments = []
    for choice in error.choices:
        try:
            moments.append(read(choice, clock).at)
        except QueryError as further:
            assert further.choices, further  # noqa: PT017 - of a choice
            assert_choices_differ(further, clock)
    assert len(set(moments)) == len(moments)


@given(
    st.lists(st.sampled_from((*PIECES, *STRANGE)), min_size=1, max_size=6).map(" ".join) | any_text, clocks
)
@example("10/11/2026 UTC CET", Clock(NOW))
@example("9999-12-31", Clock(NOW))
@example("0001-01-01", Clock(NOW))
@example("end of 9999-12-31", Clock(NOW))
@example("999999 months ago", Clock(NOW))
@example("9999999 days ago at 9am", Clock(NOW))
def test_any_words_are_one_moment_or_refused_with_choices_that_are(text: str, clock: Clock) -> None:
    assert needs_zone(text) in (True, False)
    try:
        understood = read(text, clock)
    except QueryError as error:
        assert_choices_differ(error, clock)
    else:
        assert is_time(text)
        assert may_begin_time(text.split(maxsplit=1)[0])
        assert read(understood.text, clock) == understood
        if not needs_zone(text):
            assert read(text, Clock(clock.now, UTC)) == understood


def test_the_first_words_that_are_a_time_are_counted() -> None:
    assert longest_time(["2", "am", "errored"]) == 2
    assert longest_time(["last", "night", "orders"]) == 2
    assert longest_time(["2026-11-22", "09:12:44", "UTC", "errored"]) == 3
    assert longest_time(["9am", "New", "York", "errored"]) == 3
    assert longest_time(["10/11/2026"]) == 1, "though it has two meanings"
    assert longest_time(["errored", "2h"]) == 0
    assert longest_time([]) == 0


def test_a_clock_is_the_first_one_after_what_begins_before() -> None:
    at_three = Clock(datetime(2026, 11, 23, 2, 0, tzinfo=UTC), BERLIN.zone)
    begins = read("2am", at_three)
    assert read("4am", at_three).at < begins.at
    ends = read("4am", at_three, after=begins.at)
    assert ends == TimePoint("2026-11-23T03:00:00Z", datetime(2026, 11, 23, 3, tzinfo=UTC))
