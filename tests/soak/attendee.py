"""Somebody who comes back, speaks, is seen, writes to the room, and keeps the truth of all that."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine
from typing import Any

import httpx

from app.simulation.participant import SimulatedPerson
from app.simulation.sources import FPS, FRAME
from app.simulation.voices import RATE
from signalling.messages import (
    Admit,
    Command,
    EndMeeting,
    MeetingEnded,
    OffRecordChanged,
    PublicationChanged,
    RecordingStarted,
    RecordingStopped,
    Said,
    Say,
    ServerMessage,
    StartRecording,
    Welcomed,
)
from tests.soak.truth import Lines, ToldCamera, ToldMicrophone, Truth, note_sent

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
        self.is_recording = self.is_off = False

    async def _hear(self, fact: ServerMessage) -> None:
        match fact:
            case Welcomed():
                self.me, self.is_recording = fact.participant, fact.room.recording.running
                self.is_off = fact.room.off_record.since is not None
            case OffRecordChanged(off_record=state):
                self.is_off = state.since is not None
            case PublicationChanged(publication=own) if own.participant == self.me:
                truth = self.told.truths[own.source]
                if own.recorded:
                    truth.begins()
                else:
                    truth.ends(time.time())
            case Said() if self.is_recording and not self.is_off:
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
        await self.unless_gone(self.publish())

    async def publish(self) -> None:
        await super().publish()
        note_sent(self._uplink, self.told.truths)

    async def unless_gone(self, work: Coroutine[Any, Any, object]) -> None:
        """Raises ConnectionError when the websocket ends before it is done."""
        assert self._reader is not None
        task = asyncio.create_task(work)
        await asyncio.wait([task, self._reader], return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            task.cancel()
            raise ConnectionError
        await task

    async def write(self) -> None:
        """A line and another, as long as the recording runs and the node answers."""
        lines = self.told.lines
        while True:
            await asyncio.sleep(SAY_EVERY_S)
            if not self.is_recording:
                continue
            text = f"{self.name} {len(lines.said)}"
            lines.said.append(text)
            was_off = self.is_off
            await self.ask(Say, text=text)
            if was_off and self.is_off:
                lines.private.add(text)
            elif self.is_recording and not was_off and not self.is_off:
                lines.answered.add(text)  # else it may have come when nothing was kept

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

    @property
    def is_off(self) -> bool:
        """Off the record, as far as anybody told."""
        return self.present is None or self.present.is_off

    async def insist(self, command: Callable[..., Command], **fields: Any) -> None:
        """Until it is answered, however often that takes."""
        while True:
            if (one := self.present) is not None:
                with contextlib.suppress(Exception):  # killed on the way, or the database is away
                    await one.unless_gone(one.ask(command, **fields))
                    return
            await asyncio.sleep(AGAIN_S)

    async def end(self) -> None:
        """Ends the meeting, however often it takes."""
        while not self.over.is_set():
            if (one := self.present) is not None:
                with contextlib.suppress(Exception):
                    await one.ask(EndMeeting)
                    await asyncio.wait_for(one.ended.wait(), 5)
                    self.over.set()
            await asyncio.sleep(AGAIN_S)
