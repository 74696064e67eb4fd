"""What a withdrawal reaches, stretches off the record, what was erased, and what was exported."""

import sqlalchemy as sa
from alembic import op

revision = "withdrawal"
down_revision = "recording_interruptions"
branch_labels = None
depends_on = None

TABLES = ("off_record_spans", "erasures", "export_records", "export_contents")
"""In the order of their creation: each stands on those before it."""


def upgrade() -> None:
    op.add_column(
        "consent_decisions",
        sa.Column("keeps_earlier", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    _recordings()
    _exports()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_column("consent_decisions", "keeps_earlier")


def _recordings() -> None:
    op.create_table(
        "off_record_spans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_off_record_spans_recording_id", "off_record_spans", ["recording_id"])
    op.create_table(
        "erasures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawal_ids", sa.JSON(), nullable=False),
        sa.Column("destroyed_keys", sa.JSON(), nullable=False),
        sa.Column("deleted_objects", sa.JSON(), nullable=False),
        sa.Column("deleted_turns", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_erasures_recording_id", "erasures", ["recording_id"])
    op.create_index("ix_erasures_user_id", "erasures", ["user_id"])


def _exports() -> None:
    op.create_table(
        "export_records",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=True),
        sa.Column("exported_by", sa.Uuid(), nullable=False),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("manifest_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["exported_by"], ["users.id"]),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"]),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_export_records_group_id", "export_records", ["group_id"])
    op.create_table(
        "export_contents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("purposes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["export_records.id"]),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("record_id", "recording_id", "user_id"):
        op.create_index(f"ix_export_contents_{column}", "export_contents", [column])
