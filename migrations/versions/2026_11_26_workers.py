"""A worker's sign of life, so that others take over what it had in hand when it falls silent."""

import sqlalchemy as sa
from alembic import op

from app.kit.db import UtcDateTime

revision = "workers"
down_revision = "told_exports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "workers",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("beat_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    op.drop_table("workers")
