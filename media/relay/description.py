"""What the browser described (SDP, RFC 8866), reduced to what the relay needs of it."""

import re
from dataclasses import dataclass, field

from aiortc.sdp import MediaDescription, SessionDescription

from media.relay.codecs import described, is_vp8, taken
from media.relay.ice import Credentials
from media.relay.refusals import MediaRefused
from media.tape.format import CodecInfo

MID_URI = "urn:ietf:params:rtp-hdrext:sdes:mid"
LEVEL_URI = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
SEND_TIME_URI = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
SEQUENCE_URI = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
RID_URI = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
REPAIRED_RID_URI = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
UPLINK_EXTENSIONS = (
    MID_URI,
    LEVEL_URI,
    SEND_TIME_URI,
    SEQUENCE_URI,
    RID_URI,
    REPAIRED_RID_URI,
)

FEEDBACK = {
    "audio": ("nack", "transport-cc"),
    "video": ("nack", "nack pli", "ccm fir", "goog-remb", "transport-cc"),
}
MOST_SECTIONS = 64
MOST_LINES = 500
"""Of one section. Browsers write some 150; aiortc's parser takes the square of their number."""
MOST_LAYERS = 4
TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,16}")
UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}")
PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}")


@dataclass(frozen=True)
class RemoteMedia:
    """One m-section of the browser's description."""

    mid: str
    kind: str
    direction: str
    rejected: bool
    protocol: str
    formats: str
    codec: CodecInfo | None
    """The one we carry, under the browser's own payload type number."""
    feedback: tuple[str, ...] = ()
    extensions: dict[str, int] = field(default_factory=dict)
    ssrcs: tuple[int, ...] = ()
    repair_type: int | None = None
    """Payload type of what is sent again (RTX, RFC 4588), if the browser can."""
    repairs: dict[int, int] = field(default_factory=dict)
    """SSRC of what is sent again → the SSRC it belongs to (RFC 5576 FID)."""
    rids: tuple[str, ...] = ()
    """Of the layers it sends (RFC 8853), in its own order: from the smallest to the largest. Layers
    are for VP8, whose pictures we can tell apart; of other codecs one is taken."""

    @property
    def sends(self) -> bool:
        return not self.rejected and self.direction in ("sendonly", "sendrecv")

    @property
    def receives(self) -> bool:
        return not self.rejected and self.direction in ("recvonly", "sendrecv")


@dataclass(frozen=True)
class RemoteDescription:
    media: tuple[RemoteMedia, ...]
    credentials: Credentials
    fingerprints: tuple[tuple[str, str], ...]
    setup: str
    """DTLS role of the browser: auto (actpass), client (active) or server (passive)."""


def carried(media: RemoteMedia) -> bool:
    """Whether we can answer this section with anything but a rejection."""
    return media.codec is not None and not media.rejected


def parse(sdp: str) -> RemoteDescription:
    """Raises MediaRefused, whatever is in `sdp`."""
    session_lines, *sections = re.split(r"^m=", sdp, flags=re.MULTILINE)
    longest = max(len(text.splitlines()) for text in (session_lines, *sections))
    if len(sections) > MOST_SECTIONS or longest > MOST_LINES:
        raise MediaRefused(field="sdp")
    try:
        session = SessionDescription.parse(sdp)
        media = tuple(_media(*pair) for pair in zip(session.media, sections, strict=True))
    except MediaRefused:
        raise
    except Exception as error:  # aiortc's parser asserts, indexes and converts without a net
        raise MediaRefused(field="sdp") from error
    mids = [section.mid for section in media]
    if not media or len(set(mids)) != len(mids):
        raise MediaRefused(field="sdp")
    for section, told in zip(session.media, media, strict=True):
        credentials = _credentials(section)
        if credentials and section.dtls and section.dtls.fingerprints and not told.rejected:
            fingerprints = tuple((f.algorithm, f.value) for f in section.dtls.fingerprints)
            return RemoteDescription(media, credentials, fingerprints, section.dtls.role)
    raise MediaRefused(field="sdp")


def _credentials(section: MediaDescription) -> Credentials | None:
    if section.ice is None:
        return None
    ufrag, password = section.ice.usernameFragment or "", section.ice.password or ""
    if UFRAG.fullmatch(ufrag) and PASSWORD.fullmatch(password):
        return Credentials(ufrag, password)
    return None


def _bundle_only(text: str) -> bool:
    """Whether a section is offered on the port of the bundle alone (RFC 8843 §6).

    Such a section says port 0 and is not rejected; the parser forgets the difference.
    """
    return re.search(r"^a=bundle-only\s*$", text, re.MULTILINE) is not None


def _rids(text: str) -> tuple[str, ...]:
    """Of a section's simulcast streams (RFC 8853 §5.1), which the parser does not know.

    Alternatives (`a,b`) and pauses (`~a`) are not used by browsers; the first of them counts.
    """
    found = re.search(r"^a=simulcast:.*?\bsend ([^\s]+)", text, re.MULTILINE)
    if found is None:
        return ()
    rids = tuple(stream.split(",")[0].lstrip("~") for stream in found[1].split(";"))
    if len(rids) > MOST_LAYERS:
        raise MediaRefused(field="sdp")
    known = all(
        TOKEN.fullmatch(rid) and re.search(rf"^a=rid:{re.escape(rid)} send\b", text, re.MULTILINE)
        for rid in rids
    )
    if not known or len(set(rids)) != len(rids):
        raise MediaRefused(field="sdp")
    return rids if len(rids) > 1 else ()


def _media(section: MediaDescription, text: str) -> RemoteMedia:
    mid = section.rtp.muxId or ""
    if not TOKEN.fullmatch(mid) or not re.fullmatch(r"[a-z]{1,16}", section.kind):
        raise MediaRefused(field="sdp")
    codec, feedback = _codec(section)
    repairs = {
        int(g.items[1]): int(g.items[0])
        for g in section.ssrc_group
        if g.semantic == "FID" and len(g.items) > 1
    }
    return RemoteMedia(
        mid=mid,
        kind=section.kind,
        direction=section.direction or "sendrecv",
        rejected=section.port == 0 and not _bundle_only(text),
        protocol=section.profile,
        formats=" ".join(map(str, section.fmt)),
        codec=codec,
        feedback=feedback,
        extensions={e.uri: e.id for e in section.rtp.headerExtensions if 0 < e.id < 255},
        ssrcs=tuple(s.ssrc for s in section.ssrc if s.ssrc not in repairs and s.ssrc >> 32 == 0),
        repair_type=_repair_type(section, codec),
        repairs=repairs,
        rids=_rids(text) if codec is not None and is_vp8(codec) else (),
    )


def _repair_type(section: MediaDescription, codec: CodecInfo | None) -> int | None:
    for other in section.rtp.codecs:
        number = other.payloadType
        if codec is None or number is None or other.name.lower() != "rtx":
            continue
        if 0 <= number <= 127 and str(other.parameters.get("apt")) == str(codec.payload_type):
            return int(number)
    return None


def _codec(section: MediaDescription) -> tuple[CodecInfo | None, tuple[str, ...]]:
    codec = taken(section.kind, section.rtp.codecs)
    if codec is None:
        return None, ()
    offered = {" ".join(filter(None, (f.type, f.parameter))) for f in codec.rtcpFeedback}
    return described(codec), tuple(f for f in FEEDBACK[section.kind] if f in offered)
