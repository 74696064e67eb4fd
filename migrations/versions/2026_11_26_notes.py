"""Observation notes: what somebody noted down of a meeting while it went on."""

import sqlalchemy as sa
from alembic import op

from app.kit.db import UtcDateTime

revision = "notes"
down_revision = "edited_turns"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "observation_notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("edited_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"]),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("meeting_id", "author_id"):
        op.create_index(f"ix_observation_notes_{column}", "observation_notes", [column])


def downgrade() -> None:
    op.drop_table("observation_notes")
