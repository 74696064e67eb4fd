"""Hands a tape from the node's own disk to the media store."""

import asyncio
from pathlib import Path

from media.store import Store


async def ship(store: Store, spool: Path, key: str) -> int:
    """Puts `<spool>/<key>` into the store and deletes it here once it is safe there; its size.

    Can be repeated: a tape that is in the store already and no longer here is shipped. Raises
    OSError while the store cannot be reached, and store.Missing when there is no such tape at all.
    """
    path = spool / key
    if not await asyncio.to_thread(path.exists):
        return await store.size(key)
    size = await store.put_file(key, path)
    await asyncio.to_thread(path.unlink)
    return size
