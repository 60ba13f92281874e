"""Bookmarks that are too long for a button."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this change."""
    op.create_table(
        "bookmarks",
        sa.Column("key", sa.String(32), primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False, comment="seconds since 1970, UTC"),
    )
    op.create_index("bookmarks_expires_at", "bookmarks", ["expires_at"])


def downgrade() -> None:
    """Take it back."""
    op.drop_table("bookmarks")
