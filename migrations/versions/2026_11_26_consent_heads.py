"""Where each group's ledger ends, and a ledger that the database itself refuses to change."""

import sqlalchemy as sa
from alembic import op

revision = "consent_heads"
down_revision = "key_folder"
branch_labels = None
depends_on = None

REFUSAL = "the consent ledger is append-only"
TABLE = "consent_decisions"


def upgrade() -> None:
    op.create_table(
        "consent_heads",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"]),
        sa.PrimaryKeyConstraint("group_id"),
    )
    op.execute(
        "INSERT INTO consent_heads (group_id, length, hash) SELECT group_id, sequence, hash "
        f"FROM {TABLE} AS last WHERE sequence = "
        f"(SELECT MAX(sequence) FROM {TABLE} AS own WHERE own.group_id = last.group_id)"
    )
    _forbid_changes()


def _forbid_changes() -> None:
    """Also to whoever has the application's password: only the schema's owner can undo this."""
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {TABLE}_no_{change.lower()} BEFORE {change} ON {TABLE} "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {TABLE}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
        f"ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_append_only()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for change in ("update", "delete"):
            op.execute(f"DROP TRIGGER {TABLE}_no_{change}")
    else:
        op.execute(f"DROP TRIGGER {TABLE}_append_only ON {TABLE}")
        op.execute(f"DROP FUNCTION {TABLE}_append_only()")
    op.drop_table("consent_heads")
