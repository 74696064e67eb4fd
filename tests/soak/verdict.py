"""What became of a recording, against the truth of those who were there."""

import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import av
from sqlmodel import select

from app.chat.models import ChatLine
from app.kit.context import Context
from app.recordings import service as recordings
from app.recordings.completeness import MISSING_MS
from app.recordings.models import (
    FileKind,
    Recording,
    RecordingFile,
    Source,
    Tape,
    TapeState,
    Track,
)
from app.vault import service as vault
from media.sealed import SealedReader
from media.store import Store
from media.tape.format import NotATape, Packet
from media.tape.reader import Ending, TapeReader
from tests.soak.attendee import Told
from tests.soak.losses import OnTape, Stretch, stretches
from tests.soak.truth import Lines, Truth

MOST_LOST_S = 0.25
LATE_S = 0.05
"""What comes so long after the answer to a withdrawal, or off the record, is on no tape."""
WITHDRAWN = ("consent", "erased")
"""Why the manifest may leave a tape out."""
NEARLY_S = 1.0
"""What is named as missing may begin and end so much beside what those who were there saw. Lower: a
busy machine's notes come too late for it. Higher: a second may be lost and named by nobody."""
MOST_UNSEEN_S = 1.0
"""A tape asks for a key frame as it begins, and what comes until then builds on pictures that were
not to be kept. Lower: a busy machine's encoder comes too late for it. Higher: a request that was
lost is noticed by nobody."""


@dataclass
class Verdict:
    stretches: dict[str, list[Stretch]] = field(default_factory=dict)
    """Of each source."""
    torn: int = 0
    tapes: int = 0
    lines: int = 0
    """Of the chat, that the node answered or somebody heard."""
    complaints: list[str] = field(default_factory=list)

    @property
    def worst_s(self) -> float:
        """What any one stretch, which a kill may end, lacks in all: a kill loses so much."""
        each = (one for own in self.stretches.values() for one in own)
        return max((one.at_end_s + one.earlier_s for one in each), default=0.0)


@dataclass
class Finished:
    """A recording that is ready, opened."""

    recording: Recording
    tapes: list[Tape]
    tracks: list[Track]
    lines: list[ChatLine]
    keys: Mapping[UUID, bytes]
    """Of tapes and of files, by their ids."""
    store: Store
    files: list[RecordingFile]

    @classmethod
    async def open(cls, context: Context, store: Store, id_: UUID) -> "Finished":
        async with context.database.reading() as db:
            files = await recordings.files(db, id_)
            tapes = [t for t in await recordings.tapes(db, id_) if t.state != TapeState.ERASED]
            lines = (await db.exec(select(ChatLine).where(ChatLine.recording_id == id_))).all()
            sealed = {one.id: one.data_key_id for one in tapes}
            sealed |= {one.id: one.data_key_id for one in files}
            return cls(
                await db.get_one(Recording, id_),
                tapes,
                await recordings.tracks(db, id_),
                list(lines),
                {own: await vault.unwrap(db, context.keys, key) for own, key in sealed.items()},
                store,
                files,
            )

    async def read(self, file: RecordingFile) -> bytes:
        sealed = await SealedReader.open(self.store, file.path, self.keys[file.id])
        return await sealed.read(0, sealed.size)


async def judge(
    context: Context, store: Store, recording_id: UUID, told: Mapping[UUID, Told], scratch: Path
) -> Verdict:
    """Reads every tape as it lies in the store, the manifest, the finished files and the chat."""
    verdict = Verdict()
    found = await Finished.open(context, store, recording_id)
    tapes, missing = await _judge_tapes(verdict, found, told, scratch)
    assert found.recording.stopped_at is not None
    stopped_at = found.recording.stopped_at.timestamp()
    for user_id, person in told.items():
        for source, truth in person.truths.items():
            truth.stopped(stopped_at)
            tape = tapes.get((user_id, source), OnTape())
            own = [t for t in found.tracks if (t.user_id, t.source) == (user_id, source)]
            lived = list(stretches(truth, tape))
            verdict.stretches.setdefault(source, []).extend(lived)
            verdict.complaints += _of_tracks(found.recording, own, lived, truth.period_s, tape)
            named = [m for m in missing if (m["user_id"], m["source"]) == (str(user_id), source)]
            verdict.complaints += _of_missing(found.recording, truth, lived, named)
            verdict.complaints += _of_unseen(source, lived)
            verdict.complaints += _of_unwanted(found.recording, own, truth)
    for track in (t for t in found.tracks if t.source == Source.CAMERA):
        verdict.complaints += await _of_pictures(found, track)
    lines = {user_id: one.lines for user_id, one in told.items()}
    verdict.lines = len(set().union(*(each.answered | each.heard for each in lines.values())))
    verdict.complaints += _of_chat(found.lines, lines)
    return verdict


