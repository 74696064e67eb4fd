"""One source a participant sends: counted, kept for a moment, given to everyone who takes it."""

from collections.abc import Callable
from typing import Any, Protocol

from media.native import library
from media.relay.subscription import Subscription
from media.rtp import feedback
from media.rtp.header import FIXED, is_empty, translate_extensions
from media.rtp.history import History
from media.rtp.keyframes import KeyframeRequests
from media.rtp.levels import Levels
from media.rtp.losses import Losses
from media.rtp.reception import Reception, ReceptionFigures
from media.tape.format import CodecInfo
from media.tape.pending import Pending

MOST_OUTLETS = 64
"""Receivers of one publication that the C packet path serves; with more, Python serves them all."""

VIDEO_CEILING_BPS = 1_500_000
"""What one video may use upstream, told by REMB. Lower: a large tile looks soft. Higher: eleven of
them exceed a usual home line downstream. A receiver's own estimate does not count yet."""
AUDIO_CEILING_BPS = 100_000


class Sink(Protocol):
    """Takes every packet of a publication. The packet is borrowed: copy it to keep it."""

    def write(self, packet: bytearray, now: float) -> None: ...


class TapeSink(Sink, Protocol):
    """A sink that keeps: it also needs the sender's clock, and an end."""

    pending: Pending

    def write_report(self, rtp_timestamp: int, ntp: int, now: float) -> None: ...
    def flush(self, now: float) -> None: ...
    def close(self) -> int: ...


