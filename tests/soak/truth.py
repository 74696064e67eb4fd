"""What two people really did in a meeting, noted where they do it: no node has a say in it. Times
are Unix seconds."""

import time
from dataclasses import dataclass, field

from av import AudioFrame, VideoFrame

from app.simulation.sources import FPS, FRAME, Camera, Microphone
from app.simulation.voices import RATE


@dataclass
class Truth:
    """Of one source: 20 ms of a voice each, or a picture each."""

    period_s: float
    """Between two of them."""
    sent: list[float] = field(default_factory=list)
    due: list[float] = field(default_factory=list)
    """Beside each, when it was to be made: on a busy machine we are late ourselves, and the
    finished file has it where it belongs."""
    recorded: list[list[float]] = field(default_factory=list)
    """From when to when the node said that this source is written. Open: it still is."""
    unwanted: list[list[float]] = field(default_factory=list)
    """From when, answered by the node, until when it was to be kept nowhere."""

    def note(self, due: float) -> None:
        """`due`: monotonic."""
        now = time.time()
        self.sent.append(now)
        self.due.append(now - time.monotonic() + due)

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
    """Notes each piece when the next one is asked for: then it has been encoded and sent."""

    def __init__(self, truth: Truth) -> None:
        super().__init__()
        self._truth = truth
        self._due: float | None = None

    async def recv(self) -> AudioFrame:
        if self._due is not None:
            self._truth.note(self._due)
        frame = await super().recv()
        assert self._began is not None
        self._due = self._began + (self._at - FRAME) / RATE
        return frame


class ToldCamera(Camera):
    """As the microphone."""

    def __init__(self, person: int, truth: Truth) -> None:
        super().__init__(person)
        self._truth = truth
        self._due: float | None = None

    async def recv(self) -> VideoFrame:
        if self._due is not None:
            self._truth.note(self._due)
        frame = await super().recv()
        assert self._began is not None
        self._due = self._began + (self._count - 1) / FPS
        return frame
