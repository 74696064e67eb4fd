"""RTCP as we write it is what aiortc reads, and garbage raises ValueError only."""

from contextlib import suppress

import pytest
from aiortc.rtp import (
    RtcpPsfbPacket,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSrPacket,
    unpack_remb_fci,
)
from hypothesis import given
from hypothesis import strategies as st

from media.rtp import feedback
from media.rtp.reception import ReceptionFigures
from media.rtp.transport_feedback import MOST_TOLD

FIGURES = ReceptionFigures(3, -1, 70000, 12, 5, 6)


def test_a_picture_loss_names_its_source() -> None:
    _, packet = feedback.parse(feedback.picture_loss(77))

    assert isinstance(packet, RtcpPsfbPacket)
    assert feedback.wants_keyframe(packet) == [77]


def test_a_full_intra_request_names_its_sources_in_its_entries() -> None:
    entries = (5).to_bytes(4, "big") + bytes(4) + (6).to_bytes(4, "big") + bytes(4)

    assert feedback.wants_keyframe(RtcpPsfbPacket(4, 1, 0, entries)) == [5, 6]


@given(st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=64, unique=True))
def test_every_missing_number_is_asked_for(numbers: list[int]) -> None:
    _, packet = feedback.parse(feedback.negative_acknowledgement(7, numbers))

    assert isinstance(packet, RtcpRtpfbPacket)
    assert {n & 0xFFFF for n in packet.lost} == set(numbers)


def test_a_receiver_report_carries_the_ceiling() -> None:
    report, remb = feedback.parse(feedback.receiver_report({7: FIGURES, 8: FIGURES}, 1_500_000))

    assert isinstance(report, RtcpRrPacket)
    assert [block.ssrc for block in report.reports] == [7, 8]
    assert report.reports[0].packets_lost == -1
    assert isinstance(remb, RtcpPsfbPacket)
    bitrate, ssrcs = unpack_remb_fci(remb.fci)
    assert ssrcs == [7, 8]
    assert 1_490_000 < bitrate <= 1_500_000


def test_a_sender_report_comes_with_its_name() -> None:
    report, names = feedback.parse(feedback.sender_report(7, 1 << 63, 5, 6, 7, b"alice"))

    assert isinstance(report, RtcpSrPacket)
    assert (report.ssrc, report.sender_info.ntp_timestamp) == (7, 1 << 63)
    assert isinstance(names, RtcpSdesPacket)
    assert names.chunks[0].items == [(feedback.CNAME, b"alice")]


@given(st.binary(max_size=200))
def test_garbage_is_refused_and_nothing_else_is_raised(data: bytes) -> None:
    with suppress(ValueError):
        for packet in feedback.parse(data):
            if isinstance(packet, RtcpPsfbPacket):
                feedback.wants_keyframe(packet)


@given(st.sampled_from([200, 201, 202, 203, 205, 206]), st.integers(0, 31), st.binary(max_size=96))
def test_a_well_framed_body_of_garbage_is_refused_alike(kind: int, count: int, body: bytes) -> None:
    body += bytes(-len(body) % 4)
    head = bytes([0x80 | count, kind]) + (len(body) // 4).to_bytes(2, "big")
    with suppress(ValueError):
        feedback.parse(head + body)


def test_one_datagram_tells_of_no_more_than_can_be_remembered() -> None:
    run = (MOST_TOLD // 2).to_bytes(2, "big")
    half = bytes([0x8F, 205, 0, 5]) + bytes(8) + bytes(2) + run + bytes(4) + run + bytes(2)

    assert len(list(feedback.transport_feedbacks(2 * half))) == 2
    with pytest.raises(ValueError, match="remembered"):
        list(feedback.transport_feedbacks(3 * half))
