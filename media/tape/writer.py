"""Writes one tape: packets are only appended to memory; sealing and writing wait for `flush`."""

import logging
import os
from collections.abc import Callable

from media.clock import Clock
from media.tape.chunk import Chunk
from media.tape.confirming import finish
from media.tape.format import (
    CodecInfo,
    TapeHeader,
    TapeOrder,
    hash_header,
    pack_header,
)
from media.tape.keys import ChunkSeal, new_salt
from media.tape.pending import Pending

logger = logging.getLogger(__name__)


class TapeWriter:
    """A sink, like a subscription. Nothing here raises into the forwarding of packets.

    When the disk refuses, the tape has `failed`: `on_failure` is called once with the reason, and
    everything after that is ignored. Whole chunks written before stay readable.
    """

    def __init__(
        self,
        order: TapeOrder,
        codec: CodecInfo,
        clock: Clock,
        on_failure: Callable[[str], None] | None = None,
        chunk: Chunk | None = None,
    ) -> None:
        """`chunk`: shared by tapes that are written in one thread."""
        self.order = order
        self.path = order.path
        self.file: int | None = None
        self.named = False
        self.failed: str | None = None
        self.size = 0
        self._on_failure = on_failure
        self._started = clock.now()
        header = _header(order, codec, clock.wall_ns(self._started))
        packed = pack_header(header)
        self._seal = ChunkSeal(order.data_key, header.salt, hash_header(packed))
        self.pending = Pending(self._started)
        self._chunk = chunk or Chunk()
        self._chunks = 0
        try:
            order.path.parent.mkdir(parents=True, exist_ok=True)
            self.file = os.open(order.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self._append(memoryview(packed))
        except OSError as error:
            self._fail(error)

    def write(self, packet: bytes | bytearray, now: float) -> None:
        """`packet`: RTP as received, decrypted; it is copied. `now`: monotonic seconds."""
        if self.file is not None and not self.pending.packet(packet, now):
            self.flush()
            if self.file is not None:
                self.pending.packet(packet, now)

    def write_report(self, rtp_timestamp: int, ntp: int, now: float) -> None:
        """An RTCP sender report of this source: what ties its RTP time to its sender's clock."""
        if self.file is not None and not self.pending.report(rtp_timestamp, ntp, now):
            self.flush()
            if self.file is not None:
                self.pending.report(rtp_timestamp, ntp, now)

    def flush(self) -> None:
        """Seal what is pending. Call at least each 200 ms: a kill loses what was not flushed."""
        if self.file is not None and self.pending:
            try:
                self._write_chunk(last=False)
            except OSError as error:
                self._fail(error)

    def refused(self, error: OSError) -> None:
        """The disk did not confirm what was written."""
        if self.file is not None:
            self._fail(error)

    def close(self) -> int:
        """Seal the end and let go of the file; the size in bytes. Idempotent."""
        if self.file is not None:
            try:
                self._write_chunk(last=True)
            except OSError as error:
                self._fail(error)
        finish(self)
        self.pending.close()
        return self.size

    def _write_chunk(self, *, last: bool) -> None:
        number, self._chunks = self._chunks, self._chunks + 1
        self._append(self._chunk.seal(self._seal, number, self.pending.take(), last=last))

    def _append(self, data: memoryview) -> None:
        assert self.file is not None
        while data:
            written = os.write(self.file, data)
            self.size += written
            data = data[written:]

    def _fail(self, error: OSError) -> None:
        self.failed = error.strerror or type(error).__name__
        logger.error("tape %s failed: %s", self.order.tape_id[:8], self.failed)
        self.pending.close()
        finish(self)
        if self._on_failure is not None:
            self._on_failure(self.failed)


def _header(order: TapeOrder, codec: CodecInfo, started_ns: int) -> TapeHeader:
    return TapeHeader(
        tape_id=order.tape_id,
        meeting_id=order.meeting_id,
        participant_id=order.participant_id,
        publication_id=order.publication_id,
        source=order.source,
        consent_id=order.consent_id,
        key_id=order.key_id,
        codec=codec,
        started_ns=started_ns,
        salt=new_salt(),
    )
