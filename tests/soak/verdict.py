"""What became of a recording, against the truth of those who spoke."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from app.kit.context import Context
from app.recordings import service as recordings
from app.recordings.models import FileKind, Recording, Tape, TapeState
from app.vault import service as vault
from media.sealed import SealedReader
from media.store import Store
from media.tape.format import NotATape, Packet
from media.tape.reader import Ending, TapeReader
from tests.soak.attendee import Truth

PACKET_S = 0.02
MOST_LOST_S = 0.25
ON_THE_WAY_S = 0.1
"""A packet that was sent in a stretch may arrive so much later and still be of it."""


@dataclass
class Verdict:
    losses_s: list[float] = field(default_factory=list)
    """Of each stretch that the node said was written: what the tapes lack."""
    torn: int = 0
    tapes: int = 0
    complaints: list[str] = field(default_factory=list)


async def judge(
    context: Context, store: Store, recording_id: UUID, truths: dict[UUID, Truth], scratch: Path
) -> Verdict:
    """Reads every tape as it lies in the store, the manifest, and the finished tracks."""
    verdict = Verdict()
    async with context.database.reading() as db:
        recording = await db.get_one(Recording, recording_id)
        tapes = await recordings.tapes(db, recording_id)
        tracks = await recordings.tracks(db, recording_id)
        files = await recordings.files(db, recording_id)
        keys = {t.id: await vault.unwrap(db, context.keys, t.data_key_id) for t in tapes}
        written = next(file for file in files if file.kind == FileKind.MANIFEST)
        key = await vault.unwrap(db, context.keys, written.data_key_id)
    sealed = await SealedReader.open(store, written.path, key)
    manifest = json.loads(await sealed.read(0, sealed.size))
    told = {entry["tape_id"]: entry for entry in manifest["tapes"]}
    arrivals: dict[UUID, list[float]] = {}
    for tape in tapes:
        verdict.tapes += 1
        ending, cut_bytes, times = await _read(store, tape, keys[tape.id], scratch)
        entry = told.pop(str(tape.id), {})
        stated = [tape.state, *(entry.get(n) for n in ("ending", "cut_bytes", "packets"))]
        if stated != (found := [TapeState.STORED, ending, cut_bytes, len(times)]):
            verdict.complaints.append(f"stated of a tape: {stated}; found: {found}")
        verdict.torn += ending == Ending.TORN
        arrivals.setdefault(tape.user_id, []).extend(times)
    if told or manifest["left_out"]:
        verdict.complaints.append("the manifest has tapes of its own, or leaves some out")
    for user_id, truth in truths.items():
        _compare(verdict, truth, arrivals.get(user_id, []))
        own = [track for track in tracks if track.user_id == user_id]
        began = recording.started_at.timestamp()
        end = max(began + (t.start_ms + t.duration_ms) / 1e3 for t in own) if own else 0.0
        said = zip(truth.sent, truth.due, strict=True)
        after = [due for at, due in said if truth.covers(at) and due > end]
        if len(after) * PACKET_S > MOST_LOST_S:
            verdict.complaints.append(
                f"recording {recording_id}: a finished track ends {max(after) - end:.3f} s before "
                f"its voice did; {len(after)} packets, "
                + "; ".join(f"{t.start_ms} + {t.duration_ms} ms, {t.details}" for t in own)
            )
        frames = sum(t.details["frames"] for t in own)
        if frames < len(arrivals.get(user_id, [])):
            verdict.complaints.append(f"{frames} frames of {len(arrivals[user_id])} packets")
    return verdict


def _compare(verdict: Verdict, truth: Truth, arrivals: list[float]) -> None:
    for start, end in truth.recorded:
        sent = sum(start <= at <= end for at in truth.sent)
        kept = sum(start <= at <= end + ON_THE_WAY_S for at in arrivals)
        verdict.losses_s.append(max(0, sent - kept) * PACKET_S)


async def _read(store: Store, tape: Tape, key: bytes, to: Path) -> tuple[str, int, list[float]]:
    """How the stored tape ends, how much of it is cut, and when its packets arrived."""
    local = to / "copy.tape"
    size = await store.get_file(tape.path, local)
    if size != tape.size:
        return f"of {size} bytes instead of {tape.size}", 0, []
    try:
        reader = TapeReader(local, key)
    except NotATape:
        return "unreadable", size, []
    zero = reader.header.started_ns / 1e9
    times = [zero + r.arrival_s for r in reader if isinstance(r, Packet)]
    return str(reader.ending), reader.cut_bytes, times
