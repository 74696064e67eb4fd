"""Writing words down, changing them, reading them. Words go nowhere that consent does not allow."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import and_, col, delete, not_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.consent import service as consent
from app.groups import service as groups
from app.groups.models import Membership
from app.kit.errors import Invalid, NotFound, Refusal
from app.kit.ids import new_id
from app.kit.permissions import Action
from app.meetings.models import Meeting
from app.recordings import service as recordings
from app.recordings.models import Recording
from app.transcripts import attaching, consents, vtt
from app.transcripts.consents import Ground
from app.transcripts.models import Utterance, WordsSource, folded


class NoTranscriptConsent(Refusal):
    code = "no_transcript_consent"


class LineChanged(Refusal):
    code = "line_changed"


class NotInTheRecording(Invalid):
    code = "not_in_the_recording"


class LineRow(NamedTuple):
    """A line as it is now, and who says it: whether a reader may know the name, `app.blinding`
    says."""

    line: Utterance
    speaker: Membership


@dataclass(frozen=True)
class Said:
    """Words to be written down; ms of the recording's time line."""

    user_id: UUID
    start_ms: int
    end_ms: int
    text: str


async def allowed(db: AsyncSession, recording_id: UUID, meeting: Meeting) -> list[LineRow]:
    """The lines by time, of those whose consents allow it now; who asks, was asked at the door."""
    query = select(Utterance).where(
        Utterance.recording_id == recording_id, col(Utterance.is_current), Utterance.text != ""
    )
    lines = (await db.exec(query.order_by(col(Utterance.start_ms), col(Utterance.line_id)))).all()
    usable = consents.usable(lines, await consent.standing(db, [meeting.group_id]))
    everyone = await groups.members(db, meeting.group_id, former=True)
    people = {user.id: member for member, user in everyone}
    return [LineRow(each, people[each.user_id]) for each in usable if each.user_id in people]


async def speakers(db: AsyncSession, recording_id: UUID, meeting: Meeting) -> set[UUID]:
    """Whose lines are `allowed`, without reading a word of them."""
    query = select(Utterance.user_id, Utterance.consent_ids).where(
        Utterance.recording_id == recording_id, col(Utterance.is_current), Utterance.text != ""
    )
    standing = await consent.standing(db, [meeting.group_id])
    people = {user.id for _, user in await groups.members(db, meeting.group_id, former=True)}
    return {
        user_id
        for user_id, rests_on in (await db.exec(query)).all()
        if user_id in people and consents.stands(rests_on, standing)
    }


def cues(rows: Iterable[LineRow]) -> list[vtt.Cue]:
    """Under pseudonyms."""
    return [
        vtt.Cue(line.start_ms, line.end_ms, speaker.pseudonym, line.text) for line, speaker in rows
    ]


async def versions(
    db: AsyncSession, actor: Actor, recording_id: UUID, line_id: UUID
) -> list[Utterance]:
    """Every version of a line, the newest first."""
    _, meeting = await recordings.get(db, actor, recording_id, Action.READ_TRANSCRIPT)
    found = await _versions(db, recording_id, line_id)
    usable = consents.usable(found, await consent.standing(db, [meeting.group_id]))
    if not usable:
        raise NotFound
    return usable


async def grounds(
    db: AsyncSession, recording: Recording, meeting: Meeting
) -> Mapping[UUID, Ground]:
    """Those whose words may be written down now, and on what that rests."""
    rows = await consent.chain(db, meeting.group_id)
    tapes = await recordings.tapes(db, recording.id)
    return consents.grounds(rows, tapes, recording.started_at)


async def write_down(
    db: AsyncSession,
    recording: Recording,
    meeting: Meeting,
    said: Iterable[Said],
    source: WordsSource,
    *,
    model: str | None = None,
    made_by: UUID | None = None,
) -> list[Said]:
    """Adds lines; those that were written. The others no consent covers, or they lie outside the
    recording."""
    allowed_now = await grounds(db, recording, meeting)
    written = []
    for words in said:
        ground = allowed_now.get(words.user_id)
        if ground is None or not _is_within(recording, words) or not ground.covers(words.end_ms):
            continue
        line_id = new_id()
        made = {"id": line_id, "line_id": line_id, "model": model, "made_by": made_by}
        db.add(_line(recording.id, words, source, list(ground.consent_ids), **made))
        written.append(words)
    await db.flush()
    return written


UNTOUCHED = and_(
    col(Utterance.is_current),
    col(Utterance.source) == WordsSource.MACHINE,
    col(Utterance.version) == 1,
)
"""A machine's lines that no person corrected, moved or took out."""


