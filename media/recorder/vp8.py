"""VP8 in RTP (RFC 7741), as much as telling pictures apart needs."""

from collections.abc import Sequence

from media.recorder.pictures import Part


class Vp8:
    name = "vp8"

    def read(self, payload: bytes) -> Part:
        """The descriptor (§4.2)."""
        first, at = payload[0], 1
        base, layer = None, 0
        if first & 0x80:
            extension, at = payload[1], 2
            if extension & 0x80:
                at += 2 if payload[at] & 0x80 else 1
            if extension & 0x40:
                base, at = payload[at], at + 1
            if extension & 0x30:
                layer, at = payload[at] >> 6 if extension & 0x20 else 0, at + 1
        if len(payload) <= at:
            raise ValueError("nothing after the descriptor")
        starts = bool(first & 0x10) and not first & 0x07
        return Part(payload[at:], starts, base=base, layer=layer)

    def join(self, parts: Sequence[bytes]) -> bytes:
        return b"".join(parts)

    def size(self, picture: bytes) -> tuple[int, int] | None:
        """From the frame header (RFC 6386 §9.1)."""
        if len(picture) < 10 or picture[0] & 1 or picture[3:6] != b"\x9d\x01\x2a":
            return None
        width = int.from_bytes(picture[6:8], "little") & 0x3FFF
        return width, int.from_bytes(picture[8:10], "little") & 0x3FFF
