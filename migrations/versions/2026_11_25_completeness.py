"""What was published while a recording ran, and what of it is missing."""

import sqlalchemy as sa
from alembic import op

from app.kit.db import UtcDateTime

revision = "completeness"
down_revision = "withdrawal"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("recordings", sa.Column("missing", sa.JSON(), nullable=True))
    op.create_table(
        "publication_spans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("how_it_ended", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("recording_id", "user_id"):
        op.create_index(f"ix_publication_spans_{column}", "publication_spans", [column])


def downgrade() -> None:
    op.drop_table("publication_spans")
    op.drop_column("recordings", "missing")
