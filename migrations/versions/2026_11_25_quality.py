"""The quality log: how well each person's connections worked."""

import sqlalchemy as sa
from alembic import op

revision = "quality"
down_revision = "stewardship"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quality_samples",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("rtt_ms", sa.Float(), nullable=True),
        sa.Column("uplink_packets", sa.Integer(), nullable=False),
        sa.Column("uplink_lost", sa.Integer(), nullable=False),
        sa.Column("uplink_missing", sa.Integer(), nullable=False),
        sa.Column("uplink_jitter_ms", sa.Float(), nullable=True),
        sa.Column("uplink_bps", sa.Float(), nullable=True),
        sa.Column("uplink_estimate_bps", sa.Float(), nullable=True),
        sa.Column("uplink_layers", sa.Integer(), nullable=False),
        sa.Column("uplink_limited", sa.String(length=20), nullable=True),
        sa.Column("downlink_packets", sa.Integer(), nullable=False),
        sa.Column("downlink_lost", sa.Integer(), nullable=False),
        sa.Column("downlink_missing", sa.Float(), nullable=True),
        sa.Column("downlink_jitter_ms", sa.Float(), nullable=True),
        sa.Column("downlink_estimate_bps", sa.Float(), nullable=True),
        sa.Column("pictures", sa.Integer(), nullable=False),
        sa.Column("pictures_resting", sa.Integer(), nullable=False),
        sa.Column("picture_layer", sa.Float(), nullable=True),
        sa.Column("concealed", sa.Float(), nullable=True),
        sa.Column("freezes", sa.Integer(), nullable=True),
        sa.Column("frozen_ms", sa.Float(), nullable=True),
        sa.Column("frames_per_s", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.ForeignKeyConstraint(["consent_id"], ["consent_decisions.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("meeting_id", "user_id", "consent_id"):
        op.create_index(f"ix_quality_samples_{column}", "quality_samples", [column])


def downgrade() -> None:
    op.drop_table("quality_samples")
