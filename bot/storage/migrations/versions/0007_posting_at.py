"""When a run was last about to be posted, as the request may reach Slack some seconds later."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this change."""
    column = sa.Column("posting_at", sa.BigInteger, comment="when it was last about to be")
    op.add_column("digest_runs", column)


def downgrade() -> None:
    """Take it back."""
    op.drop_column("digest_runs", "posting_at")
