"""The tables, as SQLAlchemy knows them. Alembic's migrations make them."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, MetaData, String, Table, Text

metadata: Final = MetaData()

bookmarks: Final = Table(
    "bookmarks",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("text", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False, comment="seconds since 1970, UTC"),
    Index("bookmarks_expires_at", "expires_at"),
)
"""Bookmarks that are too long for a button."""
