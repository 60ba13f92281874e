"""Why instances failed, asked about once; counts, to tell what has changed; and exports under way."""

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
    op.create_table(
        "exports",
        sa.Column("key", sa.String(32), primary_key=True),
        sa.Column("user", sa.String(64), nullable=False, comment="Slack's id of who asked for it"),
        sa.Column("command", sa.Text, nullable=False, comment="asks for the same again"),
        sa.Column("channel", sa.String(64), nullable=False, comment="of the message that tells of it"),
        sa.Column("ts", sa.String(32), nullable=False, comment="that message; empty until it is posted"),
        sa.Column("beat_at", sa.BigInteger, nullable=False, comment="seconds since 1970, UTC"),
        sa.Column("sending", sa.Boolean, nullable=False, comment="its file may have been shown already"),
        sa.Column("cancelled_by", sa.String(64), comment="Slack's id of who cancelled it; null until then"),
        sa.Column("team_id", sa.String(64), nullable=False, comment="Slack's workspace"),
    )
    op.create_index("exports_beat_at", "exports", ["beat_at"])


def downgrade() -> None:
    """Take it back."""
    op.drop_table("exports")
    op.drop_table("count_samples")
    op.drop_table("causes")
