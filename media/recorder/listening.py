"""Where people speak: each one's sound heard alone, then told from the others' in it."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from media.audio.crosstalk import without_echoes
from media.audio.levels import Levels, Loudness
from media.audio.speech import MODEL_RATE, Span, SpeechDetector, Thresholds
from media.recorder.outcome import Speech
from media.recorder.voice import Voice

BLOCK_S = 1
"""Sound listened to at a time. Lower: more overhead. Higher: who pauses is listened to for
longer."""


def listen(
    voice: Voice, length_ms: int, reached_s: Callable[[float], None], indexed_ms: int = 0
) -> tuple[Speech, Loudness]:
    """Speech up to `indexed_ms`, and how loud the voice is all along. Of who is not indexed the
    speech is not looked for."""
    detector, levels, spans = SpeechDetector(Thresholds()), Levels(), list[Span]()
    remaining, judged = length_ms * MODEL_RATE // 1000, indexed_ms * MODEL_RATE // 1000
    while remaining:
        count = min(BLOCK_S * MODEL_RATE, remaining)
        samples = voice.read(count)
        levels.add(samples, count)
        hearing = min(count, judged)
        if hearing:
            spans += detector.add(None if samples is None else samples[:hearing], hearing)
        judged -= hearing
        remaining -= count
        reached_s(length_ms / 1000 - remaining / MODEL_RATE)
    spans += detector.finish()
    speech = tuple((span.start_ms, min(span.end_ms, indexed_ms)) for span in spans)
    return speech, levels.loudness()


def apart(heard: Mapping[UUID, Speech], loudness: Mapping[UUID, Loudness]) -> dict[UUID, Speech]:
    """The same people without echoes of anybody whose loudness is known."""
    return {
        user_id: _own(
            speech, loudness[user_id], [loud for who, loud in loudness.items() if who != user_id]
        )
        for user_id, speech in heard.items()
    }


def _own(speech: Speech, own: Loudness, others: Sequence[Loudness]) -> Speech:
    kept = without_echoes(own, [Span(start, end) for start, end in speech], others)
    return tuple((span.start_ms, span.end_ms) for span in kept)
