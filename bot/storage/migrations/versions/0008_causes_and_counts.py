"""Why instances failed, asked about once; and counts of instances, to tell what has changed."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this change."""
    op.create_table(
        "causes",
        sa.Column("key", sa.String(32), primary_key=True),
        sa.Column("step", sa.Text),
        sa.Column("name", sa.Text),
        sa.Column("message", sa.Text),
        sa.Column("expires_at", sa.BigInteger, nullable=False, comment="seconds since 1970, UTC"),
        sa.Column("team_id", sa.String(64), nullable=False, comment="Slack's workspace"),
    )
    op.create_index("causes_expires_at", "causes", ["expires_at"])
    op.create_table(
        "count_samples",
        sa.Column("team_id", sa.String(64), primary_key=True, comment="Slack's workspace"),
        sa.Column("account", sa.String(64), primary_key=True),
        sa.Column("slot", sa.BigInteger, primary_key=True, comment="which five minutes since 1970"),
        sa.Column("at", sa.BigInteger, nullable=False, comment="seconds since 1970, UTC"),
        sa.Column("counts", sa.Text, nullable=False, comment="JSON: instances by workflow and status"),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("count_samples")
    op.drop_table("causes")
