"""What is compared where turns begin and end: the machine's proposal, what people accepted, and a
file in which somebody else marked the turns of the same recording.

Of what the machine proposed and nobody has judged yet, nothing is compared. Of a file nothing is
kept.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.agreement.boundaries import Agreed, Lane, agreement
from app.consent import service as consent
from app.groups import service as groups
from app.groups.models import Group, Membership
from app.imports import turnfiles
from app.imports.turnfiles import SpokenBy, TurnFormat
from app.imports.turns import NotATurnFile
from app.kit.db import now
from app.kit.errors import Invalid, Refusal
from app.kit.intervals import Interval
from app.meetings.models import Meeting
from app.recordings import consents
from app.recordings import service as recordings
from app.recordings.models import Recording, RecordingState
from app.turns import service as turns
from app.turns.models import Turn, TurnIndex, TurnState
from app.turns.rules import printed
from app.turns.service import IMPORTED, TurnRow

MOST_NAMES, LONGEST_NAME = 10, 40
"""Of the names in a file that nobody has, and of their letters, so many are said back."""


class NotProposed(Refusal):
    """No machine proposed these turns: they came with a file, or there are none."""

    code = "turns_not_proposed"


class NothingAccepted(Refusal):
    code = "no_turns_accepted"


class SpeakerUnknown(Invalid):
    """Names in the file are nobody's pseudonyms in the group."""

    code = "speaker_unknown"

    def __init__(self, names: Collection[str], pseudonyms: Collection[str]) -> None:
        super().__init__(field="content")
        rest = " …" if len(names) > MOST_NAMES else ""
        told = [f'"{name[:LONGEST_NAME]}"' for name in sorted(names)[:MOST_NAMES]]
        self.values = {"names": ", ".join(told) + rest, "pseudonyms": ", ".join(sorted(pseudonyms))}


class Against(StrEnum):
    MACHINE = "machine"
    FILE = "file"


class SecondFile(NamedTuple):
    form: TurnFormat
    content: str
    offset_ms: int
    """When the file's time begins, after the recording's."""


@dataclass(frozen=True)
class Compared:
    against: Against
    recording: Recording
    speakers: Mapping[str, Agreed]
    """By pseudonym."""
    together: Agreed
    rules: Sequence[str]
    """Of every index that a turn compared comes from."""
    unjudged: int
    """Turns that the machine proposes and nobody has judged: left out, with their time."""
    people: Collection[UUID]
    """Whose turns were compared."""
    passed_over: int = 0
    """Turns of the file whose speaker may not be studied."""


@dataclass(frozen=True)
class _Turns:
    """Of a recording, those that consents allow, in order of time."""

    indexes: Mapping[UUID, TurnIndex]
    newest: TurnIndex | None
    proposed: Sequence[TurnRow]
    """By a machine, and judged since."""
    accepted: Sequence[TurnRow]
    unjudged: Sequence[TurnRow]


async def comparable(
    db: AsyncSession, programme_id: UUID
) -> Sequence[tuple[Recording, Meeting, Group]]:
    """Recordings in which people accepted turns, as groups met."""
    accepted = (
        select(TurnIndex.recording_id)
        .join(Turn, col(Turn.index_id) == TurnIndex.id)
        .where(Turn.state == TurnState.ACCEPTED)
    )
    query = (
        select(Recording, Meeting, Group)
        .where(Recording.meeting_id == Meeting.id, Meeting.group_id == Group.id)
        .where(Group.programme_id == programme_id, Recording.state == RecordingState.READY)
        .where(col(Recording.id).in_(accepted))
        .order_by(col(Group.name), col(Meeting.starts_at))
    )
    return [(recording, meeting, group) for recording, meeting, group in await db.exec(query)]


async def with_machine(db: AsyncSession, recording: Recording, meeting: Meeting) -> Compared:
    """What the machine proposed beside what people made of it. Who may ask was asked before."""
    found = await _turns(db, recording, meeting)
    if found.newest is None or found.newest.version.startswith(IMPORTED):
        raise NotProposed
    if not found.accepted and not found.proposed:
        raise NothingAccepted
    lanes = _lanes(_spans(found.proposed), _spans(found.accepted), found.unjudged)
    rows = [*found.proposed, *found.accepted]
    return _compared(Against.MACHINE, recording, found, lanes, rows)


