"""One stream of a source: counted, kept for a moment, given to everyone who takes it.

A microphone has one; a camera may send the same picture in several sizes (simulcast, RFC 8853),
each a stream of its own, and a receiver takes one of them at a time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import ref

from media.native import library
from media.relay.allocation import EVERY
from media.relay.arrival import NOWHERE, Arrival
from media.relay.asking import Asking
from media.relay.sinks import TapeSink
from media.relay.subscription import Incoming, Subscription
from media.relay.writing import SEQUENCE_ID
from media.rtp import vp8
from media.rtp.continuity import Moment
from media.rtp.header import FIXED, extension_place, is_empty, translate_extensions
from media.rtp.history import History
from media.rtp.levels import Levels
from media.rtp.meter import Meter
from media.rtp.reception import Reception, ReceptionFigures
from media.rtp.tally import Tally
from media.rtp.vp8 import Picture
from media.tape.format import CodecInfo

REPORTS_APART_S = 0.1
"""Sender reports that come sooner are let go: each goes to every receiver. Browsers send about one
a second."""
MOST_OUTLETS = 64
"""Receivers of one layer that the C packet path serves; with more, Python serves them all."""


@dataclass
class Counters:
    malformed: int = 0
    foreign: int = 0
    """Packets under a payload type that was not agreed on."""


class Layer:
    """Ids of header extensions are translated once, to the downlink's; the rest per receiver."""

    def __init__(self, rid: str, codec: CodecInfo, levels: Levels | None, order: Any) -> None:
        """`order`: shared by the layers of one source; the C packet path keeps it."""
        self.rid = rid
        self.codec = codec
        self.counters = Counters()
        self.subscriptions: list[Subscription] = []
        self.waiting: dict[object, Callable[[Incoming], None]] = {}
        """See `at_keyframe`. While there are any, C leaves every packet to Python."""
        self.report_ntp: int | None = None
        self.report_timestamp, self.reported_at = 0, -REPORTS_APART_S
        self.reception = Reception(codec.clock_rate)
        self.meter = Meter(self.reception.numbers)
        self._levels = levels
        self._layered = False
        self.wakes: Callable[[int, float], bool] | None = None
        """While it is quiet: asked with each level whether its packet is to be forwarded."""
        self._quiet = False
        self._tape: TapeSink | None = None
        self._video = codec.mime_type.startswith("video/")
        self._history = History()
        self._asking = Asking(video=self._video)
        self.tally = Tally(self.reception.numbers, self._asking.losses)
        self.native: Any = None
        """What the C packet path knows of this stream; None without it."""
        if library.native():
            self.native = library.new("source")
            self._handle = library.ffi.new_handle(ref(self))
            self.native.order = self._order = order
            self.tell()

    # ---- What is set ------------------------------------------------------------------------

    def connect(self, arrival: Arrival, *, layered: bool) -> None:
        """`layered`: it has siblings, and receivers may be moved between them."""
        self._asking.arrival = arrival
        self._layered = layered
        self.tell()

    @property
    def ssrc(self) -> int | None:
        return self._asking.ssrc

    @property
    def tells_levels(self) -> bool:
        return self._asking.arrival.level_id > 0

    def bind(self, ssrc: int) -> None:
        """Its packets come under `ssrc` from now on."""
        if self.ssrc is not None and ssrc != self.ssrc:
            self.reception.renew()
        self._asking.ssrc = ssrc

    @property
    def tape(self) -> TapeSink | None:
        return self._tape

    @tape.setter
    def tape(self, tape: TapeSink | None) -> None:
        self._tape = tape
        self.tell()

    def set_muted(self, muted: bool) -> None:
        self._asking.muted = muted
        self.restart_receivers()
        self.tell()

    def set_quiet(self, quiet: bool) -> None:
        """Not forwarded for now, but counted, recorded and listened to: `wakes`."""
        if quiet != self._quiet:
            self._quiet = quiet
            self.restart_receivers()
            self.tell()

    def add(self, subscription: Subscription) -> None:
        self.subscriptions.append(subscription)
        self.tell()

    def remove(self, subscription: Subscription) -> None:
        if subscription in self.subscriptions:
            self.subscriptions.remove(subscription)
            self.tell()

    def at_keyframe(self, who: object, call: Callable[[Incoming], None]) -> None:
        """`call` with the packet that begins the next key frame; one call for each `who`."""
        self.waiting[who] = call
        self.tell()

    def forget(self, who: object) -> None:
        if self.waiting.pop(who, None) is not None:
            self.tell()

    def close(self) -> None:
        self.subscriptions.clear()
        self.waiting.clear()
        self.tape = None
        self._asking.arrival = NOWHERE

    def tell(self) -> None:
        """All that the C packet path needs to know, written anew."""
        native, null = self.native, library.ffi.NULL
        if native is None:
            return
        native.owner = self._handle
        native.numbers = self.reception.numbers
        native.history = self._history.memory
        native.levels = self._levels.memory if self._levels is not None else null
        native.tape = self._tape.pending.memory if self._tape is not None else null
        native.table = list(self._asking.arrival.table)
        native.level_id = self._asking.arrival.level_id
        native.sequence_id = self._asking.arrival.sequence_id
        native.payload_type = self.codec.payload_type
        native.muted = self._asking.muted
        native.quiet = self._quiet
        native.layered = self._layered
        thinned = any(subscription.temporal < EVERY for subscription in self.subscriptions)
        crowded = len(self.subscriptions) > MOST_OUTLETS
        native.by_hand = crowded or thinned or bool(self.waiting)
        native.outlet_count = 0 if native.by_hand else len(self.subscriptions)
        for place in range(native.outlet_count):
            native.outlets[place] = self.subscriptions[place].outlet

    # ---- The path of a packet ---------------------------------------------------------------

    def receive(self, packet: bytearray, now: float, *, again: bool = False) -> None:
        """`again`: it was sent again on a row of its own, and restored."""
        first, second, sequence, timestamp, _ = FIXED.unpack_from(packet)
        if second & 0x7F != self.codec.payload_type:
            self.counters.foreign += 1
            return
        arrival, level, sequence_at = self._asking.arrival, None, 0
        picture: Picture | None = None
        try:
            # Nothing is changed before all is known to be well-formed.
            empty = bool(first & 0x20) and is_empty(packet)
            if (self._layered or self.waiting) and not empty:
                picture = vp8.read(packet)
            if first != 0x80:
                level, sequence_at = translate_extensions(
                    packet, arrival.table, arrival.level_id, arrival.sequence_id
                )
        except ValueError:
            self.counters.malformed += 1
            return
        extended = self._count(len(packet), sequence, timestamp, now, again)
        if self._asking.muted:
            return
        self._history.keep(extended, packet)
        if level is not None and self._levels is not None:
            self._levels.heard(level, now)
        incoming = Incoming(packet, extended, second & 0x80, timestamp, sequence_at, picture, now)
        if picture is not None:
            self.reception.numbers.temporal = max(self.temporal, picture.temporal)
            if picture.begins_keyframe and self.waiting:
                self._begin(incoming)
        if self._tape is not None:
            self._tape.write(packet, now)
        if self._quiet and not (level is not None and self.wakes and self.wakes(level, now)):
            return
        for subscription in self.subscriptions:
            if empty:
                subscription.skip(incoming)
            else:
                subscription.forward(incoming)

    def repaired(self, packet: bytearray, now: float) -> None:
        """A packet sent again on a row of its own, restored. What is not missing is a probe: a
        second copy would repeat a number under the same keys, and stand on the tape twice."""
        highest = self.reception.highest
        sequence = FIXED.unpack_from(packet)[2]
        extended = highest + ((sequence - highest + 0x8000 & 0xFFFF) - 0x8000)
        if extended in self._asking.losses.missing:
            self.receive(packet, now, again=True)

    def _count(self, octets: int, sequence: int, timestamp: int, now: float, again: bool) -> int:
        before = self.reception.highest
        extended = self.reception.seen(sequence, timestamp, octets, now)
        if self.reception.restarted:
            before = -1
            self.restart_receivers()
            self._asking.losses.restart()
        self._asking.losses.seen(extended, before, now, again=again)
        if self._asking.losses.missing or self._asking.losses.given_up:
            self.ask(now)
        return extended

    def _begin(self, incoming: Incoming) -> None:
        waiting, self.waiting = self.waiting, {}
        for call in waiting.values():
            call(incoming)
        self.tell()

    def restart_receivers(self) -> None:
        """What comes next continues their rows, whatever its number."""
        for subscription in self.subscriptions:
            subscription.rewriter.restart()

    def report(self, ntp: int, timestamp: int, now: float) -> None:
        """The stream's sender report: what ties its RTP time to its sender's clock."""
        if now - self.reported_at < REPORTS_APART_S:
            return
        self.reported_at = now
        self.reception.reported(ntp, now)
        self.report_ntp, self.report_timestamp = ntp, timestamp
        if self._asking.muted:
            return
        if self._tape is not None:
            self._tape.write_report(timestamp, ntp, now)
        for subscription in self.subscriptions:
            subscription.send_report(ntp, timestamp)

    def resend(self, subscription: Subscription, number: int, now: float, copies: int) -> None:
        """A receiver lost the packet it knows as `number` (16 bits)."""
        extended = subscription.rewriter.source_number(number)
        incoming = self.kept(extended, now) if extended is not None else None
        if incoming is not None:
            subscription.resend(incoming, number, copies)

    def kept(self, extended: int, now: float) -> Incoming | None:
        """From the history, as it was given to receivers."""
        packet = self._history.find(extended)
        if packet is None:
            return None
        _, second, _, timestamp, _ = FIXED.unpack_from(packet)
        sequence_at = extension_place(packet, SEQUENCE_ID)[0] if packet[0] & 0x10 else 0
        picture = vp8.read(packet) if self._layered and not is_empty(packet) else None
        return Incoming(packet, extended, second & 0x80, timestamp, sequence_at, picture, now)

    # ---- What is asked of the sender --------------------------------------------------------

    def want_keyframe(self, now: float, *, at_once: bool = False) -> None:
        self._asking.want_keyframe(at_once=at_once)
        self.ask(now)

    def ask(self, now: float) -> None:
        """Send the requests that are due. A ticker calls it, and every packet while any is missing:
        those that C forwards, too."""
        if self.native is not None:
            self.native.watching = bool(self._asking.losses.missing)
        if self.waiting:
            self._asking.want_keyframe()
        self._asking.ask(self.reception.highest, now)

    @property
    def temporal(self) -> int:
        """The highest temporal layer seen."""
        return self.reception.numbers.temporal

    @property
    def moment(self) -> Moment:
        numbers = self.reception.numbers
        return Moment(numbers.clock_rate, numbers.transit, self.report_ntp, self.report_timestamp)

    def figures(self, now: float) -> ReceptionFigures:
        return self.reception.figures(now)
