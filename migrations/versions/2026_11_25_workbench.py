"""Edits of turns, the speech that turns are proposed from, and rules for turns with versions."""

import sqlalchemy as sa
from alembic import op

from app.kit.db import UtcDateTime, now
from app.kit.ids import new_id

revision = "workbench"
down_revision = "sampling"
branch_labels = None
depends_on = None

RULES = {"bridge_pause_ms": 700, "backchannel_max_ms": 1_000}
"""As programmes had them when nobody had changed anything."""


def upgrade() -> None:
    _rules()
    op.create_table(
        "speech",
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("segments", sa.JSON(), nullable=False),
        sa.Column("heard_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("recording_id", "user_id"),
    )
    op.create_index("ix_speech_user_id", "speech", ["user_id"])
    op.create_table(
        "turn_edits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("operation", sa.String(length=20), nullable=False),
        sa.Column("reverses", sa.Uuid(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"]),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("recording_id", "sequence"),
    )
    for column in ("recording_id", "author_id"):
        op.create_index(f"ix_turn_edits_{column}", "turn_edits", [column])
    with op.batch_alter_table("turn_indexes") as batch:
        batch.add_column(sa.Column("rules_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(
            "fk_turn_indexes_rules_id", "turn_rules", ["rules_id"], ["id"], ondelete="SET NULL"
        )
    with op.batch_alter_table("turns") as batch:
        state = sa.Column("state", sa.String(length=20), nullable=False, server_default="proposed")
        batch.add_column(state)
        for column in ("added_by_edit", "removed_by_edit"):
            batch.add_column(sa.Column(column, sa.Uuid(), nullable=True))
            batch.create_foreign_key(f"fk_turns_{column}", "turn_edits", [column], ["id"])
            batch.create_index(f"ix_turns_{column}", [column])
        batch.add_column(sa.Column("made_from", sa.Uuid(), nullable=True))
    with op.batch_alter_table("turns") as batch:
        batch.alter_column("state", server_default=None)


def _rules() -> None:
    op.create_table(
        "turn_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("bridge_pause_ms", sa.Integer(), nullable=False),
        sa.Column("backchannel_max_ms", sa.Integer(), nullable=False),
        sa.Column("minimum_ms", sa.Integer(), nullable=False),
        sa.Column("laughter", sa.String(length=20), nullable=False),
        sa.Column("technical_talk", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("programme_id", "version"),
    )
    op.create_index("ix_turn_rules_programme_id", "turn_rules", ["programme_id"])
    programmes = sa.table(
        "programmes", sa.column("id", sa.Uuid()), *(sa.column(name, sa.Integer()) for name in RULES)
    )
    rules = sa.Table("turn_rules", sa.MetaData(), autoload_with=op.get_bind())
    for row in op.get_bind().execute(sa.select(programmes)).mappings().all():
        carried = {name: row[name] for name in RULES}
        if carried != RULES:
            first = sa.insert(rules).values(
                id=new_id(),
                programme_id=row["id"],
                version=1,
                minimum_ms=100,
                laughter="undeclared",
                technical_talk="undeclared",
                note="",
                made_at=now(),
                **carried,
            )
            op.get_bind().execute(first)
    with op.batch_alter_table("programmes") as batch:
        for name in RULES:
            batch.drop_column(name)


def downgrade() -> None:
    with op.batch_alter_table("programmes") as batch:
        for name, value in RULES.items():
            batch.add_column(
                sa.Column(name, sa.Integer(), nullable=False, server_default=str(value))
            )
    with op.batch_alter_table("turns") as batch:
        batch.drop_column("made_from")
        for column in ("added_by_edit", "removed_by_edit"):
            batch.drop_index(f"ix_turns_{column}")
            batch.drop_constraint(f"fk_turns_{column}", type_="foreignkey")
            batch.drop_column(column)
        batch.drop_column("state")
    with op.batch_alter_table("turn_indexes") as batch:
        batch.drop_constraint("fk_turn_indexes_rules_id", type_="foreignkey")
        batch.drop_column("rules_id")
    op.drop_table("turn_edits")
    op.drop_table("speech")
    op.drop_table("turn_rules")
