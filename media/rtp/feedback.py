"""RTCP as we send it, and what we understand of what comes (RFC 3550, RFC 4585, REMB draft)."""

import struct
from collections.abc import Iterator

from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_PLI,
    RTCP_RTPFB,
    RTCP_RTPFB_NACK,
    AnyRtcpPacket,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
    pack_remb_fci,
)

from media.rtp.reception import ReceptionFigures
from media.rtp.transport_feedback import FORMAT, MOST_TOLD, Feedback, read

NACK = RTCP_RTPFB_NACK
CNAME = 1
OWN_SSRC = 1
"""The SSRC in the reports of a receiver that sends nothing; libwebrtc's own value for it."""


def parse(data: bytes) -> list[AnyRtcpPacket]:
    """The packets of a compound; raises ValueError only, whatever comes."""
    try:
        return RtcpPacket.parse(data)
    except (struct.error, IndexError) as error:
        raise ValueError("RTCP packet is malformed") from error


def transport_feedbacks(data: bytes) -> Iterator[Feedback]:
    """Those in a compound; aiortc reads other things into them. Raises ValueError, also for more
    than a receiver has to tell."""
    at = told = 0
    while at + 4 <= len(data):
        form, kind = data[at] & 0x1F, data[at + 1]
        end = at + 4 + 4 * int.from_bytes(data[at + 2 : at + 4], "big")
        if kind == RTCP_RTPFB and form == FORMAT:
            feedback = read(data[at + 12 : end])
            told += len(feedback.arrivals)
            if told > MOST_TOLD:
                raise ValueError("RTCP packet tells of more than can be remembered")
            yield feedback
        at = end


def picture_loss(ssrc: int) -> bytes:
    return _receiver_report() + bytes(RtcpPsfbPacket(RTCP_PSFB_PLI, OWN_SSRC, ssrc))


def negative_acknowledgement(ssrc: int, numbers: list[int]) -> bytes:
    """Sorted by value: aiortc packs an entry's bitmask only for ascending numbers."""
    nack = RtcpRtpfbPacket(NACK, OWN_SSRC, ssrc, sorted(numbers))
    return _receiver_report() + bytes(nack)


def receiver_report(figures: dict[int, ReceptionFigures], ceiling_bps: int) -> bytes:
    """Figures by SSRC, and with `ceiling_bps` > 0 a REMB: what the sender may use in all."""
    blocks = [_block(ssrc, entry) for ssrc, entry in figures.items()]
    report = bytes(RtcpRrPacket(OWN_SSRC, blocks[:31]))
    if ceiling_bps > 0:
        remb = pack_remb_fci(ceiling_bps, list(figures)[:31])
        report += bytes(RtcpPsfbPacket(RTCP_PSFB_APP, OWN_SSRC, 0, remb))
    return report


def sender_report(
    ssrc: int, ntp: int, timestamp: int, packets: int, octets: int, cname: bytes
) -> bytes:
    """A sender report with its SDES, as RFC 3550 §6.1 wants the two together."""
    info = RtcpSenderInfo(ntp, timestamp, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF)
    names = RtcpSdesPacket([RtcpSourceInfo(ssrc, [(CNAME, cname)])])
    return bytes(RtcpSrPacket(ssrc, info)) + bytes(names)


def wants_keyframe(packet: RtcpPsfbPacket) -> list[int]:
    """The SSRCs for which PLI (RFC 4585 §6.3.1) or FIR (RFC 5104 §4.3.1) asks a key frame."""
    if packet.fmt == RTCP_PSFB_PLI:
        return [packet.media_ssrc]
    if packet.fmt == 4:
        whole = len(packet.fci) - len(packet.fci) % 8
        return [struct.unpack_from("!I", packet.fci, at)[0] for at in range(0, whole, 8)]
    return []


def _receiver_report() -> bytes:
    return bytes(RtcpRrPacket(OWN_SSRC))


def _block(ssrc: int, figures: ReceptionFigures) -> RtcpReceiverInfo:
    return RtcpReceiverInfo(
        ssrc=ssrc,
        fraction_lost=figures.fraction_lost,
        packets_lost=figures.packets_lost,
        highest_sequence=figures.highest_sequence,
        jitter=figures.jitter,
        lsr=figures.last_report,
        dlsr=figures.delay,
    )
