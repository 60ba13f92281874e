"""When a run called everybody in its channel, so that it can be limited how often that happens."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this change."""
    column = sa.Column(
        "called_at", sa.BigInteger, comment="when it was allowed to call everybody in its channel"
    )
    op.add_column("digest_runs", column)
    op.create_index("digest_runs_called_at", "digest_runs", ["called_at"])


def downgrade() -> None:
    """Take it back."""
    op.drop_index("digest_runs_called_at", "digest_runs")
    op.drop_column("digest_runs", "called_at")
