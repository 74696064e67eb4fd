"""Where somebody speaks in a file of everybody's voices, of whom nobody has said who it is."""

import sqlalchemy as sa
from alembic import op

from app.kit.db import UtcDateTime

revision = "shared_speech"
down_revision = "transcripts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shared_speech",
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("segments", sa.JSON(), nullable=False),
        sa.Column("consent_ids", sa.JSON(), nullable=False),
        sa.Column("heard_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"]),
        sa.PrimaryKeyConstraint("recording_id"),
    )


def downgrade() -> None:
    op.drop_table("shared_speech")
