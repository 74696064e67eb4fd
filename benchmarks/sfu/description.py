"""The SDP of the load clients: what a browser would offer and answer, and what comes back."""

import re
from dataclasses import dataclass

from .addresses import own_address

MICROPHONE_MID, CAMERA_MID = "0", "1"
OPUS, VP8, VP8_RTX = 111, 96, 97
PRIORITY = 2_130_706_431
"""Of the one host candidate (RFC 8445 §5.1.2)."""
EXTENSIONS = {
    1: "urn:ietf:params:rtp-hdrext:sdes:mid",
    2: "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
}
"""Those which both servers understand. No transport-wide feedback: Janus would work for it, and
our relay does not offer it yet."""

# Lines of an offered media section that an answer gives back unchanged.
_ECHOED = (
    "a=mid:",
    "a=extmap:",
    "a=rtpmap:",
    "a=fmtp:",
    "a=rtcp-fb:",
    "a=rtcp-mux",
    "a=rtcp-rsize",
)


@dataclass(frozen=True)
class Local:
    """One end of a peer connection as its SDP names it."""

    user: str
    password: str
    fingerprint: str
    address: tuple[str, int]


@dataclass(frozen=True)
class Remote:
    user: str
    password: str
    fingerprint: tuple[str, str]
    """Algorithm and value."""
    setup: str
    address: tuple[str, int]
    extensions: frozenset[str]
    lite: bool
    """Never checks connectivity itself (RFC 8445 §2.5): the other side is in control."""


def offer(local: Local, name: str, microphone_ssrc: int, camera_ssrc: int) -> str:
    """A browser's uplink: one microphone, one camera, sent only."""
    audio = [
        f"m=audio 9 UDP/TLS/RTP/SAVPF {OPUS}",
        *_section(local, MICROPHONE_MID, "sendonly", "actpass"),
        f"a=msid:{name} {name}-microphone",
        *_extmaps(1, 2),
        f"a=rtpmap:{OPUS} opus/48000/2",
        f"a=fmtp:{OPUS} minptime=10;useinbandfec=1",
        f"a=ssrc:{microphone_ssrc} cname:{name}",
    ]
    video = [
        f"m=video 9 UDP/TLS/RTP/SAVPF {VP8} {VP8_RTX}",
        *_section(local, CAMERA_MID, "sendonly", "actpass"),
        f"a=msid:{name} {name}-camera",
        *_extmaps(1),
        f"a=rtpmap:{VP8} VP8/90000",
        *(f"a=rtcp-fb:{VP8} {f}" for f in ("ccm fir", "nack", "nack pli")),
        f"a=rtpmap:{VP8_RTX} rtx/90000",
        f"a=fmtp:{VP8_RTX} apt={VP8}",
        f"a=ssrc-group:FID {camera_ssrc} {camera_ssrc + 1}",
        f"a=ssrc:{camera_ssrc} cname:{name}",
        f"a=ssrc:{camera_ssrc + 1} cname:{name}",
    ]
    return _text([*_head([MICROPHONE_MID, CAMERA_MID]), *audio, *video])


def answer(offered: str, local: Local) -> str:
    """Accept every section of a downlink offer as it stands, and receive."""
    sections = _sections(offered)[1:]
    mids = [mid for section in sections if (mid := _value(section, "a=mid:"))]
    lines = _head(mids)
    for section in sections:
        live = "a=sendonly" in section or "a=sendrecv" in section
        lines.append(section[0])
        lines += _section(local, None, "recvonly" if live else "inactive", "active")
        lines += [line for line in section if line.startswith(_ECHOED) and not _declined(line)]
    return _text(lines)


def read(description: str) -> Remote:
    """What is needed to connect to the peer; raises ValueError when something is missing."""
    address = None
    for found in re.finditer(r"a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host", description, re.I):
        if ":" not in found[1] and (address is None or found[1] == own_address()):
            address = (found[1], int(found[2]))
    lines = description.splitlines()
    user, password = _value(lines, "a=ice-ufrag:"), _value(lines, "a=ice-pwd:")
    fingerprint, setup = _value(lines, "a=fingerprint:"), _value(lines, "a=setup:")
    if not (address and user and password and fingerprint and setup):
        raise ValueError(f"the description lacks something to connect with:\n{description}")
    algorithm, _, value = fingerprint.partition(" ")
    extensions = re.findall(r"a=extmap:\d+(?:/\w+)? (\S+)", description)
    return Remote(
        user,
        password,
        (algorithm, value),
        setup,
        address,
        frozenset(extensions),
        "a=ice-lite" in lines,
    )


def _head(mids: list[str]) -> list[str]:
    return [
        "v=0",
        "o=- 1 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        f"a=group:BUNDLE {' '.join(mids)}",
        "a=extmap-allow-mixed",
        "a=msid-semantic: WMS *",
    ]


def _section(local: Local, mid: str | None, direction: str, setup: str) -> list[str]:
    lines = [
        "c=IN IP4 127.0.0.1",
        f"a=ice-ufrag:{local.user}",
        f"a=ice-pwd:{local.password}",
        f"a=fingerprint:sha-256 {local.fingerprint}",
        f"a=setup:{setup}",
        f"a={direction}",
        f"a=candidate:1 1 udp {PRIORITY} {local.address[0]} {local.address[1]} typ host",
        "a=end-of-candidates",
    ]
    return lines if mid is None else [*lines, f"a=mid:{mid}", "a=rtcp-mux", "a=rtcp-rsize"]


def _declined(line: str) -> bool:
    if line.startswith("a=extmap:"):
        return line.split()[-1] not in EXTENSIONS.values()
    return line.endswith("transport-cc")


def _extmaps(*ids: int) -> list[str]:
    return [f"a=extmap:{number} {EXTENSIONS[number]}" for number in ids]


def _sections(description: str) -> list[list[str]]:
    sections: list[list[str]] = [[]]
    for line in description.splitlines():
        if line.startswith("m="):
            sections.append([])
        sections[-1].append(line)
    return sections


def _value(lines: list[str], prefix: str) -> str | None:
    return next((line[len(prefix) :].strip() for line in lines if line.startswith(prefix)), None)


def _text(lines: list[str]) -> str:
    return "\r\n".join(lines) + "\r\n"
