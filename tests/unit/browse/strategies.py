"""Bookmarks and rows of every kind."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from bot.browse.bookmark import Bookmark, OverviewBookmark, VisitedPage
from bot.cloudflare.models import STATUSES, Cursor, Instance, PageNumber, Status
from tests.support.rows import uuid
from tests.unit.language.strategies import cursors, hostile_text, list_queries, overview_queries

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
names = st.lists(hostile_text, max_size=5).map(tuple)
any_bookmarks = bookmarks | st.builds(
    OverviewBookmark,
    overview_queries,
    offset=counts,
    after=st.none() | hostile_text,
    order=st.none() | names,
)

LONGEST_ID = f"{'*/30 9-17 * * 1-5,7#2 ' * 20}"[:257]
moments = st.none() | st.datetimes(
    datetime(1971, 1, 1),  # noqa: DTZ001 - as it asks
    datetime(2400, 1, 1),  # noqa: DTZ001 - as it asks
    timezones=st.just(UTC),
)
instances = st.builds(
    Instance,
    id=hostile_text | st.integers(0, 400).map(uuid) | st.just(LONGEST_ID),
    status=st.none() | st.sampled_from(STATUSES) | hostile_text.map(Status),
    created_on=moments,
    started_on=moments,
    ended_on=moments,
    version_id=st.none() | hostile_text,
    trigger_source=st.none() | hostile_text,
)
