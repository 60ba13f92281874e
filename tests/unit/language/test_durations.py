"""Lengths of time as people write them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.durations import duration_text, parse_duration


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("2h", 120),
        ("2hrs", 120),
        ("2 hours", 120),
        ("two hours", 120),
        ("an hour", 60),
        ("half an hour", 30),
        ("half hour", 30),
        ("an hour and a half", 90),
        ("1.5h", 90),
        ("1h30m", 90),
        ("1 hour, 30 minutes", 90),
        ("1 hour and 30 minutes", 90),
        ("1h  30m", 90),
        ("2 Days", 2880),
        ("a week", 10_080),
    ],
)
def test_a_length_is_read(text: str, minutes: int) -> None:
    assert parse_duration(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "h",
        "2",
        "a",
        "anhour",
        "2h30",
        "1,5h",
        "2 2h",
        "2h and",
        "and 2h",
        "²h",
        "٢h",
        "-2h",
        "2 and a half hours",
    ],
)
def test_what_is_no_length_is_none(text: str) -> None:
    assert parse_duration(text) is None


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "text", ["half a " * 500, "1h " * 2000 + "!", "1h and " * 2000, "1 " * 5000, "9999999w" * 500]
)
def test_a_text_made_to_be_slow_is_read_fast(text: str) -> None:
    try:
        assert parse_duration(text) is None
    except OverflowError:
        assert text.startswith("9")


@given(
    st.timedeltas(timedelta(), timedelta(days=9999)).map(
        lambda length: timedelta(seconds=length // timedelta(seconds=1))
    )
)
def test_a_length_is_written_as_it_is_read(length: timedelta) -> None:
    assert parse_duration(duration_text(length)) == length
