"""Somebody who comes back, speaks, is seen, writes to the room, and keeps the truth of all that."""

import asyncio
import contextlib
import time

import httpx

from app.simulation.participant import SimulatedPerson
from app.simulation.sources import FPS, FRAME
from app.simulation.voices import RATE
from signalling.messages import (
    Admit,
    EndMeeting,
    MeetingEnded,
    PublicationChanged,
    RecordingStarted,
    RecordingStopped,
    Said,
    Say,
    ServerMessage,
    StartRecording,
    Welcomed,
)
from tests.soak.truth import Lines, ToldCamera, ToldMicrophone, Truth

AGAIN_S = 0.2
SAY_EVERY_S = 0.15
"""Lower: more lines are on their way at each kill. Higher: fewer can be lost."""


class Told:
    """What becomes of one person in a meeting, over all their stays."""

    def __init__(self, *, camera: bool) -> None:
        self.truths = {"microphone": Truth(FRAME / RATE)}
        if camera:
            self.truths["camera"] = Truth(1 / FPS)
        self.lines = Lines()

    def ends(self, at: float) -> None:
        for truth in self.truths.values():
            truth.ends(at)

    @property
    def was_recorded(self) -> bool:
        return any(truth.recorded for truth in self.truths.values())

    @property
    def is_recorded(self) -> bool:
        return all(truth.is_recorded for truth in self.truths.values())


class Presence(SimulatedPerson):
    """One stay, until its websocket is gone."""

    def __init__(self, number: int, name: str, api: httpx.AsyncClient, told: Told) -> None:
        super().__init__(number, name, api, camera=False)
        self.told = told
        self.microphone = ToldMicrophone(told.truths["microphone"])
        if "camera" in told.truths:
            self._camera = ToldCamera(number, told.truths["camera"])
        self.me = ""
        self.is_recording = False

    async def _hear(self, fact: ServerMessage) -> None:
        match fact:
            case Welcomed():
                self.me, self.is_recording = fact.participant, fact.room.recording.running
            case PublicationChanged(publication=own) if own.participant == self.me:
                truth = self.told.truths[own.source]
                if own.recorded:
                    truth.begins()
                else:
                    truth.ends(time.time())
            case Said() if self.is_recording:
                self.told.lines.heard.add(fact.text)
            case RecordingStarted():
                self.is_recording = True
            case RecordingStopped() | MeetingEnded():
                self.is_recording = False
                self.told.ends(time.time())
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

    async def write(self) -> None:
        """A line and another, as long as the recording runs and the node answers."""
        lines = self.told.lines
        while True:
            await asyncio.sleep(SAY_EVERY_S)
            if not self.is_recording:
                continue
            text = f"{self.name} {len(lines.said)}"
            lines.said.append(text)
            await self.ask(Say, text=text)
            if self.is_recording:  # else it may have come when nothing was kept any more
                lines.answered.add(text)

    async def until_gone(self) -> None:
        assert self._reader is not None
        writing = asyncio.create_task(self.write())
        try:
            await asyncio.wait([self._reader])
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)


class Attendee:
    """`attend` lasts as long as the meeting. The facilitator starts what is to be recorded."""

    def __init__(self, number: int, name: str, api: httpx.AsyncClient, *, leads: bool) -> None:
        self._number, self._name, self._api, self._leads = number, name, api, leads
        self.told = Told(camera=not leads)
        self.present: Presence | None = None
        self.over = asyncio.Event()
        self.stays = 0

    async def attend(self, meeting_id: str) -> None:
        while not self.over.is_set():
            one = Presence(self._number, self._name, self._api, self.told)
            try:
                await one.join(meeting_id)
                await one.enter()
                self.present, self.stays = one, self.stays + 1
                if self._leads and not one.is_recording and not self.told.was_recorded:
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
