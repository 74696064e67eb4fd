"""A person who always comes back, and who keeps the truth: when each packet of the voice was sent.

The truth is taken where the voice is made, before any network or node has seen it.
"""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field

import httpx
from av import AudioFrame

from app.simulation.participant import SimulatedPerson
from app.simulation.sources import FRAME, Microphone
from app.simulation.voices import RATE
from signalling.messages import (
    Admit,
    EndMeeting,
    MeetingEnded,
    PublicationChanged,
    RecordingStopped,
    ServerMessage,
    StartRecording,
    Welcomed,
)

AGAIN_S = 0.2


@dataclass
class Truth:
    """Unix seconds."""

    sent: list[float] = field(default_factory=list)
    """One for each 20 ms of voice."""
    due: list[float] = field(default_factory=list)
    """Beside each, when it was to be said: on a busy machine our own voice is late, and the
    finished file has it where it belongs."""
    recorded: list[list[float]] = field(default_factory=list)
    """From when to when the node said that this voice is written. Open: it still is."""

    def covers(self, at: float) -> bool:
        return any(start <= at <= end for start, end in self.recorded)

    def begins(self) -> None:
        if not self.recorded or len(self.recorded[-1]) == 2:
            self.recorded.append([time.time()])

    def ends(self, at: float) -> None:
        if self.recorded and len(self.recorded[-1]) == 1:
            self.recorded[-1].append(max(at, self.recorded[-1][0]))


class ToldMicrophone(Microphone):
    def __init__(self, truth: Truth) -> None:
        super().__init__()
        self._truth = truth

    async def recv(self) -> AudioFrame:
        frame = await super().recv()
        sent, assumed = time.time(), time.monotonic()
        self._truth.sent.append(sent)
        began = self._began if self._began is not None else assumed
        self._truth.due.append(sent - assumed + began + (self._at - FRAME) / RATE)
        return frame


class Presence(SimulatedPerson):
    """One stay, until its websocket is gone."""

    def __init__(self, number: int, name: str, api: httpx.AsyncClient, truth: Truth) -> None:
        super().__init__(number, name, api, camera=False)
        self.microphone = ToldMicrophone(truth)
        self.truth = truth
        self.me = ""
        self.is_recording = False

    async def _hear(self, fact: ServerMessage) -> None:
        match fact:
            case Welcomed():
                self.me, self.is_recording = fact.participant, fact.room.recording.running
            case PublicationChanged(publication=own) if own.participant == self.me:
                if own.source == "microphone" and own.recorded:
                    self.truth.begins()
                else:
                    self.truth.ends(time.time())
            case RecordingStopped() | MeetingEnded():
                self.truth.ends(time.time())
            case _:
                pass
        await super()._hear(fact)
        if isinstance(fact, Welcomed):
            for one in fact.room.lobby:  # who knocked before the facilitator came
                await self.ask(Admit, participant=one.participant)

    async def enter(self) -> None:
        """Publishes; raises ConnectionError when the websocket ends before that is done."""
        assert self._reader is not None
        published = asyncio.create_task(self.publish())
        await asyncio.wait([published, self._reader], return_when=asyncio.FIRST_COMPLETED)
        if not published.done():
            published.cancel()
            raise ConnectionError
        await published

    async def until_gone(self) -> None:
        assert self._reader is not None
        await asyncio.wait([self._reader])


class Attendee:
    """`attend` lasts as long as the meeting. The facilitator starts what is to be recorded."""

    def __init__(self, number: int, name: str, api: httpx.AsyncClient, *, leads: bool) -> None:
        self._number, self._name, self._api, self._leads = number, name, api, leads
        self.truth = Truth()
        self.present: Presence | None = None
        self.over = asyncio.Event()
        self.stays = 0

    async def attend(self, meeting_id: str) -> None:
        while not self.over.is_set():
            one = Presence(self._number, self._name, self._api, self.truth)
            try:
                await one.join(meeting_id)
                await one.enter()
                self.present, self.stays = one, self.stays + 1
                if self._leads and not one.is_recording and not self.truth.recorded:
                    await one.ask(StartRecording)
                await one.until_gone()
            except Exception:  # whatever a process that was just killed does to us
                await asyncio.sleep(AGAIN_S)
            finally:
                self.present = None
                if one.ended.is_set():
                    self.over.set()
                with contextlib.suppress(Exception):
                    await asyncio.wait_for(one.leave(), 5)

    async def end(self) -> None:
        """Ends the meeting, however often it takes."""
        while not self.over.is_set():
            if (one := self.present) is not None:
                with contextlib.suppress(Exception):
                    await one.ask(EndMeeting)
                    await asyncio.wait_for(one.ended.wait(), 5)
                    self.over.set()
            await asyncio.sleep(AGAIN_S)

    @property
    def is_recorded(self) -> bool:
        return bool(self.truth.recorded) and len(self.truth.recorded[-1]) == 1