async def with_file(
    db: AsyncSession, recording: Recording, meeting: Meeting, file: SecondFile
) -> Compared:
    """What people accepted beside the turns of a file, whose speakers are named by pseudonym.
    Raises NotATurnFile, SpeakerUnknown, NothingAccepted."""
    try:
        spoken = turnfiles.read(file.form, file.content)
    except turnfiles.Unreadable:
        raise NotATurnFile(field="content") from None
    found = await _turns(db, recording, meeting)
    if not found.accepted:
        raise NothingAccepted
    allowed = await _allowed(db, recording, meeting, {one.name for one in spoken})
    own = [one for one in spoken if one.name in allowed]
    lanes = _lanes(_spans(found.accepted), _marked(own, file.offset_ms), found.unjudged)
    passed_over = len(spoken) - len(own)
    return _compared(Against.FILE, recording, found, lanes, found.accepted, passed_over)


async def _turns(db: AsyncSession, recording: Recording, meeting: Meeting) -> _Turns:
    if recording.state != RecordingState.READY:
        raise recordings.NotFinished
    of_it = TurnIndex.recording_id == recording.id
    query = select(TurnIndex).where(of_it).order_by(col(TurnIndex.id))
    indexes = {index.id: index for index in (await db.exec(query)).all()}
    newest = next(reversed(indexes.values()), None)
    every = select(Turn).where(col(Turn.index_id).in_(indexes))
    every = every.order_by(col(Turn.start_ms), col(Turn.end_ms), col(Turn.id))
    rows = await turns.shown(db, recording.id, meeting, (await db.exec(every)).all())
    live = [row for row in rows if row.turn.removed_by_edit is None]
    accepted = [row for row in live if row.turn.state == TurnState.ACCEPTED]
    judged = [row for row in rows if row.turn.removed_by_edit is not None]
    return _Turns(
        indexes,
        newest,
        [row for row in judged if row.turn.added_by_edit is None],
        accepted,
        [
            row
            for row in live
            if newest and row.turn.index_id == newest.id and row.turn.state == TurnState.PROPOSED
        ],
    )


async def _allowed(
    db: AsyncSession, recording: Recording, meeting: Meeting, names: set[str]
) -> set[str]:
    """Whose turns may be studied now, by pseudonym; everybody named must be of the group."""
    people: dict[str, Membership] = {
        member.pseudonym: member
        for member, _ in await groups.members(db, meeting.group_id, former=True)
    }
    if unknown := names - people.keys():
        raise SpeakerUnknown(unknown, people.keys())
    tapes = await recordings.tapes(db, recording.id)
    studied = consents.studied(await consent.chain(db, meeting.group_id), tapes, now())
    return {name for name in names if people[name].user_id in studied}


Spans = Mapping[str, Sequence[Interval]]


def _spans(rows: Iterable[TurnRow]) -> Spans:
    found: dict[str, list[Interval]] = {}
    for row in rows:
        span = Interval(row.turn.start_ms, row.turn.end_ms)
        found.setdefault(row.speaker.pseudonym, []).append(span)
    return found


def _marked(spoken: Iterable[SpokenBy], offset_ms: int) -> Spans:
    """What lies before the recording's beginning is cut off."""
    found: dict[str, list[Interval]] = {}
    for name, start, end in spoken:
        span = Interval(max(0, start + offset_ms), end + offset_ms)
        if span.end_ms > span.start_ms:
            found.setdefault(name, []).append(span)
    return found


def _lanes(one: Spans, other: Spans, unjudged: Iterable[TurnRow]) -> dict[str, Lane]:
    left_out = _spans(unjudged)
    return {
        name: Lane(one.get(name, ()), other.get(name, ()), left_out.get(name, ()))
        for name in sorted({*one, *other})
    }


def _compared(
    against: Against,
    recording: Recording,
    found: _Turns,
    lanes: Mapping[str, Lane],
    rows: Sequence[TurnRow],
    passed_over: int = 0,
) -> Compared:
    ends = [span.end_ms for lane in lanes.values() for span in (*lane.one, *lane.other)]
    ends += [row.turn.end_ms for row in found.unjudged]
    speakers, together = agreement(max([recording.duration_ms or 0, *ends]), lanes)
    rules = sorted({printed(found.indexes[row.turn.index_id]) for row in rows})
    unjudged = len(found.unjudged)
    people = {row.turn.user_id for row in rows}
    return Compared(against, recording, speakers, together, rules, unjudged, people, passed_over)
