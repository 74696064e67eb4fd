"""What time a picture of a preview stands for: it was ten seconds or more, and is a minute now."""

import sqlalchemy as sa
from alembic import op

revision = "preview_step"
down_revision = "consent_heads"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("recording_files") as batch:
        batch.add_column(sa.Column("step_ms", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("recording_files") as batch:
        batch.drop_column("step_ms")
