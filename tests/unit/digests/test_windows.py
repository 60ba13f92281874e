"""How far back a digest looks, as people type it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.durations import LONGEST_WINDOW, SHORTEST_WINDOW, read_window, window_text
from bot.language.errors import QueryError


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("24h", 24),
        ("7d", 168),
        ("36 hours", 36),
        ("1d 12h", 36),
        ("1d12h", 36),
        (" 2  Weeks ", 336),
        ("week", 168),
        ("day", 24),
        ("1h", 1),
        ("30d", 720),
    ],
)
def test_a_window_is_whole_hours(text: str, hours: int) -> None:
    assert read_window(text) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("text", "problem", "nearest"),
    [
        ("90m", "is no window I know", "2h"),
        ("5 minutes", "is no window I know", "1h"),
        ("24", "is no window I know", "24h"),
        ("0h", "is too short a window", "1h"),
        ("31d", "is too long a window", "30d"),
        ("99999w", "is too long a window", "30d"),
        ("monday", "is no window I know", None),
        ("-1h", "is no window I know", None),
        ("1.5h", "is no window I know", "2h"),
        ("", "is no window I know", None),
        ("²h", "is no window I know", None),
        ("²", "is no window I know", None),
    ],
)
def test_what_is_no_window_is_refused_with_the_nearest_one(
    text: str, problem: str, nearest: str | None
) -> None:
    with pytest.raises(QueryError) as caught:
        read_window(text)
    assert caught.value.word == text
    assert caught.value.problem == problem
    assert caught.value.nearest == nearest
    assert nearest is None or read_window(nearest)


@given(st.integers(SHORTEST_WINDOW // timedelta(hours=1), LONGEST_WINDOW // timedelta(hours=1)))
def test_what_is_written_is_read_as_the_same_window(hours: int) -> None:
    window = timedelta(hours=hours)
    assert read_window(window_text(window)) == window


@given(st.text(max_size=60) | st.text("0123456789hdwms ", max_size=60))
def test_any_text_is_a_window_or_refused(text: str) -> None:
    if (close := _nearest(text)) is not None:
        window = read_window(close)
        assert SHORTEST_WINDOW <= window <= LONGEST_WINDOW
        assert window % timedelta(hours=1) == timedelta()


def _nearest(text: str) -> str | None:
    """The text itself if it is a window, else what the refusal says to write instead."""
    try:
        read_window(text)
    except QueryError as error:
        return error.nearest
    return text