async def write_anew(
    db: AsyncSession,
    recording: Recording,
    meeting: Meeting,
    user_id: UUID,
    said: Iterable[Said],
    *,
    model: str,
) -> int:
    """A machine's words of one person in place of those it wrote before; how many lines. What
    people touched stays as it is, and nothing is written where it lies or lay: not over a line
    that was corrected, imported or moved, nor where one was taken out."""
    mine = (col(Utterance.recording_id) == recording.id, col(Utterance.user_id) == user_id)
    await db.exec(delete(Utterance).where(*mine, UNTOUCHED))
    touched = (await db.exec(select(Utterance).where(*mine))).all()
    free = attaching.apart(said, touched)
    return len(await write_down(db, recording, meeting, free, WordsSource.MACHINE, model=model))


async def beside_peoples(
    db: AsyncSession, recording: Recording, meeting: Meeting, said: Iterable[Said]
) -> list[Said]:
    """Those that are not about the same words as a line that people wrote, imported or touched,
    and that may still be read."""
    here = (Utterance.recording_id == recording.id, col(Utterance.is_current))
    theirs = select(Utterance).where(*here, Utterance.text != "", not_(UNTOUCHED))
    standing = await consent.standing(db, [meeting.group_id])
    return attaching.apart(said, consents.usable((await db.exec(theirs)).all(), standing))


async def give_way(db: AsyncSession, recording_id: UUID, written: Iterable[Said]) -> int:
    """Deletes the machine's lines that are about the same words as these, whichever of the two
    came first (see `write_anew`); how many."""
    of_it = (col(Utterance.recording_id) == recording_id, UNTOUCHED)
    machines = (await db.exec(select(Utterance).where(*of_it))).all()
    staying = {line.id for line in attaching.apart(machines, written)}
    going = [line.id for line in machines if line.id not in staying]
    done = await db.exec(delete(Utterance).where(*of_it, col(Utterance.id).in_(going)))
    return int(done.rowcount)


async def edit(
    db: AsyncSession,
    actor: Actor,
    recording_id: UUID,
    line_id: UUID,
    words: Said,
    seen_version: int,
) -> Utterance:
    """Puts a new version in place of the one that was seen; without text, the line is taken out."""
    recording, meeting = await recordings.get(db, actor, recording_id, Action.EDIT_TRANSCRIPT)
    latest = next(iter(await _versions(db, recording_id, line_id)), None)
    standing = await consent.standing(db, [meeting.group_id])
    if latest is None or not consents.usable([latest], standing):
        raise NotFound
    if latest.version != seen_version:
        raise LineChanged
    ground = await _ground(db, recording, meeting, words)
    kept = latest.consent_ids if words.user_id == latest.user_id else list(ground.consent_ids)
    ended = update(Utterance).where(col(Utterance.id) == latest.id, col(Utterance.is_current))
    if (await db.exec(ended.values(is_current=False))).rowcount != 1:
        raise LineChanged  # somebody else was quicker
    made = {"line_id": line_id, "version": latest.version + 1, "made_by": actor.user_id}
    line = _line(recording_id, words, WordsSource.HUMAN, kept, **made)
    db.add(line)
    await db.flush()
    return line


async def add(db: AsyncSession, actor: Actor, recording_id: UUID, words: Said) -> Utterance:
    """A line written by hand."""
    recording, meeting = await recordings.get(db, actor, recording_id, Action.EDIT_TRANSCRIPT)
    ground = await _ground(db, recording, meeting, words)
    line_id, source = new_id(), WordsSource.HUMAN
    made = {"id": line_id, "line_id": line_id, "made_by": actor.user_id}
    line = _line(recording_id, words, source, list(ground.consent_ids), **made)
    db.add(line)
    await db.flush()
    return line


async def _ground(db: AsyncSession, recording: Recording, meeting: Meeting, words: Said) -> Ground:
    if not _is_within(recording, words):
        raise NotInTheRecording(field="end_ms")
    ground = (await grounds(db, recording, meeting)).get(words.user_id)
    if ground is None or not ground.covers(words.end_ms):
        raise NoTranscriptConsent
    return ground


def _is_within(recording: Recording, words: Said) -> bool:
    return 0 <= words.start_ms < words.end_ms <= (recording.duration_ms or 0)


async def _versions(db: AsyncSession, recording_id: UUID, line_id: UUID) -> Sequence[Utterance]:
    query = select(Utterance).where(
        Utterance.recording_id == recording_id, Utterance.line_id == line_id
    )
    return (await db.exec(query.order_by(col(Utterance.version).desc()))).all()


def _line(
    recording_id: UUID, words: Said, source: WordsSource, consent_ids: list[str], **made: Any
) -> Utterance:
    return Utterance(
        recording_id=recording_id,
        user_id=words.user_id,
        start_ms=words.start_ms,
        end_ms=words.end_ms,
        text=words.text,
        folded=folded(words.text),
        source=source,
        consent_ids=consent_ids,
        **made,
    )
