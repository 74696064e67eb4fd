"""Hands a tape from the node's own disk to the media store."""

import asyncio
from pathlib import Path

from media.store import Store


async def ship(store: Store, spool: Path, key: str) -> int:
    """Moves `<spool>/<key>` into the store; its size.

    Can be repeated: a tape that is in the store already and no longer here is shipped. Raises
    OSError while the store cannot be reached, and store.Missing when there is no such tape at all.
    """
    path = spool / key
    if not await asyncio.to_thread(path.exists):
        return await store.size(key)
    return await store.take_file(key, path)
