"""One who offers to receive and negotiates once, whoever comes and goes."""

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription

from media.relay.refusals import MediaRefused
from tests.fixtures.peers import Stage, until
from tests.fixtures.tabs import Browser, Tab

OFFER = """(async () => {
    window.watching = new RTCPeerConnection();
    for (const kind of ["audio", "video"]) watching.addTransceiver(kind, { direction: "recvonly" });
    await watching.setLocalDescription(await watching.createOffer());
    return watching.localDescription.sdp;
})()"""


class Watcher:
    """A peer connection that offers to receive, and what it decodes."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.connection = RTCPeerConnection()
        self.frames: dict[str, int] = {}
        self.times: dict[str, list[float]] = {}
        self._pumps: list[asyncio.Task[None]] = []
        self.connection.on("track", self._take)

    async def watch(self, *kinds: str, only: str | None = None) -> str:
        for kind in kinds:
            self.connection.addTransceiver(kind, direction="recvonly")
        await self.connection.setLocalDescription(await self.connection.createOffer())
        offer = self.connection.localDescription.sdp
        answer = self.stage.room.watch("watcher", offer, only)
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        return answer

    async def gets(self, mid: str, count: int) -> None:
        wanted = self.frames.get(mid, 0) + count
        await until(lambda: self.frames.get(mid, 0) >= wanted, f"{count} frames more on {mid}")

    def _take(self, track: MediaStreamTrack) -> None:
        mid = next(t.mid for t in self.connection.getTransceivers() if t.receiver.track is track)
        self._pumps.append(asyncio.get_running_loop().create_task(self._pump(mid, track)))

    async def _pump(self, mid: str, track: MediaStreamTrack) -> None:
        while track.readyState == "live":
            frame = await track.recv()
            self.frames[mid] = self.frames.get(mid, 0) + 1
            self.times.setdefault(mid, []).append(frame.time)

    async def close(self) -> None:
        await self.connection.close()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)


@pytest.fixture
async def watcher(stage: Stage) -> AsyncIterator[Watcher]:
    watcher = Watcher(stage)
    yield watcher
    await watcher.close()


async def test_a_watcher_hears_and_sees_whoever_publishes_and_who_comes_after(
    stage: Stage, watcher: Watcher
) -> None:
    alice, bob = stage.peer("alice"), stage.peer("bob")
    await alice.publish("microphone", "camera")

    answer = await watcher.watch("audio", "video")
    await watcher.gets("0", 25)
    await watcher.gets("1", 10)
    await bob.publish("microphone", "camera")
    stage.room.leave("alice")
    await watcher.gets("0", 25)
    await watcher.gets("1", 10)

    assert answer.count("a=sendonly") == 2
    for times in watcher.times.values():
        assert times == sorted(times), "the clock of a row went backwards"
        steps = [after - before for before, after in pairwise(times)]
        assert max(steps) < 10, "the clock of a row jumped"


async def test_a_section_is_filled_when_somebody_comes(stage: Stage, watcher: Watcher) -> None:
    await watcher.watch("audio", "video")
    alice = stage.peer("alice")
    await alice.publish("camera")
    await watcher.gets("1", 10)
    assert "0" not in watcher.frames


async def test_as_many_are_shown_as_there_are_sections(stage: Stage, watcher: Watcher) -> None:
    for name in ("alice", "bob"):
        await stage.peer(name).publish("microphone", "camera")
    await watcher.watch("audio", "video", "audio", "video")
    downlink = stage.room._participants["watcher"].downlink
    assert downlink is not None
    # aiortc puts two pictures with repair rows into one receiver, so what is sent counts.
    sent = [slot.subscription.outlet for slot in downlink._slots if slot.subscription]
    await until(lambda: all(outlet.packets > 25 for outlet in sent), "all sections are sent")


async def test_who_speaks_takes_the_one_section(stage: Stage, watcher: Watcher) -> None:
    alice, bob = stage.peer("alice"), stage.peer("bob")
    for peer in (alice, bob):
        await peer.publish("microphone", "camera")
    await watcher.watch("audio", "video")
    await watcher.gets("1", 10)
    downlink = stage.room._participants["watcher"].downlink
    assert downlink is not None

    # aiortc's peers send no audio level, so nobody is found to speak: say who it is.
    now = stage.room._network.clock.now()
    downlink.share("bob", now)
    shown = [slot.publication.participant for slot in downlink._slots if slot.publication]
    await watcher.gets("0", 25)
    await watcher.gets("1", 10)

    assert shown == ["bob", "bob"]


async def test_only_the_chosen_participant_is_shown(stage: Stage, watcher: Watcher) -> None:
    await stage.peer("alice").publish("camera")
    await watcher.watch("video", only="bob")
    await stage.peer("bob").publish("camera")
    await watcher.gets("0", 10)
    downlink = stage.room._participants["watcher"].downlink
    assert downlink is not None
    assert [slot.publication.participant for slot in downlink._slots if slot.publication] == ["bob"]


@pytest.mark.browser
async def test_the_path_is_measured_under_the_ids_of_the_offer(stage: Stage, chromium: Tab) -> None:
    """Chromium numbers header extensions in its own way, and an answer must keep to it."""
    publisher = Browser(stage, "alice", chromium)
    await publisher.publish()
    answer = stage.room.watch("watcher", await chromium.evaluate(OFFER))
    description = json.dumps({"type": "answer", "sdp": answer})
    await chromium.evaluate(f"watching.setRemoteDescription({description})")

    downlink = stage.room._participants["watcher"].downlink
    assert downlink is not None
    await until(lambda: downlink.bandwidth.trusted, "feedback of the watcher")
    await until(lambda: downlink.bandwidth.estimate.delivered_bps, "a rate that arrived")


async def test_an_offer_that_sends_or_that_cannot_be_met_is_refused(stage: Stage) -> None:
    for direction, codecs in (("sendonly", True), ("recvonly", False)):
        connection = RTCPeerConnection()
        connection.addTransceiver("video", direction=direction)
        await connection.setLocalDescription(await connection.createOffer())
        sdp = connection.localDescription.sdp
        if not codecs:
            sdp = sdp.replace("VP8", "VP9")
        before = stage.relay.transports
        with pytest.raises(MediaRefused):
            stage.room.watch("watcher", sdp)
        assert stage.relay.transports == before
        await connection.close()


async def test_a_watcher_restarts_ice_and_goes_on(stage: Stage, watcher: Watcher) -> None:
    await stage.peer("alice").publish("camera")
    answer = await watcher.watch("video")
    await watcher.gets("0", 10)
    downlink = stage.room._participants["watcher"].downlink
    assert downlink is not None
    present = downlink.transport.ice.remote
    assert present is not None

    assert stage.room.restart_ice("watcher", present) is None
    local = stage.room.restart_ice("watcher", present._replace(ufrag="abcdefgh"))

    assert local is not None
    assert local.credentials.ufrag not in answer
    await watcher.gets("0", 10)
