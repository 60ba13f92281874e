"""The workspace that each row belongs to. Rows that are there already get it at the bot's next start."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("bookmarks", "digests", "digest_runs", "workers")


def upgrade() -> None:
    """Apply this change."""
    for table in TABLES:
        # With a default, processes of the version before can still write while they are being replaced.
        column = sa.Column(
            "team_id", sa.String(64), nullable=False, server_default="", comment="Slack's workspace"
        )
        op.add_column(table, column)
    op.drop_index("digests_channel", "digests")
    op.create_index("digests_channel", "digests", ["team_id", "channel"])


def downgrade() -> None:
    """Take it back."""
    op.drop_index("digests_channel", "digests")
    op.create_index("digests_channel", "digests", ["channel"])
    for table in TABLES:
        op.drop_column(table, "team_id")
