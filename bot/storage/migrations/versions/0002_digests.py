"""Digests, each time one was due, and the workers that deliver them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this change."""
    op.create_table(
        "digests",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("creator", sa.String(64), nullable=False),
        sa.Column("plan", sa.Text, nullable=False, comment="JSON"),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("paused_why", sa.Text),
        sa.Column(
            "created_at", sa.BigInteger, nullable=False, comment="seconds since 1970, UTC; so are all times"
        ),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("next_due", sa.BigInteger),
        sa.Column("baseline", sa.Text, comment="JSON"),
        sqlite_autoincrement=True,
    )
    op.create_index("digests_next_due", "digests", ["next_due"])
    op.create_index("digests_channel", "digests", ["channel"])
    op.create_table(
        "digest_runs",
        sa.Column(
            "digest", sa.Integer, sa.ForeignKey("digests.number", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("slot", sa.String(32), primary_key=True),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("try_at", sa.BigInteger, comment="when to hand it to a worker; null once that is done"),
        sa.Column("began_at", sa.BigInteger),
        sa.Column("posting", sa.Boolean, nullable=False, comment="it may have been sent already"),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("news", sa.Integer),
        sa.Column("detail", sa.Text),
        sa.Column("channel", sa.String(64)),
        sa.Column("ts", sa.String(32), comment="Slack's name for the message"),
    )
    op.create_index("digest_runs_try_at", "digest_runs", ["try_at"])
    op.create_table(
        "workers",
        sa.Column("executor", sa.String(64), primary_key=True),
        sa.Column(
            "beat_at",
            sa.BigInteger,
            nullable=False,
            comment="milliseconds since 1970, by the database's clock",
        ),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("workers")
    op.drop_table("digest_runs")
    op.drop_table("digests")
