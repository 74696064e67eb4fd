"""A meeting's tapes as a node leaves them: voices that take turns, with DTX, and cameras.

Sound and pictures are real (espeak-ng, libopus, libvpx); a few minutes are made once and repeated
with numbers and times that go on, because what a packet costs does not depend on what is said.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from random import Random

import av
import numpy as np

from app import tables
from app.kit.settings import Settings
from app.recordings.models import Source
from media.tape.format import TapeOrder
from media.tape.writer import TapeWriter
from tests.fixtures import recorded_meeting
from tests.fixtures.recorded_meeting import RecordedMeeting, Speaker
from tests.fixtures.senders import (
    OPUS,
    ORIGIN_NS,
    RATE,
    VP8,
    Sender,
    StillClock,
    speech,
)
from tests.fixtures.sent_voices import packets as voice_packets

SCRIPT_S = 240
"""So long is the conversation that is repeated."""
SIZE = (640, 360)
FPS = 30
PICTURES = 300
"""Ten seconds of pictures, begun by a key frame, are repeated."""
PICTURE_BPS = 300_000
"""Of the layer that tapes take."""
MTU = 1100
NOISE = 0.0008
"""A quiet room, as a share of full scale."""


def spans(people: int) -> list[list[tuple[float, float]]]:
    """Who speaks when in the script: turns of 2 to 15 s, now and then over one another."""
    random, at = Random(7), 0.5
    found: list[list[tuple[float, float]]] = [[] for _ in range(people)]
    while at < SCRIPT_S - 16:
        who, length = random.randrange(people), random.uniform(2, 15)
        if not found[who] or found[who][-1][1] < at:
            found[who].append((at, at + length))
            at += length + random.uniform(-0.6, 0.9)
    return found


def packets(says: Sequence[tuple[float, float]], pitch: int) -> list[tuple[int, bytes]]:
    """(frame, packet) as WebRTC sends them."""
    noise = np.random.default_rng(pitch).normal(0, NOISE, SCRIPT_S * RATE).astype(np.float32)
    sound = speech(SCRIPT_S, says, pitch) * 0.6 + noise
    return voice_packets(sound)


@cache
def pictures() -> list[bytes]:
    """Grain that moves, so that the encoder uses the bits it is given."""
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height = SIZE
    encoder.pix_fmt, encoder.time_base = "yuv420p", Fraction(1, FPS)
    encoder.framerate = Fraction(FPS)
    encoder.bit_rate, encoder.gop_size = PICTURE_BPS, PICTURES
    encoder.options = {"deadline": "realtime", "lag-in-frames": "0", "cpu-used": "8"}
    grain = np.random.default_rng(5).integers(60, 190, (SIZE[1] // 8, SIZE[0] // 8, 3), np.uint8)
    wall = grain.repeat(8, 0).repeat(8, 1)
    made = []
    for number in range(PICTURES):
        picture = np.roll(wall, (number, 2 * number), (0, 1))
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        made += [bytes(packet) for packet in encoder.encode(frame)]
    return made


def sent_voice(made: Sequence[tuple[int, bytes]], length_s: float) -> Iterator[tuple[float, bytes]]:
    sender = Sender(ssrc=11)
    for repeat in itertools.count():
        for number, packet in made:
            at = repeat * SCRIPT_S + number * 0.02
            if at >= length_s:
                return
            yield at, sender.packet(OPUS, at, packet, marker=False)


def sent_camera(frames: Sequence[bytes], length_s: float) -> Iterator[tuple[float, bytes]]:
    sender = Sender(ssrc=12)
    for number in range(int(length_s * FPS)):
        frame, at = frames[number % len(frames)], number / FPS
        pieces = [frame[o : o + MTU] for o in range(0, len(frame), MTU)]
        for place, piece in enumerate(pieces):
            head = bytes([0x90 if place == 0 else 0x80, 0x80, 0x80 | number >> 8 & 0x7F])
            payload = head + bytes([number & 255]) + piece
            yield at, sender.packet(VP8, at, payload, marker=place == len(pieces) - 1)


def write(
    order: TapeOrder, source: Source, sent: Iterator[tuple[float, bytes]], starts_s: float
) -> None:
    """With some jitter, and a sender report each five seconds."""
    codec = OPUS if source == Source.MICROPHONE else VP8
    sender = Sender(ssrc=11 if source == Source.MICROPHONE else 12)
    writer = TapeWriter(order, codec, StillClock(starts_s, ORIGIN_NS + round(starts_s * 1e9)))
    random, flushed, reported = Random(3), 0.0, 0.0
    for at, packet in sent:
        now = starts_s + at + 0.03 + random.expovariate(300)
        if at - reported >= 5:
            writer.write_report(*sender.report(codec, at, 100.0), now)
            reported = at
        writer.write(packet, now)
        if at - flushed >= 0.2:
            writer.flush()
            flushed = at
    writer.close()


@dataclass
class _Long(RecordedMeeting):
    """The fixture's meeting with these tapes."""

    cameras: int = 0

    def _write(self, order: TapeOrder, speaker: Speaker, source: Source, seed: int) -> None:
        length = self.length_s - speaker.joins_s
        if source == Source.MICROPHONE:
            sent = sent_voice(packets(speaker.says, speaker.pitch), length)
        else:
            sent = sent_camera(pictures(), length)
        write(order, source, sent, speaker.joins_s)


async def record(data: Path, people: int, cameras: int, length_s: float) -> str:
    """The recording's id; it is stopped, and its meeting over."""
    assert tables.recordings  # every table is known, and made
    speakers = [
        Speaker(f"p{n}", says, pitch=10 + 7 * n, joins_s=0.3 * n, video=n < cameras)
        for n, says in enumerate(spans(people))
    ]
    made = await recorded_meeting.record(Settings(data=data), length_s, speakers, _Long)
    await made.context.database.close()
    return str(made.recording_id)
