"""Which packets of one source are missing, and when to ask for them again (RFC 4585 NACK).

Pure: numbers and `now` (monotonic seconds) in, numbers to ask for out.
"""

WAIT_S = 0.02
"""Where packets overtake one another, wait so long before asking, or until as many later ones have
come as did at most. Lower: asks for what was only overtaken. Higher: the picture stands still."""
MOST_OVERTAKING = 8
OVERTAKEN_FOR_S = 10.0
"""A path that changed the order is expected to do so again for this long."""
FIRST_RETRY_S = 0.08
"""Ask again after a round trip and a little; this is before one was measured. Lower than a round
trip: everything is sent twice. Higher: a lost answer stalls the picture for longer."""
LEAST_RETRY_S = 0.03
MARGIN = 1.25
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
    __slots__ = (
        "_overtaken_at",
        "_overtaking",
        "_own_row",
        "given_up",
        "lost",
        "missing",
        "retry_s",
    )

    def __init__(self) -> None:
        self.missing: dict[int, _Missing] = {}
        self.given_up = False
        """Something will not come any more: a key frame is needed. The owner clears it."""
        self.lost = 0
        """Packets that the path lost, whether they came when they were asked for or not. What was
        only overtaken is taken off again."""
        self.retry_s = FIRST_RETRY_S
        self._own_row = False
        """What is sent again comes on a row of its own, so what comes late was overtaken."""
        self._overtaking = 0
        self._overtaken_at = 0.0

    def seen(self, extended: int, before: int, now: float, *, again: bool = False) -> None:
        """`before`: the highest number until this packet came; −1 if it is the first of its row.
        `again`: it came on a row for packets sent again."""
        if extended <= before:
            missing = self.missing.pop(extended, None)
            if missing is not None:
                self._learn(missing, before - extended, now, again)
        elif before >= 0 and extended > before + 1:
            self._open(before + 1, extended, now)

    def _learn(self, missing: _Missing, distance: int, now: float, again: bool) -> None:
        self._own_row |= again
        if not again and (self._own_row or not missing.tries):
            self.lost -= 1
        if self._own_row and not again:
            self._overtaking = max(self._overtaking, min(distance, MOST_OVERTAKING))
            self._overtaken_at = now
        elif missing.tries == 1:
            wanted = max(LEAST_RETRY_S, MARGIN * (now - missing.asked_at))
            self.retry_s += (wanted - self.retry_s) / 4

    def restart(self) -> None:
        self.missing.clear()

    def _open(self, first: int, past: int, now: float) -> None:
        self.lost += past - first
        if past - first + len(self.missing) > MOST_MISSING:
            self.missing.clear()
            self.given_up = True
            return
        for number in range(first, past):
            self.missing[number] = _Missing(now)

    def due(self, highest: int, now: float) -> list[int]:
        """16-bit numbers to ask for now, in order, `highest` having come. Drops those asked for
        often enough."""
        if now - self._overtaken_at > OVERTAKEN_FOR_S:
            self._overtaking = 0
        wanted = []
        for number, missing in list(self.missing.items()):
            if missing.tries:
                if now - missing.asked_at < self.retry_s:
                    continue
            elif highest - number <= self._overtaking and now - missing.since < WAIT_S:
                continue
            if missing.tries >= MOST_TRIES:
                del self.missing[number]
                self.given_up = True
                continue
            missing.tries += 1
            missing.asked_at = now
            wanted.append(number & 0xFFFF)
        return wanted
