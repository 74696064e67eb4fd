"""What one receiver may ask of the relay with one datagram."""

from collections.abc import AsyncIterator

import pytest

from media.relay.downlink import MOST_RESENT, Downlink
from media.relay.ice import Credentials
from media.relay.publication import Publication
from media.relay.relay import Relay
from media.relay.subscription import Subscription
from media.rtp import feedback
from media.rtp.rewriter import Rewriter
from media.tape.format import CodecInfo

VIDEO = CodecInfo("video/VP8", 90000, 1, 120)


class Patient(Publication):
    """Counts what it is asked to send again."""

    asked = 0

    def resend(self, subscription: Subscription, number: int, now: float, copies: int = 1) -> None:
        self.asked += 1


@pytest.fixture
async def downlink(relay: Relay) -> AsyncIterator[Downlink]:
    downlink = Downlink(relay._network, lambda: None)
    yield downlink
    downlink.close()


async def test_one_datagram_of_requests_makes_no_more_than_so_many_repeats(
    downlink: Downlink,
) -> None:
    publication = Patient("id", "alice", "camera", VIDEO)
    downlink.add(publication)
    (slot,) = downlink._slots
    slot.subscription = Subscription(downlink.transport, Rewriter(slot.ssrc, 96, 0), "alice")
    downlink._by_ssrc[slot.ssrc] = slot
    asked = feedback.negative_acknowledgement(slot.ssrc, list(range(MOST_RESENT // 2)))

    downlink.receive_rtcp(asked, 0.0)
    assert publication.asked == MOST_RESENT // 2
    downlink.receive_rtcp(asked * 20, 0.0)

    assert publication.asked == MOST_RESENT // 2 + MOST_RESENT


async def test_ice_restarts_leave_nothing_behind(downlink: Downlink) -> None:
    transport = downlink.transport
    for number in range(9):
        if transport.ice.described(Credentials(f"user{number}", "p" * 22)):
            transport._bind()

    known = downlink._network.port._by_ufrag
    assert sorted(known) == sorted(transport.ice.ufrags())
