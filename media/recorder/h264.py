"""H.264 in RTP (RFC 6184, packetisation modes 0 and 1): single NAL units, STAP-A, FU-A.

A picture is an access unit in Annex B form. Parameter sets stay in it; a key frame that comes
without them gets those that were sent last, so that a player may begin at any key frame.
"""

from collections.abc import Iterator, Sequence

from media.recorder.bits import Bits
from media.recorder.pictures import Part

SLICE, IDR, SPS, PPS, DELIMITER = 1, 5, 7, 8, 9
STAP_A, FU_A = 24, 28
PREFIX = b"\x00\x00\x00\x01"
CHROMA_PROFILES = (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135)
"""Profiles whose parameter set says how colours are sampled (ITU-T H.264 §7.3.2.1.1)."""


class H264:
    name = "h264"

    def __init__(self) -> None:
        self._sps = self._pps = b""

    def read(self, payload: bytes) -> Part:
        kind, at = payload[0] & 0x1F, 0
        if kind == STAP_A:
            kind, at = payload[3] & 0x1F, 3
        elif kind == FU_A:
            if not payload[1] & 0x80:
                return Part(payload, False)
            kind, at = payload[1] & 0x1F, 1
        elif not 1 <= kind <= 23:
            raise ValueError(f"packets of type {kind} are of another packetisation mode")
        begins = kind in (SPS, DELIMITER)
        if kind in (SLICE, IDR):  # first_mb_in_slice is 0, which is one bit
            begins = bool(payload[at + 1] & 0x80)
        return Part(payload, True if begins else None)

    def join(self, parts: Sequence[bytes]) -> bytes:
        units = [unit for unit in _units(parts) if unit]
        kinds = {unit[0] & 0x1F for unit in units}
        for unit in units:
            if unit[0] & 0x1F == SPS:
                self._sps = unit
            elif unit[0] & 0x1F == PPS:
                self._pps = unit
        if not kinds & {SLICE, IDR}:
            return b""
        if IDR in kinds and not {SPS, PPS} <= kinds:
            at = units[0][0] & 0x1F == DELIMITER
            rest = [unit for unit in units[at:] if unit[0] & 0x1F not in (SPS, PPS)]
            units = [unit for unit in (*units[:at], self._sps, self._pps) if unit] + rest
        return b"".join(PREFIX + unit for unit in units)

    def size(self, picture: bytes) -> tuple[int, int] | None:
        sps, kinds = b"", set()
        for unit in split(picture):
            kinds.add(unit[0] & 0x1F)
            sps = unit if unit[0] & 0x1F == SPS else sps
        if not {IDR, SPS, PPS} <= kinds:
            return None
        try:
            return _sps_size(Bits(sps[1:].replace(b"\x00\x00\x03", b"\x00\x00")))
        except ValueError:
            return None


def split(picture: bytes) -> list[bytes]:
    """The NAL units of an Annex B picture."""
    pieces = picture.replace(PREFIX, PREFIX[1:]).split(PREFIX[1:])
    return [piece for piece in pieces if piece]


def _units(parts: Sequence[bytes]) -> Iterator[bytes]:
    cut: bytearray | None = None
    for payload in parts:
        kind = payload[0] & 0x1F
        if kind == FU_A:
            if payload[1] & 0x80:
                cut = bytearray([payload[0] & 0xE0 | payload[1] & 0x1F])
            if cut is None:
                raise ValueError("a fragment without a beginning")
            cut += payload[2:]
            if payload[1] & 0x40:
                yield bytes(cut)
                cut = None
            continue
        if cut is not None:
            raise ValueError("a fragment without an end")
        if kind == STAP_A:
            yield from _aggregated(payload)
        else:
            yield payload
    if cut is not None:
        raise ValueError("a fragment without an end")


def _aggregated(payload: bytes) -> Iterator[bytes]:
    at = 1
    while at < len(payload):
        length = int.from_bytes(payload[at : at + 2], "big")
        at += 2
        if not length or at + length > len(payload):
            raise ValueError("a unit longer than its packet")
        yield payload[at : at + length]
        at += length


def _sps_size(bits: Bits) -> tuple[int, int]:
    """From a sequence parameter set (ITU-T H.264 §7.3.2.1.1)."""
    profile = bits.take(8)
    bits.take(16)
    bits.golomb()
    chroma = _chroma(bits) if profile in CHROMA_PROFILES else 1
    bits.golomb()
    _skip_order(bits)
    bits.golomb()
    bits.take(1)
    across, down = bits.golomb() + 1, bits.golomb() + 1
    fields = 1 if bits.flag() else 2
    if fields == 2:
        bits.take(1)
    bits.take(1)
    width, height = 16 * across, 16 * down * fields
    if bits.flag():
        left, right, top, bottom = (bits.golomb() for _ in range(4))
        width -= (left + right) * (2 if chroma in (1, 2) else 1)
        height -= (top + bottom) * (2 if chroma == 1 else 1) * fields
    if not 0 < width <= 0x4000 or not 0 < height <= 0x4000:
        raise ValueError("no picture is as large")
    return width, height


def _chroma(bits: Bits) -> int:
    chroma = bits.golomb()
    if chroma == 3:
        bits.take(1)
    bits.golomb()
    bits.golomb()
    bits.take(1)
    if bits.flag():
        for number in range(8 if chroma != 3 else 12):
            if bits.flag():
                _skip_scaling(bits, 16 if number < 6 else 64)
    return chroma


def _skip_scaling(bits: Bits, count: int) -> None:
    last = following = 8
    for _ in range(count):
        if following:
            following = (last + bits.signed_golomb()) % 256
        last = following or last


def _skip_order(bits: Bits) -> None:
    """How the order of pictures is counted."""
    kind = bits.golomb()
    if kind == 0:
        bits.golomb()
    elif kind == 1:
        bits.take(1)
        bits.golomb()
        bits.golomb()
        for _ in range(min(bits.golomb(), 255)):
            bits.golomb()
