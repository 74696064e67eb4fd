"""Writes one tape: packets are only appended to memory; sealing and the disk wait for `flush`."""

import logging
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from media.clock import Clock
from media.tape.format import (
    CHUNK_HEAD,
    CodecInfo,
    TapeHeader,
    TapeOrder,
    hash_header,
    pack_header,
)
from media.tape.keys import ChunkSeal, new_salt
from media.tape.pending import Pending

logger = logging.getLogger(__name__)

SYNC_EVERY_S = 1.0
"""Have the disk itself confirm this often. A killed process loses nothing that was flushed; this
is for a machine that loses its power: it loses this, and as long as its disk takes to confirm all
tapes once (they queue for one thread, and none is asked again before it has answered). Lower: less
is lost then, more disk work for every tape. Higher: the other way round."""

_disk = ThreadPoolExecutor(1, thread_name_prefix="tape-sync")
"""Waits for disks so that the node's loop does not. One thread: sync and close keep their order."""


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
    ) -> None:
        self.order = order
        self.failed: str | None = None
        self.size = 0
        self._on_failure = on_failure
        self._started = clock.now()
        header = _header(order, codec, clock.wall_ns(self._started))
        packed = pack_header(header)
        self._seal = ChunkSeal(order.data_key, header.salt, hash_header(packed))
        self.pending = Pending(self._started)
        self._chunks = 0
        self._synced_at = self._started
        self._syncing: Future[None] | None = None
        self._file: int | None = None
        try:
            order.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(order.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self._append(packed)
            _disk.submit(_keep_name, order.path)
        except OSError as error:
            self._fail(error)

    def write(self, packet: bytes | bytearray, now: float) -> None:
        """`packet`: RTP as received, decrypted; it is copied. `now`: monotonic seconds."""
        if self._file is not None and not self.pending.packet(packet, now):
            self.flush(now)
            if self._file is not None:
                self.pending.packet(packet, now)

    def write_report(self, rtp_timestamp: int, ntp: int, now: float) -> None:
        """An RTCP sender report of this source: what ties its RTP time to its sender's clock."""
        if self._file is not None and not self.pending.report(rtp_timestamp, ntp, now):
            self.flush(now)
            if self._file is not None:
                self.pending.report(rtp_timestamp, ntp, now)

    def flush(self, now: float) -> None:
        """Seal what is pending. Call at least each 200 ms: a kill loses what was not flushed."""
        if self._file is None:
            return
        try:
            if self.pending:
                self._write_chunk(last=False)
            self._sync(now)
        except OSError as error:
            self._fail(error)

    def close(self) -> int:
        """Seal the end and let go of the file; the size in bytes. Idempotent."""
        if self._file is not None:
            try:
                self._write_chunk(last=True)
            except OSError as error:
                self._fail(error)
        if self._file is not None:
            _disk.submit(_finish, self._file)
            self._file = None
        self.pending.close()
        return self.size

    def _write_chunk(self, *, last: bool) -> None:
        sealed = self._seal.seal(self._chunks, self.pending.take(), last=last)
        self._chunks += 1
        self._append(CHUNK_HEAD.pack(len(sealed), last) + sealed)

    def _append(self, data: bytes) -> None:
        assert self._file is not None
        view = memoryview(data)
        while view:
            written = os.write(self._file, view)
            self.size += written
            view = view[written:]

    def _sync(self, now: float) -> None:
        if now - self._synced_at < SYNC_EVERY_S or (self._syncing and not self._syncing.done()):
            return
        if self._syncing is not None:
            self._syncing.result()  # a disk that refused raises here
        assert self._file is not None
        self._synced_at = now
        self._syncing = _disk.submit(os.fdatasync, self._file)

    def _fail(self, error: OSError) -> None:
        self.failed = error.strerror or type(error).__name__
        logger.error("tape %s failed: %s", self.order.tape_id[:8], self.failed)
        self.pending.close()
        if self._file is not None:
            _disk.submit(_finish, self._file)
            self._file = None
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


def _keep_name(path: Path) -> None:
    """A file is found again after a loss of power only if its folder was confirmed, too."""
    for folder in (path.parent, path.parent.parent):
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            return  # it was a short tape, and is on its way to the store
        try:
            os.fsync(descriptor)
        except OSError as error:
            logger.error("the disk did not confirm a folder: %s", error.strerror)
        finally:
            os.close(descriptor)


def _finish(file: int) -> None:
    try:
        os.fdatasync(file)
    except OSError as error:
        logger.error("the disk did not confirm a tape: %s", error.strerror)
    finally:
        os.close(file)
