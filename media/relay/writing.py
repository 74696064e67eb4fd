"""Session descriptions as the relay writes them: the uplink's answer, the downlink's offer.

Both are ICE-lite with every candidate inside (RFC 8445, no trickle), one BUNDLE, rtcp-mux.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aioice import Candidate
from aioice.candidate import candidate_foundation, candidate_priority

from media.relay.codecs import CARRIED, of
from media.relay.description import (
    LEVEL_URI,
    SEQUENCE_URI,
    UPLINK_EXTENSIONS,
    RemoteDescription,
    RemoteMedia,
    carried,
)
from media.relay.ice import Credentials
from media.tape.format import CodecInfo

LEVEL_ID, SEQUENCE_ID = 1, 2
"""The header extensions on the downlink: the audio level, and the transport-wide number that we
write over the publisher's own. Receivers find a stream by the SSRC in the description, so no packet
needs to carry its mid; a publisher's send time is not ours."""


@dataclass(frozen=True)
class LocalSide:
    """What every m-section of ours repeats: where we are and who we are."""

    credentials: Credentials
    fingerprint: tuple[str, str]
    candidates: Sequence[str]
    """`a=candidate` values."""
    setup: str

    def lines(self) -> list[str]:
        algorithm, value = self.fingerprint
        return [
            "c=IN IP4 0.0.0.0",
            "a=rtcp-mux",
            "a=rtcp-rsize",
            f"a=ice-ufrag:{self.credentials.ufrag}",
            f"a=ice-pwd:{self.credentials.password}",
            f"a=fingerprint:{algorithm} {value}",
            f"a=setup:{self.setup}",
            *(f"a=candidate:{candidate}" for candidate in self.candidates),
            "a=end-of-candidates",
        ]


@dataclass(frozen=True)
class OfferedSection:
    """One m-section of a downlink offer; without `msid` it is inactive."""

    mid: str
    kind: str
    ssrc: int
    repair_ssrc: int
    """Under which packets are sent again (RFC 4588 §8.8); video only."""
    msid: str | None
    cname: str
    codec: CodecInfo | None = None
    """As its sender describes it; None: the usual one of its kind."""


def host_candidates(addresses: Sequence[str], port: int) -> list[str]:
    """One host candidate per address, the first preferred (RFC 8445 §5.1.2)."""
    found = []
    for rank, address in enumerate(addresses):
        candidate = Candidate(
            foundation=candidate_foundation("host", "udp", address),
            component=1,
            transport="udp",
            priority=candidate_priority(1, "host", 65535 - rank),
            host=address,
            port=port,
            type="host",
        )
        found.append(candidate.to_sdp())
    return found


def write_answer(
    remote: RemoteDescription, accepted: Mapping[str, RemoteMedia], local: LocalSide, version: int
) -> str:
    """Every section of the offer answered: received, inactive, or rejected if not media."""
    bundled = [m.mid for m in remote.media if carried(m)]
    lines = write_session(bundled, version)
    for media in remote.media:
        if not carried(media):
            lines += write_rejected(media)
            continue
        known = media.extensions
        direction = "recvonly" if media.mid in accepted else "inactive"
        ids = {uri: known[uri] for uri in UPLINK_EXTENSIONS if uri in known}
        lines += _answered(media, direction, ids, media.feedback, local)
        if media.rids:
            lines += [f"a=rid:{rid} recv" for rid in media.rids]
            lines += [f"a=simulcast:recv {';'.join(media.rids)}"]
    return "\r\n".join(lines) + "\r\n"


def write_rejected(media: RemoteMedia) -> list[str]:
    lines = [f"m={media.kind} 0 {media.protocol} {media.formats}", f"a=mid:{media.mid}"]
    return [*lines, "c=IN IP4 0.0.0.0", "a=inactive"]


def write_sent(
    media: RemoteMedia, section: OfferedSection, ids: Mapping[str, int], local: LocalSide
) -> list[str]:
    """A section of an offer answered by sending, with the header extensions of these ids."""
    heard = media.feedback if SEQUENCE_URI in ids else _without_estimates(media.feedback)
    return [*_answered(media, "sendonly", ids, heard, local), *_sources(section, media.repair_type)]


def _without_estimates(feedback: Sequence[str]) -> tuple[str, ...]:
    return tuple(value for value in feedback if value != "transport-cc")


