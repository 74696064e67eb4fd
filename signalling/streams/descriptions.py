"""What a program says of its media: an offer to publish, a fragment about its ICE session. Pure.

A fragment (`application/trickle-ice-sdpfrag`, RFC 8840 §9) holds candidates, or new credentials
that ask for an ICE restart.
"""

import re
from dataclasses import dataclass

from media.relay.description import PASSWORD, TOKEN, UFRAG, RemoteDescription, carried
from media.relay.ice import Credentials
from media.relay.refusals import CodecRefused, MediaRefused
from media.relay.writing import LocalSide
from signalling.messages import SourceName

SOURCE_OF: dict[str, SourceName] = {"audio": "microphone", "video": "camera"}
LINE = re.compile(r"[a-z]=.*")
MOST_LINES = 500


def sources_of(remote: RemoteDescription) -> dict[str, SourceName]:
    """By mid: one sound, one picture, or both, and all of it (RFC 9725 §4.4.2 and §4.4.3).

    Raises MediaRefused for anything else.
    """
    sources: dict[str, SourceName] = {}
    for media in remote.media:
        source = SOURCE_OF.get(media.kind)
        if source is None or source in sources.values() or not media.sends:
            raise MediaRefused(field="offer")
        if not carried(media):
            raise CodecRefused(field="offer")
        sources[media.mid] = source
    if remote.setup == "server":
        raise MediaRefused(field="offer")  # we are the DTLS server, always (§4.4.4)
    return sources


@dataclass(frozen=True)
class Fragment:
    credentials: Credentials | None
    mid: str
    kind: str


def read_fragment(text: str) -> Fragment:
    """Raises MediaRefused for what is no fragment or says nothing."""
    lines = [line for line in text.splitlines() if line]
    if len(lines) > MOST_LINES or not all(LINE.fullmatch(line) for line in lines):
        raise MediaRefused(field="fragment")
    ufrag, password = _first(lines, "a=ice-ufrag:"), _first(lines, "a=ice-pwd:")
    kind, mid = (_first(lines, "m=") or "audio").split(" ")[0], _first(lines, "a=mid:") or "0"
    if not TOKEN.fullmatch(mid) or kind not in SOURCE_OF:
        raise MediaRefused(field="fragment")
    if ufrag is not None and password is not None:
        if UFRAG.fullmatch(ufrag) and PASSWORD.fullmatch(password):
            return Fragment(Credentials(ufrag, password), mid, kind)
        raise MediaRefused(field="fragment")
    trickled = any(line.startswith(("a=candidate:", "a=end-of-candidates")) for line in lines)
    if not trickled or (ufrag is None) != (password is None):
        raise MediaRefused(field="fragment")
    return Fragment(None, mid, kind)


def write_fragment(local: LocalSide, about: Fragment) -> str:
    """Our side of the ICE session, for the section that the peer named."""
    lines = [
        "a=ice-lite",
        f"m={about.kind} 9 UDP/TLS/RTP/SAVPF 0",
        f"a=mid:{about.mid}",
        f"a=ice-ufrag:{local.credentials.ufrag}",
        f"a=ice-pwd:{local.credentials.password}",
        *(f"a=candidate:{candidate}" for candidate in local.candidates),
        "a=end-of-candidates",
    ]
    return "\r\n".join(lines) + "\r\n"


def _first(lines: list[str], beginning: str) -> str | None:
    found = next((line for line in lines if line.startswith(beginning)), None)
    return None if found is None else found.removeprefix(beginning).strip()
