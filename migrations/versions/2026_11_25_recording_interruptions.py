"""When a running recording could not be written, and which node has no room."""

import sqlalchemy as sa
from alembic import op

revision = "recording_interruptions"
down_revision = "quality"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recording_interruptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        op.f("ix_recording_interruptions_recording_id"),
        "recording_interruptions",
        ["recording_id"],
        unique=False,
    )
    op.add_column("nodes", sa.Column("full_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("nodes", "full_since")
    op.drop_index(
        op.f("ix_recording_interruptions_recording_id"), table_name="recording_interruptions"
    )
    op.drop_table("recording_interruptions")
