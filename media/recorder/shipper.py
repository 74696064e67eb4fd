"""Brings closed tapes from a node's spool into the media store."""

import asyncio
from pathlib import Path

from media.store import Store


async def ship(store: Store, spool: Path, tape_path: str) -> int:
    """Stores the tape under its path and removes it from the spool; its size.

    The spool's copy goes only after the store returned every byte of its own (`put_file`). Doing
    it again after a kill at any point is harmless: what has been shipped already stays shipped.
    Raises media.store.Missing when the tape is in neither place.
    """
    local = spool / tape_path
    if not await asyncio.to_thread(local.exists):
        return await store.size(tape_path)
    size = await store.put_file(tape_path, local)
    await asyncio.to_thread(local.unlink)
    return size


def leftovers(spool: Path) -> list[str]:
    """Tapes that an earlier life of this node left in its spool, as paths below it."""
    return sorted(str(path.relative_to(spool)) for path in spool.glob("*/*.tape"))
