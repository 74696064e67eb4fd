"""Beeps and flashes at known moments of the wall clock, by five senders, in the finished files.

One has a clock that is 500 ppm fast, one slow by as much, one whose capture stands still for 18 s.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from uuid import UUID, uuid4

import av
import numpy as np
import pytest

from app.recordings.models import FileKind, Source
from media.audio.libopus import VOICE, OpusEncoder
from media.recorder.person import PersonFiles
from media.recorder.scratch import Scratch
from media.recorder.tapes import LocalTape, PersonTapes
from tests.fixtures.senders import (
    OPUS,
    ORIGIN_NS,
    RATE,
    VP8,
    Network,
    Sender,
    order,
    send_vp8,
    write_tape,
)

pytestmark = pytest.mark.timeout(300)

LENGTH_S = 72
CUES_S = (12.0, 40.0, 68.0)
CUE_S = 0.3
FPS = 10
STALL_S = (45.0, 63.0)
BETWEEN_PEOPLE_S = 0.040
LIPS_S = 0.045


@dataclass(frozen=True)
class Person:
    skew: float = 0.0
    stalls: bool = False
    path_s: float = 0.02
    """The shortest delay of the network."""
    slow_s: float = 0.0
    """How much later all pictures come than sound: encoder and pacing."""
    clock_s: float = 0.0
    """By how much the wall clock of the computer is wrong."""

    def media_s(self, at: float) -> float:
        """Seconds of capture so far; the fixture's sender adds the skew."""
        return at - (STALL_S[1] - STALL_S[0] if self.stalls and at >= STALL_S[1] else 0.0)

    def captures(self, at: float) -> bool:
        return not (self.stalls and STALL_S[0] <= at < STALL_S[1])


PEOPLE = {
    "alice": Person(),
    "bob": Person(skew=500e-6, slow_s=0.09, clock_s=3600.0),
    "carol": Person(stalls=True, path_s=0.03, clock_s=-12.5),
    "dan": Person(skew=-500e-6, path_s=0.025, slow_s=0.15),
    "eeva": Person(skew=60e-6, slow_s=0.05, clock_s=0.3),
}


def is_cue(at: float) -> bool:
    return any(cue <= at < cue + CUE_S for cue in CUES_S)


def sound(person: Person) -> list[tuple[float, bytes]]:
    """(moment of sending, RTP): what the person's own sound card sampled, frame by frame."""
    rate = RATE * (1 + person.skew)
    wall = np.arange(round(LENGTH_S * rate)) / rate
    tone = np.where(
        np.any([(wall >= c) & (wall < c + CUE_S) for c in CUES_S], axis=0),
        0.5 * np.sin(2 * np.pi * 1000 * wall),
        0,
    ).astype(np.float32)
    if person.stalls:
        tone = tone[(wall < STALL_S[0]) | (wall >= STALL_S[1])]
        wall = wall[(wall < STALL_S[0]) | (wall >= STALL_S[1])]
    count = len(tone) // 960 * 960
    sender, sent = Sender(ssrc=1, drift=person.skew), []
    encoder = OpusEncoder(RATE, VOICE, 32_000, complexity=0)
    for number, frame in enumerate(tone[:count].reshape(-1, 960)):
        data = encoder.encode(frame)
        at = float(wall[number * 960])
        # A packet leaves when its last sample was taken.
        sent.append((at + 0.02, sender.packet(OPUS, person.media_s(at), data, marker=False)))
    return sent


def film(person: Person) -> tuple[list[float], list[bytes]]:
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 64, 48, "yuv420p"
    encoder.time_base, encoder.gop_size = Fraction(1, FPS), 40
    encoder.options = {"deadline": "realtime", "lag-in-frames": "0", "cpu-used": "8"}
    times, made = [], []
    for number in range(LENGTH_S * FPS):
        at = number / FPS
        if not person.captures(at):
            continue
        shade = 255 if is_cue(at) else 0
        image = np.full((48, 64, 3), shade, np.uint8)
        frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        made += [bytes(packet) for packet in encoder.encode(frame)]
        times.append(at)
    return times, made


