"""Who speaks now, from audio levels alone (RFC 6464): nothing is decoded.

Each microphone's level is smoothed over some tenths of a second and the floor passes with
hysteresis: a challenger must be clearly louder for a while, as in the mediation between "immediate"
and "medium" windows of Volfin & Cohen, "Dominant speaker identification for multipoint
videoconferencing" (Computer Speech & Language 27, 2013), reduced to one window.
"""

from dataclasses import dataclass

RISE_S = 0.12
"""Time constant upwards. Lower: a cough takes the floor. Higher: the frame lags behind."""
FALL_S = 0.4
"""Time constant downwards: a pause between words is not silence."""
SPEECH = 127 - 50
"""Loudness above −50 dBov counts as speech. Lower: fans and keyboards speak. Higher: quiet people
never do."""
MARGIN = 6.0
"""A challenger must be louder than the one who has the floor by so many dB…"""
TAKEOVER_S = 0.3
"""…for so long. Lower: the frame flickers when two talk. Higher: it shows the last speaker."""
SILENCE_S = 1.5
"""The floor is free after so long below SPEECH: a thinking pause does not clear it."""


@dataclass
class _Voice:
    loudness: float
    heard_at: float
    above_since: float | None = None


class SpeakerDetector:
    """Levels go in, the id of the speaker comes out when it changes."""

    def __init__(self) -> None:
        self.speaker: str | None = None
        self._voices: dict[str, _Voice] = {}
        self._spoke_at = 0.0

    def heard(self, voice: str, level: int, now: float) -> None:
        """`level`: the RFC 6464 byte; 0 is loudest, 127 silence, the top bit the sender's guess."""
        loudness = 127.0 - (level & 0x7F)
        known = self._voices.get(voice)
        if known is None:
            self._voices[voice] = _Voice(loudness, now)
            return
        constant = RISE_S if loudness > known.loudness else FALL_S
        weight = min(1.0, (now - known.heard_at) / constant)
        known.loudness += (loudness - known.loudness) * weight
        known.heard_at = now

    def forget(self, voice: str) -> None:
        self._voices.pop(voice, None)

    def decide(self, now: float) -> bool:
        """Call a few times a second; True if `speaker` changed."""
        before = self.speaker
        holder = self._voices.get(before) if before is not None else None
        if holder is not None and self._loudness(holder, now) >= SPEECH:
            self._spoke_at = now
        elif holder is None or now - self._spoke_at > SILENCE_S:
            self.speaker = None
        self._challenge(holder, now)
        return self.speaker != before

    def _challenge(self, holder: _Voice | None, now: float) -> None:
        bar = SPEECH if holder is None else max(SPEECH, self._loudness(holder, now) + MARGIN)
        best: tuple[float, str] | None = None
        for name, voice in self._voices.items():
            loudness = self._loudness(voice, now)
            if voice is holder or loudness < bar:
                voice.above_since = None
                continue
            if voice.above_since is None:
                voice.above_since = now
            if now - voice.above_since >= TAKEOVER_S and (best is None or loudness > best[0]):
                best = loudness, name
        if best is not None:
            self.speaker = best[1]
            self._spoke_at = now

    @staticmethod
    def _loudness(voice: _Voice, now: float) -> float:
        """With DTX or muted no packet tells of the silence: age stands in for it."""
        silent_s = max(0.0, now - voice.heard_at - FALL_S)
        return voice.loudness - voice.loudness * min(1.0, silent_s / FALL_S)
