"""Which packets of one source are missing, and when to ask for them again (RFC 4585 NACK).

Pure: numbers and `now` in, numbers to ask for out.
"""

REORDERING = 2
"""Ask once so many later packets have come. Lower: asks for what was only overtaken. Higher: the
picture stands still for longer."""
WAIT_S = 0.02
"""…or once so much time has passed (the end of a frame may be followed by a pause)."""
RETRY_S = 0.08
"""Ask again after this long. Lower than a round trip: everything is sent twice. Higher: a lost
answer stalls the picture for longer."""
MOST_TRIES = 5
MOST_MISSING = 128
"""A hole larger than this is not filled but jumped over with a key frame."""


class _Missing:
    __slots__ = ("asked_at", "since", "tries")

    def __init__(self, now: float) -> None:
        self.since = now
        self.asked_at = 0.0
        self.tries = 0


class Losses:
    __slots__ = ("given_up", "missing")

    def __init__(self) -> None:
        self.missing: dict[int, _Missing] = {}
        self.given_up = False
        """Something will not come any more: a key frame is needed. The owner clears it."""

    def seen(self, extended: int, before: int, now: float) -> None:
        """`before`: the highest number until this packet came; −1 if it is the first of its row."""
        if extended <= before:
            self.missing.pop(extended, None)
        elif before >= 0 and extended > before + 1:
            self._open(before + 1, extended, now)

    def restart(self) -> None:
        self.missing.clear()

    def _open(self, first: int, past: int, now: float) -> None:
        if past - first + len(self.missing) > MOST_MISSING:
            self.missing.clear()
            self.given_up = True
            return
        for number in range(first, past):
            self.missing[number] = _Missing(now)

    def due(self, highest: int, now: float) -> list[int]:
        """16-bit numbers to ask for now, in order, `highest` having come. Drops those asked for
        often enough."""
        wanted = []
        for number, missing in list(self.missing.items()):
            if missing.tries:
                if now - missing.asked_at < RETRY_S:
                    continue
            elif highest - number <= REORDERING and now - missing.since < WAIT_S:
                continue
            if missing.tries >= MOST_TRIES:
                del self.missing[number]
                self.given_up = True
                continue
            missing.tries += 1
            missing.asked_at = now
            wanted.append(number & 0xFFFF)
        return wanted
