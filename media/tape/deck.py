"""The tapes of one room: written one after the other, so that they share what writing needs."""

from collections.abc import Callable, Collection
from typing import Protocol

from media.clock import Clock
from media.tape.chunk import Chunk
from media.tape.confirming import Confirmed, Confirming
from media.tape.format import CodecInfo, TapeOrder
from media.tape.writer import TapeWriter


class Flushed(Confirmed, Protocol):
    """A tape."""

    def flush(self) -> None: ...


class Deck:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._chunk = Chunk()
        self._confirming = Confirming()

    def begin(
        self, order: TapeOrder, codec: CodecInfo, on_failure: Callable[[str], None]
    ) -> TapeWriter:
        return TapeWriter(order, codec, self._clock, on_failure, self._chunk)

    def flush(self, tapes: Collection[Flushed], now: float) -> None:
        """Seals and writes what is pending of each, and has the disk confirm what was written."""
        for tape in tapes:
            tape.flush()
        self._confirming.confirm(tapes, now)