class Publication:
    """Ids of header extensions are translated once, to the downlink's; the rest per receiver."""

    def __init__(self, id: str, participant: str, source: str, codec: CodecInfo) -> None:
        self.id = id
        self.participant = participant
        self.source = source
        self.codec = codec
        self.kind = codec.mime_type.split("/")[0]
        self.ssrc: int | None = None
        self.muted = False
        self.subscriptions: list[Subscription] = []
        self.malformed = 0
        self.foreign = 0
        """Packets under a payload type that was not agreed on, e.g. retransmission probes."""
        self.levels = Levels() if self.kind == "audio" else None
        self._tape: TapeSink | None = None
        self._feedback: Callable[[bytes], None] = _nowhere
        self._table = bytes(256)
        self._level_id = self._sequence_id = 0
        self.repair_type: int | None = None
        self._reception = Reception(codec.clock_rate)
        self._history = History() if self.kind == "video" else None
        self._losses = Losses() if self.kind == "video" else None
        self._keyframes = KeyframeRequests()
        self.native: Any = None
        """What the C packet path knows of this source; None without it."""
        if library.native():
            self.native = library.new("source")
            self._handle = library.ffi.new_handle(self)
            self._tell()

    @property
    def tape(self) -> TapeSink | None:
        return self._tape

    @tape.setter
    def tape(self, tape: TapeSink | None) -> None:
        self._tape = tape
        self._tell()

    def _tell(self) -> None:
        """All that the C packet path needs to know, written anew."""
        native, null = self.native, library.ffi.NULL
        if native is None:
            return
        native.owner = self._handle
        native.numbers = self._reception.numbers
        native.history = self._history.memory if self._history is not None else null
        native.levels = self.levels.memory if self.levels is not None else null
        native.tape = self._tape.pending.memory if self._tape is not None else null
        native.table = list(self._table)
        native.level_id = self._level_id
        native.sequence_id = self._sequence_id
        native.payload_type = self.codec.payload_type
        native.muted = self.muted
        native.by_hand = len(self.subscriptions) > MOST_OUTLETS
        native.outlet_count = 0 if native.by_hand else len(self.subscriptions)
        for place in range(native.outlet_count):
            native.outlets[place] = self.subscriptions[place].outlet

    def connect(
        self,
        send: Callable[[bytes], None],
        table: bytes,
        level_id: int,
        sequence_id: int = 0,
        repair_type: int | None = None,
    ) -> None:
        """How it arrives: the way back for RTCP, and the uplink's ids of header extensions.

        `repair_type`: the payload type of packets sent again, if they have one of their own.
        """
        self._feedback = send
        self._table = table
        self._level_id = level_id
        self._sequence_id = sequence_id
        self.repair_type = repair_type
        self._tell()

    def bind(self, ssrc: int) -> None:
        """Its packets come under `ssrc` from now on."""
        if self.ssrc is not None and ssrc != self.ssrc:
            self._reception.renew()
        self.ssrc = ssrc

    def close(self) -> None:
        self.subscriptions.clear()
        self.tape = None
        self._feedback = _nowhere

    # ---- The path of a packet ---------------------------------------------------------------

    def receive(self, packet: bytearray, now: float) -> None:
        _, second, sequence, timestamp, _ = FIXED.unpack_from(packet)
        if second & 0x7F != self.codec.payload_type:
            self.foreign += 1
            return
        try:
            # Most packets of a video have neither extension nor padding nor further sources.
            plain = packet[0] == 0x80
            level = None if plain else translate_extensions(packet, self._table, self._level_id)
            empty = not plain and bool(packet[0] & 0x20) and is_empty(packet)
        except ValueError:
            self.malformed += 1
            return
        reception = self._reception
        before = reception.highest
        extended = reception.seen(sequence, timestamp, now)
        if reception.restarted:
            before = -1
            self._restart()
        losses = self._losses
        if losses is not None:
            losses.seen(extended, before, now)
            if losses.missing or losses.given_up:
                self.ask(now)
        if self.muted:
            return
        if self._history is not None:
            self._history.keep(extended, packet)
        if level is not None and self.levels is not None:
            self.levels.heard(level, now)
        if self._tape is not None:
            self._tape.write(packet, now)
        marker = second & 0x80
        if empty:
            for subscription in self.subscriptions:
                subscription.skip(packet, extended, marker, timestamp)
            return
        for subscription in self.subscriptions:
            subscription.forward(packet, extended, marker, timestamp)

    def repaired(self, packet: bytearray, now: float) -> None:
        """A packet sent again on a row of its own, restored. What is not missing is a probe: a
        second copy would repeat a number under the same keys, and stand on the tape twice."""
        losses = self._losses
        if losses is not None:
            highest = self._reception.highest
            sequence = FIXED.unpack_from(packet)[2]
            if highest + ((sequence - highest + 0x8000 & 0xFFFF) - 0x8000) in losses.missing:
                self.receive(packet, now)

    def _restart(self) -> None:
        if self._losses is not None:
            self._losses.restart()
        for subscription in self.subscriptions:
            subscription.rewriter.restart()

    def report(self, ntp: int, timestamp: int, now: float) -> None:
        """The source's sender report: what ties its RTP time to its sender's clock."""
        self._reception.reported(ntp, now)
        if self.muted:
            return
        if self._tape is not None:
            self._tape.write_report(timestamp, ntp, now)
        for subscription in self.subscriptions:
            subscription.send_report(ntp, timestamp)

    # ---- Who takes it -----------------------------------------------------------------------

    def subscribe(self, subscription: Subscription) -> None:
        """A receiver that can be reached should ask for a key frame as well; see `Downlink`."""
        self.subscriptions.append(subscription)
        self._tell()

    def unsubscribe(self, subscription: Subscription) -> None:
        if subscription in self.subscriptions:
            self.subscriptions.remove(subscription)
            self._tell()

    def set_muted(self, muted: bool, now: float) -> None:
        """Receivers see no hole where it was muted, and video begins again with a key frame."""
        if muted == self.muted:
            return
        self.muted = muted
        if self.levels is not None:
            self.levels.take()
        self._tell()
        for subscription in self.subscriptions:
            subscription.rewriter.restart()
        if not muted:
            self.want_keyframe(now)

    def resend(self, subscription: Subscription, number: int, now: float) -> None:
        """A receiver lost the packet it knows as `number` (16 bits)."""
        if self._history is None:
            return
        extended = subscription.rewriter.source_number(number)
        packet = self._history.find(extended) if extended is not None else None
        if extended is None or packet is None:
            return
        _, second, _, timestamp, _ = FIXED.unpack_from(packet)
        subscription.resend(packet, number, extended, second & 0x80, timestamp, now)

    # ---- What is asked of the sender --------------------------------------------------------

    def want_keyframe(self, now: float) -> None:
        if self.kind == "video":
            self._keyframes.want()
            self.ask(now)

    def ask(self, now: float) -> None:
        """Send the requests that are due: lost packets and key frames. Every packet calls it while
        any is missing, and a ticker, for when none comes."""
        losses = self._losses
        if self.native is not None:
            self.native.watching = losses is not None and bool(losses.missing)
        if self.ssrc is None or self.muted:
            return
        if losses is not None and losses.missing:
            numbers = losses.due(self._reception.highest, now)
            if numbers:
                self._feedback(feedback.negative_acknowledgement(self.ssrc, numbers))
        if losses is not None and losses.given_up:
            losses.given_up = False
            self._keyframes.want()
        if self._keyframes.due(now):
            self._feedback(feedback.picture_loss(self.ssrc))

    def figures(self, now: float) -> ReceptionFigures:
        return self._reception.figures(now)

    @property
    def received(self) -> int:
        return self._reception.received

    @property
    def ceiling_bps(self) -> int:
        return VIDEO_CEILING_BPS if self.kind == "video" else AUDIO_CEILING_BPS


def _nowhere(_: bytes) -> None:
    """An uplink that is gone takes no feedback."""
