"""What sort of talk a turn is, as people mark it: the rules say what is left out of figures."""

import sqlalchemy as sa
from alembic import op

revision = "talk"
down_revision = "preview_step"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("turns") as batch:
        talk = sa.String(length=20)
        batch.add_column(sa.Column("talk", talk, nullable=False, server_default="speech"))


def downgrade() -> None:
    with op.batch_alter_table("turns") as batch:
        batch.drop_column("talk")
