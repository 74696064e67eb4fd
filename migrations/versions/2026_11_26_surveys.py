"""Surveys: what people answered outside meetings, under their pseudonyms."""

import sqlalchemy as sa
from alembic import op

from app.kit.db import UtcDateTime

revision = "surveys"
down_revision = "dismissed_speech"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "surveys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("moment", sa.String(length=20), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("imported_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"]),
        sa.ForeignKeyConstraint(["imported_by"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "survey_questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "survey_responses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"]),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("survey_id", "group_id", "user_id"),
    )
    op.create_table(
        "survey_answers",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["response_id"], ["survey_responses.id"]),
        sa.ForeignKeyConstraint(["question_id"], ["survey_questions.id"]),
        sa.PrimaryKeyConstraint("response_id", "question_id"),
    )
    op.create_index("ix_surveys_programme_id", "surveys", ["programme_id"])
    op.create_index("ix_survey_questions_survey_id", "survey_questions", ["survey_id"])
    for column in ("survey_id", "group_id", "user_id"):
        op.create_index(f"ix_survey_responses_{column}", "survey_responses", [column])
    op.create_index("ix_survey_answers_question_id", "survey_answers", ["question_id"])


def downgrade() -> None:
    for table in ("survey_answers", "survey_responses", "survey_questions", "surveys"):
        op.drop_table(table)
