"""The edits of turns are looked up in what was edited alone.

Nearly all turns were touched by no edit. With all of them in the index of `removed_by_edit`, SQLite
took it for the way to the live turns of a recording, and read those of the whole installation.
"""

import sqlalchemy as sa
from alembic import op

revision = "edited_turns"
down_revision = "shared_speech"
branch_labels = None
depends_on = None

COLUMNS = ("added_by_edit", "removed_by_edit")


def upgrade() -> None:
    for column in COLUMNS:
        edited = sa.text(f"{column} IS NOT NULL")
        op.drop_index(f"ix_turns_{column}", table_name="turns")
        op.create_index(
            f"ix_turns_{column}",
            "turns",
            [column],
            sqlite_where=edited,
            postgresql_where=edited,
        )


def downgrade() -> None:
    for column in COLUMNS:
        op.drop_index(f"ix_turns_{column}", table_name="turns")
        op.create_index(f"ix_turns_{column}", "turns", [column])
