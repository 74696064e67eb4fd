"""Chat lines that people agree to have kept, and what a consent text asks for."""

import json

import sqlalchemy as sa
from alembic import op

from app.kit.db import UtcDateTime

revision = "chat"
down_revision = "surveys"
branch_labels = None
depends_on = None

ASKED = ["audio", "video", "indexing", "transcript", "quotation", "sharing"]
"""What every text asked for until now. So nobody is asked for the chat under an older text."""


def upgrade() -> None:
    for table in ("consent_texts", "consent_text_drafts"):
        asks = sa.Column("purposes", sa.JSON(), nullable=False, server_default=json.dumps(ASKED))
        op.add_column(table, asks)
    op.add_column(
        "programmes",
        sa.Column("text_document", sa.Integer(), nullable=False, server_default="1"),
    )
    op.add_column(
        "erasures",
        sa.Column("deleted_chat_lines", sa.Integer(), nullable=False, server_default="0"),
    )
    op.create_table(
        "chat_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.ForeignKeyConstraint(["consent_id"], ["consent_decisions.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("recording_id", "user_id", "consent_id"):
        op.create_index(f"ix_chat_lines_{column}", "chat_lines", [column])


def downgrade() -> None:
    op.drop_table("chat_lines")
    op.drop_column("erasures", "deleted_chat_lines")
    op.drop_column("programmes", "text_document")
    for table in ("consent_text_drafts", "consent_texts"):
        op.drop_column(table, "purposes")
