"""Data keys leave the database for a folder of their own. Tapes say whether their node's disk may
hold them."""

from uuid import UUID

import sqlalchemy as sa
from alembic import context, op

from app.kit.key_folder import UNSCRUBBED, KeyFolder

revision = "key_folder"
down_revision = "followed_turns"
branch_labels = None
depends_on = None

KEYS = sa.table("data_keys", sa.column("id", sa.Uuid()), sa.column("wrapped", sa.LargeBinary()))


def upgrade() -> None:
    """Every key is on the disk there before it leaves here: a kill in between has both."""
    folder = _folder()
    folder.make()
    there = op.get_bind().execute(sa.select(KEYS).where(KEYS.c.wrapped.is_not(None))).all()
    for key_id, wrapped in there:
        folder.put(key_id, wrapped)
    if there:
        (folder.path / UNSCRUBBED).touch()
    op.drop_column("data_keys", "wrapped")
    op.add_column(
        "tapes", sa.Column("spooled", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.execute("UPDATE tapes SET spooled = true WHERE state IN ('writing', 'closed', 'lost')")


def downgrade() -> None:
    op.drop_column("tapes", "spooled")
    op.add_column("data_keys", sa.Column("wrapped", sa.LargeBinary(), nullable=True))
    query = sa.text("SELECT id FROM data_keys WHERE destroyed_at IS NULL").columns(id=sa.Uuid())
    for key_id in op.get_bind().execute(query).scalars().all():
        _put_back(key_id)


def _put_back(key_id: UUID) -> None:
    wrapped = _folder().get(key_id)
    op.get_bind().execute(sa.update(KEYS).where(KEYS.c.id == key_id).values(wrapped=wrapped))


def _folder() -> KeyFolder:
    folder: KeyFolder = context.config.attributes["keys"]
    return folder