def pictures(person: Person) -> list[tuple[float, bytes]]:
    sender, sent = Sender(ssrc=2, timestamp=77, drift=person.skew), []
    for at, frame in zip(*film(person), strict=True):
        packets = send_vp8(sender, [frame], person.media_s(at))
        sent += [(at + person.slow_s, packet) for _, packet in packets]
    return sent


def reports(person: Person, ssrc: int) -> Iterator[tuple[float, tuple[int, int]]]:
    codec, timestamp = (OPUS, 0xFFFF_0000) if ssrc == 1 else (VP8, 77)
    sender = Sender(ssrc=ssrc, timestamp=timestamp, drift=person.skew)
    for second in range(2, LENGTH_S, 4):
        if person.captures(second):
            rtp, _ = sender.report(codec, person.media_s(second), 0.0)
            ntp = int((3_900_000_000 + person.clock_s + second * (1 + person.skew)) * (1 << 32))
            yield second + person.path_s + 0.002, (rtp, ntp)


def finished(folder: Path, name: str, person: Person) -> tuple[Path, float]:
    """The person's file, and where its time 0 lies."""
    tapes = []
    for ssrc, source, codec, sent in (
        (1, Source.MICROPHONE, OPUS, sound(person)),
        (2, Source.CAMERA, VP8, pictures(person)),
    ):
        path = folder / f"{name}-{source}"
        network = Network(seed=ssrc, delay_s=person.path_s, jitter_s=0.006)
        write_tape(order(path, source), codec, network.arrivals(sent), list(reports(person, ssrc)))
        tapes.append(LocalTape(uuid4(), source, path, bytes(32)))
    with Scratch(folder) as out:
        writer = PersonFiles(UUID(int=1), PersonTapes(tapes, ORIGIN_NS))
        tracks = writer.write(FileKind.PERSON, out, "path", lambda _: None)
        out.seek(0)
        (folder / f"{name}.webm").write_bytes(out.read())
    return folder / f"{name}.webm", tracks[0].details["file_start_ms"] / 1000


def cues_in(path: Path, zero_s: float) -> tuple[list[float], list[float]]:
    """When the beeps and the flashes begin, on the recording's time line."""
    with av.open(str(path)) as container:
        parts, first = [], None
        for frame in container.decode(audio=0):
            first = float(frame.time or 0) if first is None else first
            samples = frame.to_ndarray()[0].astype(np.float32)
            parts.append(samples / 32768 if frame.format.name.startswith("s16") else samples)
    heard = np.concatenate(parts)
    steps = np.abs(heard[: len(heard) // 240 * 240]).reshape(-1, 240).max(axis=1) > 0.1
    begins = np.flatnonzero(np.diff(steps.astype(int), prepend=0) == 1) * 0.005
    beeps = [float(b) + (first or 0) + zero_s for b in begins]
    with av.open(str(path)) as container:
        shades = [
            (float(frame.time or 0), float(frame.to_ndarray(format="gray").mean()))
            for frame in container.decode(video=0)
        ]
    flashes = [
        at + zero_s for (_, before), (at, shade) in pairwise(shades) if shade > 128 >= before
    ]
    return beeps, flashes


def near(found: list[float], cue: float) -> float:
    return min(found, key=lambda at: abs(at - cue))


def test_everybody_is_in_time_with_everybody_and_with_oneself(tmp_path: Path) -> None:
    seen = {name: cues_in(*finished(tmp_path, name, person)) for name, person in PEOPLE.items()}

    for cue in CUES_S:
        beeps = {name: near(beeps, cue) for name, (beeps, _) in seen.items()}
        flashes = {name: near(flashes, cue) for name, (_, flashes) in seen.items()}
        assert max(beeps.values()) - min(beeps.values()) <= BETWEEN_PEOPLE_S, (cue, beeps)
        assert max(flashes.values()) - min(flashes.values()) <= BETWEEN_PEOPLE_S, (cue, flashes)
        for name in PEOPLE:
            assert abs(beeps[name] - flashes[name]) <= LIPS_S, (cue, name)
        assert beeps["alice"] == pytest.approx(cue + 0.03, abs=0.03)