async def _judge_tapes(
    verdict: Verdict, found: Finished, told: Mapping[UUID, Told], scratch: Path
) -> tuple[dict[tuple[UUID, str], OnTape], list[dict[str, Any]]]:
    """Whether the manifest says of each how it ends; what of each source is there, and what the
    manifest says is missing."""
    written = next(file for file in found.files if file.kind == FileKind.MANIFEST)
    manifest = json.loads(await found.read(written))
    entries = {entry["tape_id"]: entry for entry in manifest["tapes"]}
    tapes: dict[tuple[UUID, str], OnTape] = {}
    for tape in found.tapes:
        verdict.tapes += 1
        ending, cut_bytes, packets = await _read(found.store, tape, found.keys[tape.id], scratch)
        entry = entries.pop(str(tape.id), {})
        stated = [tape.state, *(entry.get(n) for n in ("ending", "cut_bytes", "packets"))]
        if stated != (real := [TapeState.STORED, ending, cut_bytes, len(packets)]):
            verdict.complaints.append(f"stated of a tape: {stated}; found: {real}")
        verdict.torn += ending == Ending.TORN
        own = tapes.setdefault((tape.user_id, tape.source), OnTape())
        own.add([data for _, data in packets], pictures=tape.source == Source.CAMERA)
        truth = told[tape.user_id].truths[tape.source]
        if late := [at for at, _ in packets if truth.is_unwanted(at, LATE_S)]:
            verdict.complaints.append(f"{len(late)} packets of {tape.source} that nobody may keep")
    if entries or [one for one in manifest["left_out"] if one["reason"] not in WITHDRAWN]:
        verdict.complaints.append("the manifest has tapes of its own, or leaves some out")
    if manifest["missing"] != found.recording.missing:
        verdict.complaints.append("the manifest and the books name different things as missing")
    return tapes, manifest["missing"] or []


def _of_tracks(
    recording: Recording,
    own: Sequence[Track],
    lived: Sequence[Stretch],
    period_s: float,
    tape: OnTape,
) -> Iterator[str]:
    """Whether the files end where the tapes do, but for what the last kill may take yet beside what
    it took of the tapes, and have every piece."""
    began = recording.started_at.timestamp()
    # A starved machine's times are uncertain, and the file says by how much.
    ends_ms = [t.start_ms + t.duration_ms + t.details["alignment_error_ms"] for t in own]
    end = began + max(ends_ms, default=0.0) / 1e3
    after = [due for one in lived for due in one.kept if due > end]
    if lived and len(after) * period_s > MOST_LOST_S - lived[-1].at_end_s:
        yield (
            f"recording {recording.id}: a finished track ends {max(after) - end:.3f} s before its "
            f"tapes do; {len(after)} pieces, "
            + "; ".join(f"{t.source} {t.start_ms} + {t.duration_ms} ms, {t.details}" for t in own)
        )
    left_out = ("incomplete_frames", "undecodable_frames")
    frames = sum(t.details["frames"] + sum(t.details.get(n, 0) for n in left_out) for t in own)
    if frames < tape.pieces:
        found = [(t.source, t.details) for t in own]
        yield f"{frames} frames of {tape.pieces} on the tapes: {found}"


