"""A recording whose node was killed, cut at bytes of each tape's last chunk, and finished."""

import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent.models import Purpose
from app.kit.settings import Settings
from app.recordings import service as recordings
from app.recordings.models import FileKind, Recording, RecordingState, Source, Tape, Track
from app.vault import service as vault
from media.relay.relay import FLUSH_TICKS, TICK_S
from media.sealed import SealedReader
from media.tape.format import TapeOrder
from tests.fixtures.packetisers import CODECS, pictures, send
from tests.fixtures.recorded_meeting import RecordedMeeting, Speaker, finalise, record
from tests.fixtures.senders import (
    OPUS,
    Network,
    Sender,
    opus_packets,
    send_opus,
    speech,
    write_tape,
)
from tests.fixtures.tapes import chunk_ends

LENGTH_S = 2.15
FPS = 15
MOST_LOST_S = 0.25
ROUNDING_S = 0.002
CUTS = 6
"""Of each tape. Lower: a cut inside a length or a seal may be left out. Higher: time; `thorough`
makes them all."""
WHO = Speaker("alice", [(0.0, LENGTH_S)], [Purpose.AUDIO, Purpose.VIDEO], joins_s=0.0, video=True)


@dataclass
class Killed(RecordedMeeting):
    """No chunk of its tapes says that it is the last; each ends with what had come so far."""

    last_sent_s: dict[Source, float] = field(default_factory=dict)
    keys: dict[Source, bytes] = field(default_factory=dict)

    def _write(self, order: TapeOrder, speaker: Speaker, source: Source, seed: int) -> None:
        if source == Source.MICROPHONE:
            packets = opus_packets(speech(self.length_s, speaker.says, speaker.pitch))
            codec, sent = OPUS, send_opus(Sender(ssrc=seed), packets)
        else:
            frames = pictures("vp8", round(self.length_s * FPS), speaker.size)
            codec, sent = CODECS["vp8"], send(Sender(ssrc=seed), "vp8", frames, 0.0, FPS, 700)
        self.last_sent_s[source], self.keys[source] = sent[-1][0], order.data_key
        arrivals = Network(seed=seed, delay_s=0.03, jitter_s=0.004).arrivals(sent)
        write_tape(order, codec, arrivals, close=False, flush_s=FLUSH_TICKS * TICK_S)


@pytest.fixture
async def killed(tmp_path: Path) -> AsyncIterator[Killed]:
    meeting = await record(Settings(data=tmp_path / "data"), LENGTH_S, [WHO], Killed)
    assert isinstance(meeting, Killed)
    await meeting.notes([WHO])
    yield meeting
    await meeting.context.database.close()


@dataclass
class Finished:
    recording: Recording
    tracks: dict[str, Track]
    manifest: dict[str, Any]
    hashes: set[str]
    """Of the files, as they open."""


async def finished(meeting: Killed) -> Finished:
    await finalise(meeting)
    async with meeting.context.database.reading() as db:
        recording = await db.get_one(Recording, meeting.recording_id)
        tracks = {track.source: track for track in await recordings.tracks(db, recording.id)}
        files = await recordings.files(db, recording.id)
        keys = {f.id: await vault.unwrap(db, meeting.context.keys, f.data_key_id) for f in files}
    plain: dict[UUID, bytes] = {}
    for file in files:
        sealed = await SealedReader.open(meeting.store, file.path, keys[file.id])
        plain[file.id] = await sealed.read(0, sealed.size)
    told = next(json.loads(plain[f.id]) for f in files if f.kind == FileKind.MANIFEST)
    made = {hashlib.sha256(data).hexdigest() for data in plain.values()}
    return Finished(recording, tracks, told, made)


async def tape_of(db: AsyncSession, meeting: Killed, source: Source) -> tuple[Tape, Path]:
    tapes = await recordings.tapes(db, meeting.recording_id)
    (tape,) = [each for each in tapes if each.source == source]
    return tape, meeting.settings.data / "store" / tape.path


async def stored(meeting: Killed, source: Source) -> Path:
    async with meeting.context.database.reading() as db:
        return (await tape_of(db, meeting, source))[1]


async def cut(meeting: Killed, source: Source, content: bytes) -> Tape:
    """The store has so much of the tape, and the books say so, as of a node that comes back."""
    async with meeting.context.database.transaction() as db:
        tape, path = await tape_of(db, meeting, source)
        path.write_bytes(content)
        tape.size = len(content)
        return tape


async def check(meeting: Killed, source: Source, cuts: int | None) -> None:
    """`cuts`: so many bytes of the last chunk, its first and its last among them; None: each."""
    path = await stored(meeting, source)
    content = path.read_bytes()
    *_, before, last = chunk_ends(path, meeting.keys[source])
    assert last - before > 200
    every = range(before, last)
    for at in every if cuts is None else sorted({*every[:: len(every) // cuts], *every[-1:]}):
        tape = await cut(meeting, source, content[:at])

        found = await finished(meeting)

        track, told = found.tracks[source], found.manifest
        lost_s = meeting.last_sent_s[source] - (track.start_ms + track.duration_ms) / 1000
        assert lost_s <= MOST_LOST_S, at
        (entry,) = [each for each in told["tapes"] if each["tape_id"] == str(tape.id)]
        assert (entry["ending"], entry["cut_bytes"], entry["size"]) == ("torn", at - before, at)
        (stated,) = [each for each in told["tracks"] if each["source"] == source]
        extent = (track.start_ms, track.duration_ms)
        assert (stated["start_ms"], stated["duration_ms"]) == extent
        if source == Source.MICROPHONE:  # of which the node had noted that it was sent to the end
            told_s = (track.duration_ms + stated["short_missing_ms"]) / 1000
            assert abs(told_s - LENGTH_S) < ROUNDING_S
        assert {each["sha256"] for each in told["files"]} < found.hashes
        assert (told["left_out"], told["missing"]) == ([], [])
        assert found.recording.state == RecordingState.READY


SOURCES = [Source.MICROPHONE, Source.CAMERA]


@pytest.mark.parametrize("source", SOURCES)
async def test_a_torn_tape_is_finished_by_itself_and_lacks_a_quarter_second_at_most(
    killed: Killed, source: Source
) -> None:
    await check(killed, source, CUTS)


@pytest.mark.thorough
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("source", SOURCES)
async def test_so_it_is_at_every_byte(killed: Killed, source: Source) -> None:
    await check(killed, source, None)
