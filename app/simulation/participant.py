"""One simulated person: a real WebRTC client that speaks the real signalling."""

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

import httpx
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaBlackhole
from pydantic import TypeAdapter
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from app.simulation.sources import Camera, Microphone
from signalling.messages import (
    SUBPROTOCOL,
    Admit,
    AnswerDownlink,
    Command,
    DownlinkOffered,
    Error,
    Knocked,
    MeetingEnded,
    Publish,
    Published,
    RecordingStarted,
    Refused,
    ServerMessage,
    Welcomed,
)

_facts: TypeAdapter[ServerMessage] = TypeAdapter(ServerMessage)
ANSWER_S = 20.0


class Refusal(RuntimeError):
    """The node refused a command of the simulation."""


class SimulatedPerson:
    """Joins, publishes a voice and a picture, hears the others (without decoding their pictures).

    A facilitator admits everyone who knocks.
    """

    def __init__(self, number: int, name: str, api: httpx.AsyncClient, *, camera: bool) -> None:
        self.name = name
        self.microphone = Microphone()
        self._camera = Camera(number) if camera else None
        self._api = api
        self._uplink = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._downlink = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._ears = MediaBlackhole()
        self._refs = itertools.count(1)
        self._answers: dict[int, asyncio.Future[ServerMessage]] = {}
        self._reader: asyncio.Task[None] | None = None
        self.welcomed = asyncio.Event()
        self.recording = asyncio.Event()
        self.ended = asyncio.Event()
        self.failure: BaseException | None = None

    async def join(self, meeting_id: str) -> None:
        """Opens the websocket; `welcomed` is set once inside."""
        answer = await self._api.post(f"/api/v1/meetings/{meeting_id}/join")
        answer.raise_for_status()
        place = answer.json()
        self._socket: ClientConnection = await connect(
            f"{place['url']}?token={place['token']}",
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            max_size=None,
            proxy=None,
        )
        self._reader = asyncio.create_task(self._read())
        self._reader.add_done_callback(self._note_failure)

    async def publish(self) -> None:
        await self.welcomed.wait()
        sources = ["microphone"]
        self._uplink.addTransceiver(self.microphone, "sendonly")
        if self._camera is not None:
            self._uplink.addTransceiver(self._camera, "sendonly")
            sources.append("camera")
        await self._uplink.setLocalDescription(await self._uplink.createOffer())
        mids = [transceiver.mid for transceiver in self._uplink.getTransceivers()]
        offer = self._uplink.localDescription.sdp
        published = await self.ask(
            Publish, offer=offer, sources=dict(zip(mids, sources, strict=True))
        )
        assert isinstance(published, Published)
        answer = RTCSessionDescription(sdp=published.answer, type="answer")
        await self._uplink.setRemoteDescription(answer)

    async def ask(self, command: Callable[..., Command], **fields: Any) -> ServerMessage:
        """Sends a command and waits for its answer; raises Refusal."""
        ref = next(self._refs)
        self._answers[ref] = asyncio.get_running_loop().create_future()
        await self._socket.send(command(ref=ref, **fields).model_dump_json())
        answer = await asyncio.wait_for(self._answers[ref], ANSWER_S)
        if isinstance(answer, Refused | Error):
            raise Refusal(f"{command.__name__}: {answer.code}")
        return answer

    async def packets_heard(self) -> int:
        """Audio packets that have come from the others."""
        report = await self._downlink.getStats()
        return sum(
            entry.packetsReceived
            for entry in report.values()
            if entry.type == "inbound-rtp" and entry.kind == "audio"
        )

    async def leave(self) -> None:
        for ending in (self._uplink.close(), self._downlink.close(), self._ears.stop()):
            await ending
        if self._reader is not None:
            await self._socket.close()
            await asyncio.gather(self._reader, return_exceptions=True)

    async def _read(self) -> None:
        tasks = set()
        async for data in self._socket:
            task = asyncio.create_task(self._hear(_facts.validate_json(data)))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            task.add_done_callback(self._note_failure)

    async def _hear(self, fact: ServerMessage) -> None:
        waiting = self._answers.pop(getattr(fact, "ref", None) or 0, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(fact)
        match fact:
            case Welcomed():
                self.welcomed.set()
            case Knocked(person=person):
                await self.ask(Admit, participant=person.participant)
            case DownlinkOffered():
                await self._answer(fact)
            case RecordingStarted():
                self.recording.set()
            case MeetingEnded():
                self.ended.set()
            case _:
                pass

    async def _answer(self, fact: DownlinkOffered) -> None:
        offer = RTCSessionDescription(sdp=fact.offer, type="offer")
        await self._downlink.setRemoteDescription(offer)
        for transceiver in self._downlink.getTransceivers():
            if transceiver.kind == "video":
                transceiver.direction = "inactive"
            elif transceiver.receiver.track is not None:
                self._ears.addTrack(transceiver.receiver.track)
        await self._ears.start()
        await self._downlink.setLocalDescription(await self._downlink.createAnswer())
        sdp = self._downlink.localDescription.sdp
        await self.ask(AnswerDownlink, offer_id=fact.offer_id, answer=sdp)

    def _note_failure(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self.failure = self.failure or task.exception()