def _of_unseen(source: str, lived: Sequence[Stretch]) -> Iterator[str]:
    for one in lived:
        if one.unseen_s > MOST_UNSEEN_S:
            yield f"{one.unseen_s * 1000:.0f} ms of a {source} came before a tape's first key frame"


def _of_unwanted(recording: Recording, own: Sequence[Track], truth: Truth) -> Iterator[str]:
    """Whether a finished track begins where nothing is to be kept."""
    for track in own:
        later_ms = track.start_ms + track.details["alignment_error_ms"]
        if truth.is_unwanted(recording.started_at.timestamp() + later_ms / 1e3, LATE_S):
            yield f"a finished {track.source} begins with what nobody may keep: {track.start_ms} ms"


def _of_missing(
    recording: Recording,
    truth: Truth,
    lived: Sequence[Stretch],
    named: Sequence[Mapping[str, Any]],
) -> Iterator[str]:
    """What is between two stretches is named, and nothing is that was sent and written: where a
    busy machine had us send nothing, it may well be."""
    began = recording.started_at.timestamp()
    spans = [(began + one["start_ms"] / 1e3, began + one["end_ms"] / 1e3) for one in named]
    for (_, end), (start, _) in pairwise(truth.recorded):
        lacks = start - end - sum(_common(one, (end, start)) for one in spans)
        if lacks > MISSING_MS / 1e3 + 2 * NEARLY_S:
            yield f"{lacks:.2f} s are missing from {end - began:.2f} s on, and not named: {named}"
    for (start, end), own in zip(truth.recorded, lived, strict=True):
        well_within = [due for due in own.kept if start + NEARLY_S < due < end - NEARLY_S]
        for one in spans:
            if false := sum(one[0] < due < one[1] for due in well_within):
                yield f"{false} pieces within {one} are named as missing and were written"


def _common(one: tuple[float, float], other: tuple[float, float]) -> float:
    return max(0.0, min(one[1], other[1]) - max(one[0], other[0]))


async def _of_pictures(found: Finished, track: Track) -> list[str]:
    """Whether the file holds so many pictures as its track says, each to be seen."""
    file = next(file for file in found.files if file.id == track.file_id)
    with av.open(io.BytesIO(await found.read(file)), "r") as container:
        seen = len(list(container.decode(video=0)))
    if seen == track.details["frames"]:
        return []
    return [f"{seen} pictures are to be seen of {track.details}"]


def _of_chat(kept: Sequence[ChatLine], lines: Mapping[UUID, Lines]) -> Iterator[str]:
    """Told: kept once. Said, and never told of: once at most. Each under its writer's name."""
    counts = Counter((line.user_id, line.text) for line in kept)
    said = {(user_id, text) for user_id, own in lines.items() for text in own.said}
    told = set().union(*(own.answered | own.heard for own in lines.values()))
    lost = sorted(text for user_id, text in said if text in told and not counts[user_id, text])
    if lost:
        yield f"{len(lost)} chat lines of {len(told)} are lost: {', '.join(lost)}"
    if twice := [text for (_, text), count in counts.items() if count > 1]:
        yield f"chat lines that are kept more than once: {', '.join(twice)}"
    private = {(user_id, text) for user_id, own in lines.items() for text in own.private}
    if kept_all_the_same := counts.keys() & private:
        yield f"{len(kept_all_the_same)} chat lines that were said off the record"
    if foreign := counts.keys() - said:
        yield f"{len(foreign)} chat lines that nobody said"


async def _read(
    store: Store, tape: Tape, key: bytes, to: Path
) -> tuple[str, int, list[tuple[float, bytes]]]:
    """How the stored tape ends, how much of it is cut, and when each packet arrived."""
    local = to / "copy.tape"
    size = await store.get_file(tape.path, local)
    if size != tape.size:
        return f"of {size} bytes instead of {tape.size}", 0, []
    try:
        reader = TapeReader(local, key)
    except NotATape:
        return "unreadable", size, []
    zero = reader.header.started_ns / 1e9
    packets = [(zero + r.arrival_s, r.data) for r in reader if isinstance(r, Packet)]
    return str(reader.ending), reader.cut_bytes, packets
