"""The tables, as SQLAlchemy knows them. A new database is made of them, and Alembic changes older ones.

Columns are in the order in which the migrations came to add them, so that both have the same tables.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

metadata: Final = MetaData()


def _team_id() -> "Column[str]":
    """Return the column that says whose a row is; versions without it leave it empty, see `adopt_rows`."""
    return Column("team_id", String(64), nullable=False, server_default="", comment="Slack's workspace")


alembic_version: Final = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Alembic's own table: the newest migration that was run."""

bookmarks: Final = Table(
    "bookmarks",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("text", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False, comment="seconds since 1970, UTC"),
    _team_id(),
    Index("bookmarks_expires_at", "expires_at"),
)
"""Requests that are too long for a button, by a digest of their text."""

walks: Final = Table(
    "walks",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("text", Text, nullable=False, comment="JSON of the bookmark where it began"),
    Column("expires_at", BigInteger, nullable=False, comment="seconds since 1970, UTC"),
    Column("team_id", String(64), nullable=False, comment="Slack's workspace"),
    Index("walks_expires_at", "expires_at"),
)
"""Walks through lists whose pages do not fit into a button, by a digest of what they hold."""

visited_pages: Final = Table(
    "visited_pages",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("walk", String(32), nullable=False, comment="key of the walk, which says when the page expires"),
    Column("previous", String(32), comment="key of the page before; null for the first"),
    Column("position", Text, nullable=False, comment="JSON"),
    Column("position_digest", String(32), nullable=False),
    Column("rows_before", BigInteger, nullable=False),
    Column("back", String(32), comment="key of the last page before that held rows"),
    Column("back_rows", Integer, nullable=False),
    Column("team_id", String(64), nullable=False, comment="Slack's workspace"),
    Index("visited_pages_walk", "walk", "position_digest"),
)
"""The pages of walks, each once, by a digest of what they hold; each points to the one before."""

handled_requests: Final = Table(
    "handled_requests",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("begun_at", BigInteger, nullable=False, comment="seconds since 1970, UTC"),
    Column("answered_at", BigInteger, comment="null until then"),
    Column("team_id", String(64), nullable=False, comment="Slack's workspace"),
    Index("handled_requests_begun_at", "begun_at"),
)
"""Requests that change or post something, by a digest of their identity. The key is what makes it once."""

digests: Final = Table(
    "digests",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("channel", String(64), nullable=False),
    Column("creator", String(64), nullable=False),
    Column("plan", Text, nullable=False, comment="JSON"),
    Column("state", String(16), nullable=False),
    Column("paused_why", Text),
    Column("created_at", BigInteger, nullable=False, comment="seconds since 1970, UTC; so are all times"),
    Column("changed_at", BigInteger, nullable=False),
    Column("next_due", BigInteger),
    Column("baseline", Text, comment="JSON"),
    _team_id(),
    Index("digests_next_due", "next_due"),
    Index("digests_channel", "team_id", "channel"),
    sqlite_autoincrement=True,
)
"""Digests. A number is never given twice, so that an old message's button can't mean another digest."""

digest_runs: Final = Table(
    "digest_runs",
    metadata,
    Column("digest", Integer, ForeignKey("digests.number", ondelete="CASCADE"), primary_key=True),
    Column("slot", String(32), primary_key=True),
    Column("due_at", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("try_at", BigInteger, comment="when to hand it to a worker; null once that is done"),
    Column("began_at", BigInteger),
    Column("posting", Boolean, nullable=False, comment="it may have been sent already"),
    Column("ended_at", BigInteger),
    Column("news", Integer),
    Column("detail", Text),
    Column("channel", String(64)),
    Column("ts", String(32), comment="Slack's name for the message"),
    _team_id(),
    Column("called_at", BigInteger, comment="when it was allowed to call everybody in its channel"),
    Column("posting_at", BigInteger, comment="when it was last about to be"),
    Index("digest_runs_try_at", "try_at"),
    Index("digest_runs_called_at", "called_at"),
)
"""Each time a digest was due. The key is what makes it once."""

causes: Final = Table(
    "causes",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("step", Text),
    Column("name", Text),
    Column("message", Text),
    Column("expires_at", BigInteger, nullable=False, comment="seconds since 1970, UTC"),
    Column("team_id", String(64), nullable=False, comment="Slack's workspace"),
    Index("causes_expires_at", "expires_at"),
)
"""Why instances failed that have ended, without secrets, by a digest of which instance and when it ended."""

count_samples: Final = Table(
    "count_samples",
    metadata,
    Column("team_id", String(64), primary_key=True, comment="Slack's workspace"),
    Column("account", String(64), primary_key=True),
    Column("slot", BigInteger, primary_key=True, comment="which five minutes since 1970"),
    Column("at", BigInteger, nullable=False, comment="seconds since 1970, UTC"),
    Column("counts", Text, nullable=False, comment="JSON: instances by workflow and status"),
)
"""How many instances an account had when it was looked at, to tell what has changed since.

The key is what makes it one for each few minutes, whichever replica was looked at.
"""

exports: Final = Table(
    "exports",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("user", String(64), nullable=False, comment="Slack's id of who asked for it"),
    Column("command", Text, nullable=False, comment="asks for the same again"),
    Column("channel", String(64), nullable=False, comment="of the message that tells of it"),
    Column("ts", String(32), nullable=False, comment="that message; empty until it is posted"),
    Column("beat_at", BigInteger, nullable=False, comment="seconds since 1970, UTC"),
    Column("sending", Boolean, nullable=False, comment="its file may have been shown already"),
    Column("cancelled_by", String(64), comment="Slack's id of who cancelled it; null until then"),
    Column("team_id", String(64), nullable=False, comment="Slack's workspace"),
    Index("exports_beat_at", "beat_at"),
)
"""Exports under way: who is to be told where the process that makes one does not come to its end."""

workers: Final = Table(
    "workers",
    metadata,
    Column("executor", String(64), primary_key=True),
    Column("beat_at", BigInteger, nullable=False, comment="milliseconds since 1970, by the database's clock"),
    _team_id(),
)
"""Processes that deliver, for the living to notice the dead."""
