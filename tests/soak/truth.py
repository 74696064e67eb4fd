"""What two people really did in a meeting, noted where they do it: no node has a say in it. Times
are Unix seconds."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from aiortc import RTCPeerConnection
from av import AudioFrame, VideoFrame

from app.simulation.sources import FPS, FRAME, Camera, Microphone
from app.simulation.voices import RATE
from media.rtp.header import FIXED, is_rtcp

Name = tuple[int, int]
"""RTP timestamp and number of a packet. Both begin at random with every stay, so that no two
packets of a meeting have the same."""


def name_of(packet: bytes) -> Name:
    _, _, number, timestamp, _ = FIXED.unpack_from(packet)
    return timestamp, number


class Sent(NamedTuple):
    """20 ms of a voice, or a picture."""

    at: float
    due: float
    """When it was to be made: on a busy machine we are late ourselves, and the finished file has it
    where it belongs."""
    packets: list[Name]


@dataclass
class Truth:
    """Of one source."""

    period_s: float
    """Between two pieces."""
    sent: list[Sent] = field(default_factory=list)
    due: float = 0.0
    """Of the piece that is being sent; monotonic."""
    recorded: list[list[float]] = field(default_factory=list)
    """From when to when the node said that this source is written. Open: it still is."""
    unwanted: list[list[float]] = field(default_factory=list)
    """From when, answered by the node, until when it was to be kept nowhere."""

    def note(self, packet: bytes) -> None:
        """It has just left."""
        name = name_of(packet)
        if self.sent and self.sent[-1].packets[0][0] == name[0]:
            self.sent[-1].packets.append(name)
        else:
            now = time.time()
            self.sent.append(Sent(now, now - time.monotonic() + self.due, [name]))

    def covers(self, at: float) -> bool:
        return any(start <= at <= end for start, end in self.recorded)

    def begins(self) -> None:
        if not self.recorded or len(self.recorded[-1]) == 2:
            self.recorded.append([time.time()])

    def ends(self, at: float) -> None:
        if self.recorded and len(self.recorded[-1]) == 1:
            self.recorded[-1].append(max(at, self.recorded[-1][0]))

    def stopped(self, at: float) -> None:
        """The whole recording was, by the node's own word; a busy machine heard of it later."""
        self.recorded = [[start, min(end, at)] for start, end in self.recorded if start < at]

    def forbids(self, *, all_before: bool = False) -> None:
        """From now on nothing of it is to be kept, nor anything that was."""
        self.ends(time.time())
        if all_before:
            self.recorded.clear()
        self.unwanted.append([0.0 if all_before else time.time()])

    def allows(self) -> None:
        """Somebody is about to say so."""
        if self.unwanted and len(self.unwanted[-1]) == 1:
            self.unwanted[-1].append(time.time())

    def is_unwanted(self, at: float, late_s: float) -> bool:
        return any(start + late_s < at < end for start, end in self.unwanted)

    @property
    def is_recorded(self) -> bool:
        return bool(self.recorded) and len(self.recorded[-1]) == 1


@dataclass
class Lines:
    """One person's side of the chat; no two lines of a meeting are alike."""

    said: list[str] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)
    """Of one's own, while the node said that the recording runs."""
    heard: set[str] = field(default_factory=set)
    """Of everybody's, likewise."""
    private: set[str] = field(default_factory=set)
    """Of one's own, said and answered off the record."""


class ToldMicrophone(Microphone):
    def __init__(self, truth: Truth) -> None:
        super().__init__()
        self._truth = truth

    async def recv(self) -> AudioFrame:
        frame = await super().recv()
        assert self._began is not None
        self._truth.due = self._began + (self._at - FRAME) / RATE
        return frame


class ToldCamera(Camera):
    def __init__(self, person: int, truth: Truth) -> None:
        super().__init__(person)
        self._truth = truth

    async def recv(self) -> VideoFrame:
        frame = await super().recv()
        assert self._began is not None
        self._truth.due = self._began + (self._count - 1) / FPS
        return frame


def note_sent(uplink: RTCPeerConnection, truths: Mapping[str, Truth]) -> None:
    """From now on each packet is noted with the truth of its source. Call once both sides are
    described, and before anything is sent."""
    source = {"audio": "microphone", "video": "camera"}
    own = {sender._ssrc: truths[source[sender.kind]] for sender in uplink.getSenders()}
    wire: Any = uplink.getSenders()[0].transport
    send = wire._send_rtp

    async def noted(packet: bytes) -> None:
        await send(packet)
        if not is_rtcp(packet[1]) and (truth := own.get(FIXED.unpack_from(packet)[4])) is not None:
            truth.note(packet)

    wire._send_rtp = noted
