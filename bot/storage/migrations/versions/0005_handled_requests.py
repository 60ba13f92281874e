"""Requests that change or post something, so that each is handled once."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this change."""
    op.create_table(
        "handled_requests",
        sa.Column("key", sa.String(32), primary_key=True),
        sa.Column("begun_at", sa.BigInteger, nullable=False, comment="seconds since 1970, UTC"),
        sa.Column("answered_at", sa.BigInteger, comment="null until then"),
        sa.Column("team_id", sa.String(64), nullable=False, comment="Slack's workspace"),
    )
    op.create_index("handled_requests_begun_at", "handled_requests", ["begun_at"])


def downgrade() -> None:
    """Take it back."""
    op.drop_table("handled_requests")
