"""Whose journal may hold what was said in a meeting and is in no book yet."""

import sqlalchemy as sa
from alembic import op

revision = "hostings"
down_revision = "drawn_figures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hostings",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("journal_id", sa.Uuid(), nullable=False),
        sa.Column("unknown_to", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"]),
        sa.PrimaryKeyConstraint("meeting_id", "journal_id"),
    )


def downgrade() -> None:
    op.drop_table("hostings")
