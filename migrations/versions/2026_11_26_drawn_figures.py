"""What chance makes of a recording's turns, for pages of many recordings."""

import sqlalchemy as sa
from alembic import op

from app.kit.db import UtcDateTime

revision = "drawn_figures"
down_revision = "talk"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drawn_figures",
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("made_of", sa.String(length=64), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("draws", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"]),
        sa.PrimaryKeyConstraint("recording_id"),
    )


def downgrade() -> None:
    op.drop_table("drawn_figures")
