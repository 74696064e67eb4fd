"""For whom an export was made, under what name, and what of it belongs to no recording."""

import sqlalchemy as sa
from alembic import op

revision = "told_exports"
down_revision = "chat"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("export_records") as batch:
        name, audience = sa.String(length=100), sa.String(length=20)
        batch.add_column(sa.Column("file_name", name, nullable=False, server_default=""))
        batch.add_column(sa.Column("audience", audience, nullable=False, server_default="research"))
    with op.batch_alter_table("export_contents") as batch:
        batch.alter_column("recording_id", existing_type=sa.Uuid(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM export_contents WHERE recording_id IS NULL")
    with op.batch_alter_table("export_contents") as batch:
        batch.alter_column("recording_id", existing_type=sa.Uuid(), nullable=False)
    with op.batch_alter_table("export_records") as batch:
        batch.drop_column("audience")
        batch.drop_column("file_name")