def _answered(
    media: RemoteMedia,
    direction: str,
    ids: Mapping[str, int],
    feedback: Sequence[str],
    local: LocalSide,
) -> list[str]:
    """Under the offer's own payload types and extension ids."""
    codec = media.codec
    assert codec is not None
    repair = "" if media.repair_type is None else f" {media.repair_type}"
    lines = [f"m={media.kind} 9 {media.protocol} {codec.payload_type}{repair}", *local.lines()]
    lines += [f"a=mid:{media.mid}", f"a={direction}"]
    lines += [f"a=extmap:{id_} {uri}" for uri, id_ in ids.items()]
    name = _rtpmap(codec.mime_type, codec.clock_rate, codec.channels, media.kind)
    fmtp = _quiet(codec.fmtp) if media.kind == "audio" and direction == "recvonly" else codec.fmtp
    lines += _codec(codec.payload_type, name, feedback, fmtp)
    if media.repair_type is not None:
        lines += _repair(media.repair_type, codec.payload_type)
    return lines


def write_offer(sections: Sequence[OfferedSection], local: LocalSide, version: int) -> str:
    lines = write_session([s.mid for s in sections], version)
    for section in sections:
        audio = section.kind == "audio"
        codec = of(section.codec.mime_type) if section.codec else CARRIED[section.kind][0]
        number = codec.payload_type
        formats = f"{number}" if audio else f"{number} {number + 1}"
        lines += [f"m={section.kind} 9 UDP/TLS/RTP/SAVPF {formats}"]
        lines += local.lines()
        lines += [f"a=mid:{section.mid}", f"a=extmap:{SEQUENCE_ID} {SEQUENCE_URI}"]
        if audio:
            lines += [f"a=extmap:{LEVEL_ID} {LEVEL_URI}"]
            repeats = ("nack", "transport-cc")
            lines += _codec(number, "opus/48000/2", repeats, "minptime=10;useinbandfec=1")
        else:
            wanted = ("nack", "nack pli", "ccm fir", "transport-cc")
            name = f"{codec.mime_type.split('/')[1].upper()}/{codec.clock_rate}"
            lines += _codec(number, name, wanted, section.codec.fmtp if section.codec else "")
            lines += _repair(number + 1, number)
        if section.msid is None:
            lines += ["a=inactive"]
            continue
        lines += ["a=sendonly", *_sources(section, None if audio else number + 1)]
    return "\r\n".join(lines) + "\r\n"


def _sources(section: OfferedSection, repair_type: int | None) -> list[str]:
    """Under which SSRCs it is sent (RFC 5576), and as which track of which stream."""
    lines, ssrcs = [f"a=msid:{section.msid}"], [section.ssrc]
    if repair_type is not None:
        ssrcs.append(section.repair_ssrc)
        lines += [f"a=ssrc-group:FID {section.ssrc} {section.repair_ssrc}"]
    for ssrc in ssrcs:
        lines += [f"a=ssrc:{ssrc} cname:{section.cname}", f"a=ssrc:{ssrc} msid:{section.msid}"]
    return lines


def _quiet(fmtp: str) -> str:
    """Asks the sender to send next to nothing while nobody speaks (DTX, RFC 7587 §6.1): of eight
    people seven are silent, and on a narrow line pictures live on what they leave."""
    return fmtp if "usedtx" in fmtp else ";".join(filter(None, (fmtp, "usedtx=1")))


def write_session(bundled: Sequence[str], version: int) -> list[str]:
    return [
        "v=0",
        f"o=- 1 {version} IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        f"a=group:BUNDLE {' '.join(bundled)}",
        "a=msid-semantic: WMS *",
    ]


def _rtpmap(mime_type: str, clock_rate: int, channels: int, kind: str) -> str:
    name = f"{mime_type.split('/')[1]}/{clock_rate}"
    return f"{name}/{channels}" if kind == "audio" and channels > 1 else name


def _repair(payload_type: int, repaired: int) -> list[str]:
    return [f"a=rtpmap:{payload_type} rtx/90000", f"a=fmtp:{payload_type} apt={repaired}"]


def _codec(payload_type: int, rtpmap: str, feedback: Sequence[str], fmtp: str) -> list[str]:
    lines = [f"a=rtpmap:{payload_type} {rtpmap}"]
    lines += [f"a=rtcp-fb:{payload_type} {value}" for value in feedback]
    if fmtp:
        lines += [f"a=fmtp:{payload_type} {fmtp}"]
    return lines
