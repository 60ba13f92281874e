"""Walks whose pages do not fit into a button: each page once, with the one before it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this change."""
    op.create_table(
        "walks",
        sa.Column("key", sa.String(32), primary_key=True),
        sa.Column("text", sa.Text, nullable=False, comment="JSON of the bookmark where it began"),
        sa.Column("expires_at", sa.BigInteger, nullable=False, comment="seconds since 1970, UTC"),
        sa.Column("team_id", sa.String(64), nullable=False, comment="Slack's workspace"),
    )
    op.create_index("walks_expires_at", "walks", ["expires_at"])
    op.create_table(
        "visited_pages",
        sa.Column("key", sa.String(32), primary_key=True),
        sa.Column(
            "walk", sa.String(32), nullable=False, comment="key of the walk, which says when the page expires"
        ),
        sa.Column("previous", sa.String(32), comment="key of the page before; null for the first"),
        sa.Column("position", sa.Text, nullable=False, comment="JSON"),
        sa.Column("position_digest", sa.String(32), nullable=False),
        sa.Column("rows_before", sa.BigInteger, nullable=False),
        sa.Column("back", sa.String(32), comment="key of the last page before that held rows"),
        sa.Column("back_rows", sa.Integer, nullable=False),
        sa.Column("team_id", sa.String(64), nullable=False, comment="Slack's workspace"),
    )
    op.create_index("visited_pages_walk", "visited_pages", ["walk", "position_digest"])


def downgrade() -> None:
    """Take it back."""
    op.drop_table("visited_pages")
    op.drop_table("walks")
