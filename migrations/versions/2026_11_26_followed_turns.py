"""Up to which edits what was said of a recording's turns has gone along with them."""

import sqlalchemy as sa
from alembic import op

revision = "followed_turns"
down_revision = "meeting_order"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "followed_turns",
        sa.Column("recording_id", sa.Uuid(), sa.ForeignKey("recordings.id"), primary_key=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("index_id", sa.Uuid(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("followed_turns")
