"""What was heard in a file of everybody's voices and is nobody's speech, by a person's judgement."""

import sqlalchemy as sa
from alembic import op

revision = "dismissed_speech"
down_revision = "notes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("shared_speech") as batch:
        batch.add_column(sa.Column("dismissed", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("shared_speech") as batch:
        batch.alter_column("dismissed", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("shared_speech") as batch:
        batch.drop_column("dismissed")
