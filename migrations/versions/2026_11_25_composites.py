"""The video of a whole meeting: asked for, made, called off."""

import sqlalchemy as sa
from alembic import op

revision = "composites"
down_revision = "consent_texts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "composites",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(length=100), nullable=True),
        sa.Column("requested_by", sa.Uuid(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"]),
        sa.ForeignKeyConstraint(["requested_by"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("recording_id"),
    )
    op.create_index("ix_composites_state", "composites", ["state"])


def downgrade() -> None:
    op.drop_index("ix_composites_state", table_name="composites")
    op.drop_table("composites")
