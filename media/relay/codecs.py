"""The codecs that are carried, and which of an offer is taken. Nothing is transcoded: a receiver
must understand what the sender sends."""

from collections.abc import Iterable
from typing import NamedTuple

from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.sdp import parameters_to_sdp

from media.tape.format import CodecInfo


class Carried(NamedTuple):
    mime_type: str
    """In lower case."""
    clock_rate: int
    payload_type: int
    """On the downlink: the offerer's choice (RFC 3264 §5.1), libwebrtc's usual ones. What is sent
    again (RTX) has the next."""
    kept: tuple[str, ...]
    """Of its format's parameters, those that both ends must know."""


OPUS = Carried("audio/opus", 48_000, 111, ("minptime", "useinbandfec", "usedtx"))
VP8 = Carried("video/vp8", 90_000, 96, ())
CARRIED = {
    "audio": (OPUS,),
    # VP8 first: every browser has it, it comes in layers, and recordings are made of it.
    "video": (
        VP8,
        Carried(
            "video/h264",
            90_000,
            98,
            ("profile-level-id", "packetization-mode", "level-asymmetry-allowed"),
        ),
        Carried("video/vp9", 90_000, 100, ("profile-id",)),
        Carried("video/av1", 90_000, 102, ("profile", "level-idx", "tier")),
    ),
}


def taken(kind: str, offered: Iterable[RTCRtpCodecParameters]) -> RTCRtpCodecParameters | None:
    """The one of an m-section that we take; None: it has none that we carry."""
    offered = list(offered)
    for carried in CARRIED.get(kind, ()):
        for codec in offered:
            if _is(carried, codec):
                return codec
    return None


def _is(carried: Carried, codec: RTCRtpCodecParameters) -> bool:
    if codec.mimeType.lower() != carried.mime_type or codec.clockRate != carried.clock_rate:
        return False
    if codec.payloadType is None or not 0 <= codec.payloadType <= 127:
        return False
    # Mode 0 has no fragments: pictures larger than a packet could not be sent (RFC 6184 §6.2).
    mode = str(codec.parameters.get("packetization-mode", 0))
    return carried.mime_type != "video/h264" or mode == "1"


def described(codec: RTCRtpCodecParameters) -> CodecInfo:
    """`codec` must be one that was `taken`."""
    assert codec.payloadType is not None
    parameters = {k: v for k, v in codec.parameters.items() if k in of(codec.mimeType).kept}
    return CodecInfo(
        mime_type=codec.mimeType,
        clock_rate=codec.clockRate,
        channels=codec.channels or 1,
        payload_type=codec.payloadType,
        fmtp=parameters_to_sdp(parameters),
    )


def of(mime_type: str) -> Carried:
    """KeyError for a codec that is not carried."""
    known = {carried.mime_type: carried for kind in CARRIED.values() for carried in kind}
    return known[mime_type.lower()]


def is_vp8(codec: CodecInfo) -> bool:
    return codec.mime_type.lower() == VP8.mime_type
