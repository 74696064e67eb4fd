"""Whose packet it is: the SSRCs of one uplink, announced or found out."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from media.relay.description import MID_URI, REPAIRED_RID_URI, RID_URI, RemoteMedia
from media.relay.layer import Layer
from media.relay.publication import Publication
from media.rtp.header import find_extension

MOST_SSRCS = 32
"""Sources of one participant known at a time. Lower: simulcast layers do not fit. Higher: one who
invents SSRCs takes memory."""


class Stream(NamedTuple):
    publication: Publication
    layer: Layer


class Streams:
    def __init__(self) -> None:
        self.publications: dict[str, Publication] = {}
        """By mid."""
        self._known: dict[int, Stream] = {}
        self._repairs: dict[int, int] = {}
        """SSRC of packets sent again → the SSRC they belong to."""
        self._mid_id = self._rid_id = self._repaired_id = 0

    def describe(
        self, publications: dict[str, Publication], media: Mapping[str, RemoteMedia]
    ) -> None:
        """What is sent from now on, by mid. What is no longer among it is forgotten."""
        self.publications = publications
        kept = publications.values()
        self._known = {ssrc: s for ssrc, s in self._known.items() if s.publication in kept}
        self._repairs = {s: of for s, of in self._repairs.items() if of in self._known}
        for mid, section in media.items():
            self._mid_id = section.extensions.get(MID_URI, 0)
            self._rid_id = section.extensions.get(RID_URI, self._rid_id)
            self._repaired_id = section.extensions.get(REPAIRED_RID_URI, self._repaired_id)
            publication = publications[mid]
            if len(section.ssrcs) == 1 and not publication.layered:
                self._bind(section.ssrcs[0], Stream(publication, publication.layers[0]))
                self._repairs |= section.repairs

    def clear(self) -> None:
        self.publications = {}
        self._known = {}
        self._repairs = {}

    def __iter__(self) -> Iterator[tuple[int, Stream]]:
        return iter(self._known.items())

    def get(self, ssrc: int) -> Stream | None:
        return self._known.get(ssrc)

    def repaired(self, ssrc: int, packet: bytearray) -> tuple[int, Stream] | None:
        """What a packet on a row for packets sent again belongs to: its SSRC and stream."""
        if ssrc not in self._repairs:
            self._discover_repair(ssrc, packet)
        of = self._repairs.get(ssrc)
        stream = self._known.get(of) if of is not None else None
        if of is None or stream is None or packet[1] & 0x7F != stream.publication.repair_type:
            return None
        return of, stream

    def _discover_repair(self, ssrc: int, packet: bytearray) -> None:
        """By the layer it names (RFC 8852 §3.2)."""
        mid, rid = self._text(packet, self._mid_id), self._text(packet, self._repaired_id)
        publication = self.publications.get(mid) if mid is not None else None
        if publication is None or rid is None or len(self._repairs) >= MOST_SSRCS:
            return
        for layer in publication.layers:
            if layer.rid == rid and layer.ssrc is not None:
                self._repairs[ssrc] = layer.ssrc

    def discover(self, ssrc: int, packet: bytearray) -> Stream | None:
        """By its mid (RFC 8843 §9.2) and the layer it names, else by a payload type that only one
        publication without an SSRC has; binds its SSRC. A foreign payload type binds nothing."""
        payload_type = packet[1] & 0x7F
        fitting = [p for p in self.publications.values() if p.codec.payload_type == payload_type]
        mid = self._text(packet, self._mid_id)
        if mid is not None:
            named = self.publications.get(mid)
            fitting = [named] if named is not None and named in fitting else []
        else:
            bound = [stream.publication for stream in self._known.values()]
            fitting = [p for p in fitting if p not in bound and not p.layered]
        if len(fitting) != 1:
            return None
        rid = self._text(packet, self._rid_id) if fitting[0].layered else ""
        layer = next((layer for layer in fitting[0].layers if layer.rid == rid), None)
        if layer is None:
            return None
        stream = Stream(fitting[0], layer)
        self._bind(ssrc, stream)
        return stream

    def _bind(self, ssrc: int, stream: Stream) -> None:
        if len(self._known) >= MOST_SSRCS:
            del self._known[next(iter(self._known))]
        for old in [s for s, known in self._known.items() if known.layer is stream.layer]:
            del self._known[old]
        self._known[ssrc] = stream
        stream.layer.bind(ssrc)

    @staticmethod
    def _text(packet: bytearray, extension: int) -> str | None:
        try:
            value = find_extension(packet, extension) if extension else None
        except ValueError:
            return None
        return value.decode("ascii", "replace") if value is not None else None

    def tell(self, peer: Any) -> None:
        """The C packet path's table, written anew."""
        peer.source_count = len(self._known)
        for place, (ssrc, stream) in enumerate(self._known.items()):
            peer.ssrcs[place], peer.sources[place] = ssrc, stream.layer.native
