"""Where a node speaks HTTP with programs that publish and watch."""

import sqlalchemy as sa
from alembic import op

revision = "node_http_port"
down_revision = "first_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("nodes", sa.Column("http_port", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("nodes", "http_port")
