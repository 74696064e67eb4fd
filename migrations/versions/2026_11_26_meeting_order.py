"""Meetings are numbered by when they begin; until now they were by when they were entered."""

import sqlalchemy as sa
from alembic import op

revision = "meeting_order"
down_revision = "workers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        sa.text(
            "UPDATE meetings SET ordinal = ("
            " SELECT count(*) FROM meetings AS other"
            " WHERE other.group_id = meetings.group_id AND other.kind = meetings.kind"
            " AND other.state <> 'cancelled'"
            " AND (other.starts_at < meetings.starts_at OR"
            "  (other.starts_at = meetings.starts_at AND other.id <= meetings.id))"
            ") WHERE state <> 'cancelled'"
        )
    )


def downgrade() -> None:
    """The numbers stay: they are places in a series as before."""
