"""Descriptions of ours are what aiortc reads, and say what they must."""

from aiortc.sdp import SessionDescription

from media.relay.codecs import OPUS, VP8
from media.relay.description import parse
from media.relay.ice import Credentials
from media.relay.writing import (
    LocalSide,
    OfferedSection,
    host_candidates,
    write_answer,
    write_offer,
)
from tests.media.relay.test_description import FIREFOX

LOCAL = LocalSide(
    Credentials("ourufrag", "p" * 32),
    ("sha-256", "AA:BB"),
    host_candidates(["127.0.0.1", "192.0.2.9"], 8422),
    "passive",
)


def test_an_answer_takes_what_is_carried_and_rejects_the_rest() -> None:
    offer = parse(FIREFOX.replace("VP8/90000", "H265/90000"))

    answer = write_answer(offer, {"0": offer.media[0]}, LOCAL, 3)

    session = SessionDescription.parse(answer)
    audio, video = session.media
    assert "a=ice-lite" in answer
    assert audio.dtls is not None
    assert session.group[0].items == ["0"]
    assert (audio.direction, audio.dtls.role, audio.rtcp_mux) == ("recvonly", "server", True)
    assert [c.payloadType for c in audio.rtp.codecs] == [109]
    assert [(c.ip, c.port) for c in audio.ice_candidates] == [
        ("127.0.0.1", 8422),
        ("192.0.2.9", 8422),
    ]
    assert audio.ice_candidates_complete
    assert (video.port, video.direction) == (0, "inactive")
    assert "rtx" not in answer


def test_an_offer_lists_active_and_resting_sections_alike() -> None:
    sections = [
        OfferedSection("0", "audio", 7, 0, "alice publication", "alice"),
        OfferedSection("1", "video", 8, 9, None, ""),
    ]

    session = SessionDescription.parse(write_offer(sections, LOCAL, 1))

    audio, video = session.media
    assert session.group[0].items == ["0", "1"]
    assert (audio.direction, audio.msid) == ("sendonly", "alice publication")
    assert [(s.ssrc, s.cname) for s in audio.ssrc] == [(7, "alice")]
    assert [c.payloadType for c in audio.rtp.codecs] == [OPUS.payload_type]
    assert (video.direction, video.ssrc) == ("inactive", [])
    assert [c.payloadType for c in video.rtp.codecs] == [VP8.payload_type, VP8.payload_type + 1]
