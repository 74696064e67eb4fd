"""The door to faster-whisper, which is an extra: `pip install emessi[transcribe]`."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from media.audio.opus import Samples
from media.audio.speech import MODEL_RATE

TELLING_S = 3.0
"""Believe what language is spoken from so much speech on. Lower: a "joo" is taken for anything.
Higher: who speaks little is guessed at again and again."""


class Unavailable(Exception):
    """No machine can write anything down here; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Words(NamedTuple):
    """Seconds from the beginning of the samples."""

    start_s: float
    end_s: float
    text: str


class Writer:
    """One person's speech, clip after clip, by a model that is loaded once.

    `recognise` is faster-whisper's `transcribe`.
    """

    def __init__(
        self, recognise: Callable[..., tuple[Iterable[Any], Any]], name: str, language: str
    ) -> None:
        self.name = name
        self._recognise = recognise
        self._language = language or None
        self._guess: str | None = None

    @classmethod
    def load(cls, folder: Path, language: str, threads: int) -> "Writer":
        """Raises Unavailable: the library is not installed, or the folder holds no model."""
        try:
            from faster_whisper import WhisperModel
        except ImportError:
            raise Unavailable("transcript_no_library") from None
        try:
            model = WhisperModel(
                str(folder), device="cpu", cpu_threads=threads, local_files_only=True
            )
        except (OSError, RuntimeError, ValueError):
            raise Unavailable("transcript_bad_model") from None
        return cls(model.transcribe, folder.name, language)

    def next_person(self) -> None:
        """People speak languages of their own."""
        self._guess = None

    def words(self, samples: Samples) -> Iterator[Words]:
        """What is said in 16 kHz samples; nothing is carried over from one clip to the next."""
        found, info = self._recognise(
            samples,
            language=self._language or self._guess,
            beam_size=5,
            condition_on_previous_text=False,
            without_timestamps=False,
        )
        if len(samples) >= TELLING_S * MODEL_RATE:
            self._guess = info.language
        for segment in found:
            if text := " ".join(segment.text.split()):
                yield Words(segment.start, segment.end, text)
