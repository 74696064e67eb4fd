"""Codebooks, and the codings made with them."""

import sqlalchemy as sa
from alembic import op

from app.kit.db import UtcDateTime

revision = "coding"
down_revision = "completeness"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _codebooks()
    _assignments()
    _decisions()


def downgrade() -> None:
    for table in (
        *("adjudications", "coding_memos", "codings", "codebook_mappings"),
        *("coding_assignments", "coding_draws", "coders"),
        *("codebook_drafts", "codebook_versions", "codebooks"),
    ):
        op.drop_table(table)


def _codebooks() -> None:
    op.create_table(
        "codebooks",
        _id(),
        _uuid("programme_id"),
        sa.Column("name", sa.String(length=200), nullable=False),
        _uuid("created_by"),
        _time("created_at"),
        *_keys(programme_id="programmes.id", created_by="users.id"),
    )
    _indexes("codebooks", "programme_id")
    op.create_table(
        "codebook_versions",
        _id(),
        _uuid("codebook_id"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        _uuid("published_by"),
        _time("published_at"),
        *_keys(codebook_id="codebooks.id", published_by="users.id"),
        sa.UniqueConstraint("codebook_id", "version"),
    )
    _indexes("codebook_versions", "codebook_id")
    op.create_table(
        "codebook_drafts",
        sa.Column("codebook_id", sa.Uuid(), nullable=False, primary_key=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        _uuid("updated_by"),
        _time("updated_at"),
        sa.ForeignKeyConstraint(["codebook_id"], ["codebooks.id"], ondelete="CASCADE"),
        *_keys(updated_by="users.id"),
    )


def _assignments() -> None:
    op.create_table(
        "coders",
        sa.Column("programme_id", sa.Uuid(), nullable=False, primary_key=True),
        sa.Column("user_id", sa.Uuid(), nullable=False, primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
        *_keys(programme_id="programmes.id", user_id="users.id"),
        sa.UniqueConstraint("programme_id", "number"),
    )
    op.create_table(
        "coding_draws",
        _id(),
        _uuid("version_id"),
        _uuid("coder_id"),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("population", sa.JSON(), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        _uuid("created_by"),
        _time("created_at"),
        *_keys(version_id="codebook_versions.id", coder_id="users.id", created_by="users.id"),
    )
    _indexes("coding_draws", "version_id", "coder_id")
    op.create_table(
        "coding_assignments",
        _id(),
        _uuid("recording_id"),
        _uuid("coder_id"),
        _uuid("version_id"),
        sa.Column("is_double", sa.Boolean(), nullable=False),
        _uuid("draw_id", nullable=True),
        sa.Column("turn_ids", sa.JSON(), nullable=True),
        sa.Column("turn_count", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        _uuid("created_by"),
        _time("created_at"),
        _time("finished_at", nullable=True),
        *_keys(recording_id="recordings.id", coder_id="users.id", created_by="users.id"),
        *_keys(version_id="codebook_versions.id", draw_id="coding_draws.id"),
        sa.UniqueConstraint("recording_id", "coder_id", "version_id"),
    )
    _indexes("coding_assignments", "recording_id", "coder_id", "version_id")
    op.create_table(
        "codebook_mappings",
        _id(),
        _uuid("from_version_id"),
        _uuid("to_version_id"),
        sa.Column("moves", sa.JSON(), nullable=False),
        _uuid("applied_by"),
        _time("applied_at"),
        *_keys(from_version_id="codebook_versions.id", to_version_id="codebook_versions.id"),
        *_keys(applied_by="users.id"),
    )
    _indexes("codebook_mappings", "from_version_id", "to_version_id")


def _decisions() -> None:
    op.create_table(
        "codings",
        _id(),
        _uuid("assignment_id"),
        *(_uuid("turn_id"), _uuid("axis_id"), _uuid("code_id")),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("confidence", sa.Integer(), nullable=True),
        _time("decided_at"),
        _time("ended_at", nullable=True),
        _uuid("made_by_mapping", nullable=True),
        _uuid("ended_by_mapping", nullable=True),
        *_keys(assignment_id="coding_assignments.id"),
        *_of_turn_and_mapping(),
    )
    _indexes("codings", "assignment_id", "turn_id")
    standing = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_codings_standing",
        "codings",
        ["assignment_id", "turn_id", "axis_id", "code_id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_table(
        "coding_memos",
        sa.Column("assignment_id", sa.Uuid(), nullable=False, primary_key=True),
        sa.Column("turn_id", sa.Uuid(), nullable=False, primary_key=True),
        sa.Column("body", sa.Text(), nullable=False),
        _time("decided_at"),
        *_keys(assignment_id="coding_assignments.id"),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], ondelete="CASCADE"),
    )
    _indexes("coding_memos", "turn_id")
    op.create_table(
        "adjudications",
        _id(),
        *(_uuid("version_id"), _uuid("turn_id"), _uuid("axis_id")),
        _uuid("code_id", nullable=True),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _uuid("decided_by"),
        _time("decided_at"),
        _time("ended_at", nullable=True),
        _uuid("made_by_mapping", nullable=True),
        _uuid("ended_by_mapping", nullable=True),
        *_keys(version_id="codebook_versions.id", decided_by="users.id"),
        *_of_turn_and_mapping(),
    )
    _indexes("adjudications", "version_id", "turn_id", "decided_by")


def _of_turn_and_mapping() -> list[sa.ForeignKeyConstraint]:
    turn = sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], ondelete="CASCADE")
    mapping = "codebook_mappings.id"
    return [turn, *_keys(made_by_mapping=mapping, ended_by_mapping=mapping)]


def _id() -> sa.Column[object]:
    return sa.Column("id", sa.Uuid(), nullable=False, primary_key=True)


def _uuid(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _time(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(), nullable=nullable)


def _keys(**columns: str) -> list[sa.ForeignKeyConstraint]:
    return [sa.ForeignKeyConstraint([column], [to]) for column, to in columns.items()]


def _indexes(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])
