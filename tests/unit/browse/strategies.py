"""Bookmarks of every kind."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from bot.browse.bookmark import Bookmark, OverviewBookmark, VisitedPage
from bot.cloudflare.models import Cursor, PageNumber
from tests.unit.language.strategies import cursors, list_queries, overview_queries

counts = st.integers(0, 10**9)
positions = st.none() | st.builds(Cursor, cursors) | st.builds(PageNumber, st.integers(1, 10**6))
anchors = st.none() | st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 - as it asks
    datetime(2100, 1, 1),  # noqa: DTZ001 - as it asks
    timezones=st.just(UTC),
)
trails = st.lists(st.builds(VisitedPage, positions, counts), max_size=5).map(tuple)
bookmarks = st.builds(
    Bookmark, list_queries(), position=positions, offset=counts, anchor=anchors, visited=trails
)
any_bookmarks = bookmarks | st.builds(OverviewBookmark, overview_queries, offset=counts)
