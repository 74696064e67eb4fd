"""Whose voices are forwarded when more people are there than can be listened to: the loudest.

Pure, from audio levels alone (RFC 6464); nothing is decoded. As in "last N" of Grozev et al., "Last
N: Relevance-Based Selectivity for Forwarding Video in Multimedia Conferences" (NOSSDAV 2015), for
voices: a place is kept until somebody else needs it, and whoever begins to speak has one with the
first packet that is loud enough, so that no syllable is lost while a place is free or silent.
"""

from media.rtp.speaker import MARGIN, SPEECH

HOLD_S = 2.0
"""Who spoke so lately does not count as silent. Lower: a pause for thought costs the place. Higher:
one more who begins must be louder than somebody who has long finished."""
SMOOTHING = 0.2


class _Place:
    __slots__ = ("loudness", "spoke_at")

    def __init__(self, loudness: float, spoke_at: float) -> None:
        self.loudness = loudness
        self.spoke_at = spoke_at


class Voices:
    """`limit` of them have a place. `now`: monotonic seconds."""

    def __init__(self) -> None:
        self._places: dict[str, _Place] = {}

    def __contains__(self, voice: str) -> bool:
        return voice in self._places

    def settle(self, present: list[str], limit: int) -> None:
        """Those who are there, in order of coming; call when they or the limit change. Free places
        are taken at once, and those silent longest lose theirs when there are too many."""
        self._places = {v: place for v, place in self._places.items() if v in present}
        while len(self._places) > limit:
            del self._places[min(self._places, key=lambda v: self._places[v].spoke_at)]
        for voice in present:
            if len(self._places) < limit and voice not in self._places:
                self._places[voice] = _Place(0.0, float("-inf"))

    def heard(self, voice: str, level: int, now: float) -> None:
        """One who has a place. `level`: the RFC 6464 byte; 0 is loudest, 127 silence."""
        place = self._places.get(voice)
        if place is None:
            return
        loudness = 127.0 - (level & 0x7F)
        place.loudness += (loudness - place.loudness) * SMOOTHING
        if loudness >= SPEECH:
            place.spoke_at = max(place.spoke_at, now)

    def begins(self, voice: str, level: int, now: float) -> str | None:
        """One without a place is heard. Whose place it has from now on; None: it gets none.

        The place of whoever is silent longest, or else of the quietest if that one is clearly
        quieter (`MARGIN`).
        """
        loudness = 127.0 - (level & 0x7F)
        if loudness < SPEECH or not self._places:
            return None
        silent = min(self._places, key=lambda v: self._places[v].spoke_at)
        if now - self._places[silent].spoke_at <= HOLD_S:
            silent = min(self._places, key=lambda v: self._places[v].loudness)
            if self._places[silent].loudness + MARGIN > loudness:
                return None
        del self._places[silent]
        self._places[voice] = _Place(loudness, now)
        return silent
