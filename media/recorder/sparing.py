"""What a worker's process is told of its memory, once, at its start."""

import ctypes
import gc

GARBAGE = 20_000
"""Objects after which the collector looks for rings. Lower: it looks through frames in use.
Higher: rings stay longer, which is memory."""
KEPT_BYTES = 32 << 20
"""Freed memory at the heap's end that stays the process's. Lower: each batch of frames gives some
megabytes back and asks for them again, page by page. Higher: memory that others may need."""
APART_BYTES = 4 << 20
"""Pieces so large are the kernel's own mappings. Lower: the same, piece by piece. Higher: the heap
has holes that nothing fits into."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8


def spare_heap() -> None:
    """glibc has a heap for each thread, and one step after the other works in another thread: all
    of them together held 50 MB more than one does (mallopt(3)). Before the first thread begins.
    Another C library goes on as it does."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, 1)
        mallopt(_TRIM_THRESHOLD, KEPT_BYTES)
        mallopt(_MMAP_THRESHOLD, APART_BYTES)


def spare_collector() -> None:
    """What is loaded stays, and frames come and go by the hundred thousand without a ring in them:
    looking through all that again and again took a fifth of the work."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)
