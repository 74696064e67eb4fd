"""Consent texts as they were read, and the draft of the next one."""

import sqlalchemy as sa
from alembic import op

revision = "consent_texts"
down_revision = "node_http_port"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consent_shown_texts",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "consent_text_drafts",
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("fi", sa.Text(), nullable=False),
        sa.Column("sv", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"]),
        sa.ForeignKeyConstraint(["updated_by"], ["users.id"]),
        sa.PrimaryKeyConstraint("programme_id"),
    )
    op.add_column("consent_decisions", sa.Column("text_sha256", sa.String(64), nullable=True))


def downgrade() -> None:
    op.drop_column("consent_decisions", "text_sha256")
    op.drop_table("consent_text_drafts")
    op.drop_table("consent_shown_texts")
