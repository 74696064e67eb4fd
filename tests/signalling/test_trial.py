"""A trial: what one sends comes back, and strangers cannot make more of it."""

import base64
import hashlib
import hmac
import time

import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from pydantic import SecretStr

from app.kit.settings import Settings, TurnServerSettings
from signalling import trial
from signalling.messages import (
    AnswerDownlink,
    Done,
    DownlinkOffered,
    Publish,
    Published,
    RaiseHand,
    Refused,
    TrialOpened,
)
from tests.fixtures.peers import until
from tests.fixtures.wire import Talker
from tests.signalling.conftest import Gathering

SECRET = "shared"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    turn = TurnServerSettings(urls=["turn:turn.example.org"], secret=SecretStr(SECRET))
    return settings.model_copy(update={"turn_server": turn})


def trying(gathering: Gathering) -> Talker:
    return Talker(f"ws://localhost:{gathering.settings.node.port}/ws/trial")


async def test_what_is_sent_comes_back(gathering: Gathering) -> None:
    up, down = RTCPeerConnection(), RTCPeerConnection()
    up.addTransceiver(VideoStreamTrack(), direction="sendonly")
    async with trying(gathering) as talker:
        opened = await talker.hears(TrialOpened)
        await up.setLocalDescription(await up.createOffer())
        sources = {up.getTransceivers()[0].mid: "camera"}
        published = await talker.ask(
            Publish, Published, offer=up.localDescription.sdp, sources=sources
        )
        await up.setRemoteDescription(RTCSessionDescription(published.answer, "answer"))
        offered = await talker.hears(DownlinkOffered)
        await down.setRemoteDescription(RTCSessionDescription(offered.offer, "offer"))
        await down.setLocalDescription(await down.createAnswer())
        sdp = down.localDescription.sdp
        await talker.send(AnswerDownlink, offer_id=offered.offer_id, answer=sdp)
        await talker.hears(Done)
        track = down.getReceivers()[0].track
        frames = [await track.recv() for _ in range(5)]

        assert len(frames) == 5
        assert f" {opened.udp_port} typ host" in published.answer
        assert "127.0.0.1" not in opened.addresses
    await up.close()
    await down.close()


async def test_its_turn_credentials_are_good_and_end_soon(gathering: Gathering) -> None:
    async with trying(gathering) as talker:
        (server,) = (await talker.hears(TrialOpened)).ice_servers

    assert server.username is not None
    expires, _, whose = server.username.partition(":")
    assert whose == "trial"
    assert 0 < int(expires) - time.time() <= trial.CREDENTIAL_S
    digest = hmac.new(SECRET.encode(), server.username.encode(), hashlib.sha1).digest()
    assert server.credential == base64.b64encode(digest).decode()


async def test_nothing_else_can_be_done_there(gathering: Gathering) -> None:
    async with trying(gathering) as talker:
        raised = await talker.ask(RaiseHand, Refused, raised=True)
        broken = await talker.ask(Publish, Refused, offer="v=0", sources={})

    assert (raised.code, broken.code) == ("not_allowed", "media_refused")


async def test_it_ends_by_itself(gathering: Gathering, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "LONGEST_S", 0.2)
    async with trying(gathering) as talker:
        await talker.hears(TrialOpened)
        await until(talker.closed.is_set, "the trial ends")


async def test_only_so_many_try_at_once(
    gathering: Gathering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "MOST_AT_ONCE", 1)
    async with trying(gathering) as first:
        await first.hears(TrialOpened)
        async with trying(gathering) as second:
            await until(second.closed.is_set, "the second is sent away")
            assert second.socket.close_code == trial.TRY_AGAIN
    async with trying(gathering) as third:
        await third.hears(TrialOpened)
