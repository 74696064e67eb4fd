"""One source a participant sends: its layers, who takes which, and what is kept of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from media.native import library
from media.relay.allocation import EVERY, Step
from media.relay.arrival import Arrival
from media.relay.codecs import is_vp8
from media.relay.demand import Demand
from media.relay.layer import Layer
from media.relay.sinks import TapeSink
from media.relay.subscription import Incoming, Subscription
from media.rtp.continuity import offset
from media.rtp.levels import Levels
from media.tape.format import CodecInfo

VIDEO_CEILING_BPS = 1_500_000
"""What one video may use upstream, told by REMB. Lower: a large tile looks soft. Higher: eleven of
them exceed a usual home line."""
LAYERED_CEILING_BPS = 2_500_000
"""The same for all layers of one video together."""
AUDIO_CEILING_BPS = 100_000
TAPED_LAYERS = 2
"""A tape takes the middle of three layers, 360 lines at 300 kbit/s. Lower: faces of 180 lines.
Higher: four times the disk, and a sender that must send the largest even if nobody looks at it."""
TAPED_KEYFRAME_S = 10.0
"""Recordings are entered at key frames; Chromium makes one in 100 s by itself. Lower: more bits are
spent on them. Higher: who jumps waits while everything since the last one is decoded."""
NOMINAL_BPS = (100_000, 300_000, 1_200_000, 2_500_000)
"""Of the layers, from the smallest, until they have been measured."""
UNLAYERED_BPS = (600_000,)
TEMPORAL_SHARES = {Step(0, 0): 0.4, Step(0, 1): 0.6}
"""Of the smallest layer's bits, given a quarter or half of its pictures: libwebrtc's division."""


@dataclass(frozen=True)
class PublicationInfo:
    id: str
    participant: str
    source: str


@dataclass(frozen=True)
class Published:
    answer: str
    publications: dict[str, PublicationInfo]
    """Each sending mid → its publication, new or kept."""
    removed: list[str]


class Publication:
    def __init__(
        self, id: str, participant: str, source: str, codec: CodecInfo, rids: Sequence[str] = ("",)
    ) -> None:
        """`rids`: of the layers, from the smallest to the largest."""
        self.id = id
        self.participant = participant
        self.source = source
        self.codec = codec
        self.kind = codec.mime_type.split("/")[0]
        self.muted = False
        self.repair_type: int | None = None
        self.levels = Levels() if self.kind == "audio" else None
        order = library.new("order")
        self.layers = [Layer(rid, codec, self.levels, order) for rid in rids]
        self.subscriptions: list[Subscription] = []
        self.demand = Demand(len(self.layers))
        self._tape: TapeSink | None = None
        self._taped_keyframe_at = 0.0

    @property
    def rids(self) -> tuple[str, ...]:
        return tuple(layer.rid for layer in self.layers)

    @property
    def layered(self) -> bool:
        return len(self.layers) > 1

    def connect(self, arrival: Arrival, repair_type: int | None = None) -> None:
        """`repair_type`: the payload type of packets sent again, if they have one of their own."""
        self.repair_type = repair_type
        for layer in self.layers:
            layer.connect(arrival, layered=self.layered)

    def close(self) -> None:
        self._tape = None
        self.subscriptions.clear()
        for layer in self.layers:
            layer.close()

    # ---- Who takes it -----------------------------------------------------------------------

    def subscribe(self, subscription: Subscription) -> None:
        """Of a source with layers nothing flows until one is selected."""
        self.subscriptions.append(subscription)
        if not self.layered:
            subscription.wanted = Step(0)
            self._attach(subscription, self.layers[0])

    def succeed(self, subscription: Subscription, now: float) -> None:
        """Continue a row on which another publication was sent. Something must have been received:
        what comes is told apart from what was by its clock."""
        self.subscriptions.append(subscription)
        if not self.layered:
            subscription.wanted = Step(0)
            self._give(subscription, now)

    def _give(self, subscription: Subscription, now: float) -> None:
        """The only layer: at once, or after another source from its next key frame on."""
        layer = self.layers[0]
        if subscription.left is None or subscription.left is layer:
            subscription.rewriter.restart()
            self._attach(subscription, layer)
        elif self.kind == "video":
            layer.at_keyframe(
                subscription, lambda incoming: self._continue(subscription, incoming.timestamp)
            )
        else:
            moment = layer.moment
            self._continue(subscription, int(now * moment.clock_rate) - moment.transit)
        layer.want_keyframe(now)

    def _continue(self, subscription: Subscription, timestamp: int) -> None:
        before, layer, row = subscription.left, self.layers[0], subscription.rewriter.row
        assert before is not None
        shown = (row.timestamp_offset, row.last_timestamp)
        row.timestamp_offset = offset(before.moment, layer.moment, timestamp, *shown)
        row.picture_offset = row.tl0_offset = 0  # only of layers are pictures counted anew
        subscription.rewriter.restart()
        subscription.temporal = subscription.temporal_wanted = EVERY
        self._attach(subscription, layer)

    def unsubscribe(self, subscription: Subscription) -> None:
        if subscription in self.subscriptions:
            self.subscriptions.remove(subscription)
            self._detach(subscription)
            self._forget(subscription)
            subscription.wanted = None

    def select(self, subscription: Subscription, wanted: Step | None, now: float) -> None:
        """Give that from its layer's next key frame on, the same as now until then; None: rest."""
        if wanted == subscription.wanted or subscription not in self.subscriptions:
            return
        subscription.wanted = wanted
        self._forget(subscription)
        if wanted is None:
            self._detach(subscription)
        elif not self.layered:
            self._give(subscription, now)
        elif subscription.layer is self.layers[wanted.layer]:
            subscription.thin(wanted.temporal)
        else:
            layer = self.layers[wanted.layer]
            layer.at_keyframe(
                subscription, lambda incoming: self._move(subscription, wanted.layer, incoming)
            )
            layer.want_keyframe(now)

    def _move(self, subscription: Subscription, place: int, incoming: Incoming) -> None:
        wanted = subscription.wanted
        if wanted is None or wanted.layer != place or incoming.picture is None:
            return  # decided otherwise since
        layer, row = self.layers[place], subscription.rewriter.row
        before = subscription.left
        if before is not None and before is not layer:
            moments = before.moment, layer.moment
            shift = offset(*moments, incoming.timestamp, row.timestamp_offset, row.last_timestamp)
            subscription.rewriter.move(shift, incoming.picture)
        else:
            subscription.rewriter.move(row.timestamp_offset, incoming.picture)
        self._detach(subscription)
        subscription.temporal = subscription.temporal_wanted = wanted.temporal
        self._attach(subscription, layer)

    def _attach(self, subscription: Subscription, layer: Layer) -> None:
        subscription.layer = subscription.left = layer
        layer.add(subscription)

    @staticmethod
    def _detach(subscription: Subscription) -> None:
        if subscription.layer is not None:
            subscription.layer.remove(subscription)
            subscription.layer = None

    def _forget(self, who: object) -> None:
        """It waits for no key frame any more."""
        for layer in self.layers:
            layer.forget(who)

    def resend(self, subscription: Subscription, number: int, now: float, copies: int = 1) -> None:
        """A receiver lost the packet it knows as `number` (16 bits)."""
        if subscription.layer is not None:
            subscription.layer.resend(subscription, number, now, copies)

    def want_keyframe(self, now: float, subscription: Subscription | None = None) -> None:
        """For one receiver; without one, of every layer that somebody takes."""
        if self.kind != "video":
            return
        for place, layer in enumerate(self.layers):
            taken = bool(layer.subscriptions or layer.waiting) or not self.layered
            step = subscription.wanted if subscription is not None else None
            wanted = subscription is None or (step is not None and place == step.layer)
            if wanted and taken:
                layer.want_keyframe(now)

    def set_muted(self, muted: bool, now: float) -> None:
        """Receivers see no hole where it was muted, and video begins again with a key frame."""
        if muted == self.muted:
            return
        self.muted = muted
        if self.levels is not None:
            self.levels.take()
        for layer in self.layers:
            layer.set_muted(muted)
        if not muted:
            self.want_keyframe(now)

    # ---- What is kept -----------------------------------------------------------------------

    @property
    def tape(self) -> TapeSink | None:
        return self._tape

    @property
    def taped_layers(self) -> int:
        """So many layers, from the smallest, the tape can use."""
        return min(TAPED_LAYERS, len(self.layers)) if self._tape is not None else 0

    def record(self, tape: TapeSink | None, now: float) -> None:
        """Write what comes from now on; None: nothing more."""
        self._forget(self._tape)
        self._tape = tape
        for layer in self.layers:
            layer.tape = None if self.layered else tape
        if tape is not None and not self.layered:
            self._enter(self.layers[0], now)
            if is_vp8(self.codec):  # a request may be lost: while somebody waits, it is repeated
                self.layers[0].at_keyframe(tape, lambda incoming: None)
        self.follow(now)

    def follow(self, now: float) -> None:
        """Have the tape take the largest layer sent, from its next key frame on, and get one every
        few seconds. Call a few times a second."""
        for layer in self.layers:
            if layer.tape is not None and now - self._taped_keyframe_at >= TAPED_KEYFRAME_S:
                self._enter(layer, now)
        tape, usable = self._tape, self.layers[: self.taped_layers] if self.layered else []
        live = [layer for layer in usable if layer.meter.live(now)]
        if tape is None or not live or live[-1].tape is not None or tape in live[-1].waiting:
            return
        largest = live[-1]
        largest.at_keyframe(tape, lambda incoming: self._tape_moves(tape, largest))
        self._enter(largest, now)

    def _enter(self, layer: Layer, now: float) -> None:
        layer.want_keyframe(now, at_once=True)  # what is written before it can be shown to nobody
        self._taped_keyframe_at = now

    def _tape_moves(self, tape: TapeSink, layer: Layer) -> None:
        if self._tape is tape:
            for other in self.layers:
                other.tape = tape if other is layer else None

    # ---- Figures ----------------------------------------------------------------------------

    def ask(self, now: float) -> None:
        for layer in self.layers:
            layer.ask(now)

    def measure(self, now: float) -> None:
        """Call about each second."""
        for layer in self.layers:
            layer.meter.read(now)

    def steps(self, now: float) -> dict[Step, float]:
        """What a receiver may be given now, from the smallest, with its bits per second."""
        if self.muted:
            return {}
        guesses = NOMINAL_BPS if self.layered else UNLAYERED_BPS
        rates = {
            Step(place): layer.meter.bps or guess
            for place, (layer, guess) in enumerate(zip(self.layers, guesses, strict=False))
            if layer.meter.live(now)
        }
        smallest = rates.get(Step(0))
        if smallest is None or not self.layers[0].temporal:
            return rates
        thinned = {step: share * smallest for step, share in TEMPORAL_SHARES.items()}
        return thinned | rates

    @property
    def received(self) -> int:
        return sum(layer.reception.received for layer in self.layers)

    @property
    def ceiling_bps(self) -> int:
        if self.kind == "audio":
            return AUDIO_CEILING_BPS
        return LAYERED_CEILING_BPS if self.layered else VIDEO_CEILING_BPS
