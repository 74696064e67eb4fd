"""A programme as large as they come, over and indexed: groups, people, meetings, turns, words.

Consents, data keys, turn indexes and files come about by the services that make them in use. What
there is most of (turns, edits, words, presence) is written as the rows that those services write,
many at a time, because a hundred thousand of them one by one would take an hour. A file's bytes are
a stand-in of `STAND_IN` bytes: what is measured is how a page or an export is put together.

Nobody's consents are simple for long. In every group somebody refused to be written down and agreed
later; in every third, somebody withdrew from being studied after the fourth meeting and left what
there was; in every fourth, somebody agreed to be heard and never to be studied.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.models import User
from app.codebooks.models import CodebookVersion
from app.consent import service as consent
from app.consent.models import Decision, Purpose
from app.groups.models import Group, GroupRole, Membership
from app.kit.context import Context
from app.kit.db import now
from app.meetings.models import Attendance, Meeting, MeetingState
from app.programmes.models import Programme, ProgrammeRole, ProgrammeStaff
from app.recordings.models import (
    FileKind,
    Recording,
    RecordingFile,
    RecordingState,
    Source,
    Tape,
    TapeState,
    Track,
)
from app.turns import service as turns
from app.turns.detection import VERSION, TurnRules
from app.turns.models import Speech, Turn, TurnEdit, TurnState
from app.vault import service as vault
from media.sealed import SealedWriter
from media.store import Store

from .talk import Spoken, talked, words

LENGTH_MS = 7_200_000
MEMBERS = 7
CODERS = 5
STAND_IN = 16_384
LONGEST = 1_500
"""Turns of the first meeting: as many as a long and lively one has."""
EDITED = 3
"""Each so manieth recording was corrected at the workbench …"""
CORRECTIONS = 60
"""… in so many places."""


@dataclass
class Study:
    """Whom and what there is."""

    programme: Programme
    coordinator: User
    coders: list[User]
    groups: list[Group] = field(default_factory=list)
    members: dict[UUID, list[User]] = field(default_factory=dict)
    """By group: the facilitator, the members, the observer."""
    meetings: list[Meeting] = field(default_factory=list)
    recordings: list[Recording] = field(default_factory=list)
    version_id: UUID | None = None


async def standing(db: AsyncSession) -> Study:
    """What was furnished in a folder before."""
    programme = (await db.exec(select(Programme))).one()
    of_role = select(User).join(ProgrammeStaff).order_by(col(User.id))
    leads = of_role.where(ProgrammeStaff.role == ProgrammeRole.COORDINATOR)
    codes = of_role.where(ProgrammeStaff.role == ProgrammeRole.RESEARCHER)
    coders = list((await db.exec(codes.order_by(col(User.id)))).all())
    study = Study(programme, (await db.exec(leads)).one(), coders)
    study.groups = list((await db.exec(select(Group).order_by(col(Group.name)))).all())
    inside = select(Membership, User).join(User).order_by(col(Membership.pseudonym))
    for member, user in (await db.exec(inside)).all():
        study.members.setdefault(member.group_id, []).append(user)
    held = select(Meeting, Recording).join(Recording).order_by(col(Recording.id))
    for meeting, recording in (await db.exec(held)).all():
        study.meetings.append(meeting)
        study.recordings.append(recording)
    study.version_id = (await db.exec(select(CodebookVersion.id))).one()
    return study


async def bulk(db: AsyncSession, rows: Sequence[SQLModel]) -> None:
    """Many rows of one table in one statement."""
    if rows:
        await db.exec(insert(type(rows[0])), params=[row.model_dump() for row in rows])


async def furnish(context: Context, store: Store, groups: int, meetings: int, count: int) -> Study:
    """So many groups of so many meetings each, with `count` turns in all."""
    study = Study(
        Programme(name="Järjestöt jaksaa", controller="Humak", retention_days=730),
        User(name="Kaisa Koordinaattori"),
        [User(name=f"Tutkija {number + 1}") for number in range(CODERS)],
    )
    async with context.database.transaction() as db:
        db.add_all([study.programme, study.coordinator, *study.coders])
        await db.flush()
        for user in (study.coordinator, *study.coders):
            first = user is study.coordinator
            role = ProgrammeRole.COORDINATOR if first else ProgrammeRole.RESEARCHER
            db.add(ProgrammeStaff(programme_id=study.programme.id, user_id=user.id, role=role))
    counts = _counts(groups * meetings, count)
    for number in range(groups):
        own = counts[number * meetings : (number + 1) * meetings]
        async with context.database.transaction() as db:
            await _group(context, store, db, study, number, own)
    return study


def _counts(meetings: int, turns: int) -> list[int]:
    """Turns of each meeting: the first has `LONGEST` if that is more than its share, the others
    alike."""
    first = max(LONGEST, turns // meetings) if turns > LONGEST else turns
    left, others = turns - first, meetings - 1
    return [first, *(left * (n + 1) // others - left * n // others for n in range(others))]


async def _group(
    context: Context,
    store: Store,
    db: AsyncSession,
    study: Study,
    number: int,
    counts: Sequence[int],
) -> None:
    group = Group(programme_id=study.programme.id, name=f"Ryhmä {number + 1:02}")
    db.add(group)
    roles = [GroupRole.FACILITATOR, *[GroupRole.MEMBER] * MEMBERS, GroupRole.OBSERVER]
    people = [User(name=f"Henkilö {number + 1}.{place}") for place in range(len(roles))]
    db.add_all(people)
    await db.flush()
    names = ["F1", *(f"J{place + 1}" for place in range(MEMBERS)), "H1"]
    for user, role, name in zip(people, roles, names, strict=True):
        db.add(Membership(group_id=group.id, user_id=user.id, role=role, pseudonym=name))
    await db.flush()
    speaking = people[:-1]
    grants = await _consents(db, group, speaking, number)
    study.groups.append(group)
    study.members[group.id] = people
    first = now().replace(minute=0, second=0, microsecond=0) - timedelta(days=300 - number)
    for place, count in enumerate(counts):
        starts_at = first + timedelta(days=28 * place)
        room = _Room(context, store, db, study, group, people, grants)
        await room.meeting(place, starts_at, count, seed=number * len(counts) + place)
    if number % 3 == 2:
        await _decide(db, group, speaking[3], Purpose.INDEXING, Decision.WITHDRAWN, keeps=True)


Grants = dict[tuple[UUID, Purpose], UUID]


async def _consents(db: AsyncSession, group: Group, people: Sequence[User], number: int) -> Grants:
    found: Grants = {}
    await _decide(db, group, people[2], Purpose.TRANSCRIPT, Decision.REFUSED)
    for place, user in enumerate(people):
        for purpose in (Purpose.AUDIO, Purpose.INDEXING, Purpose.TRANSCRIPT):
            if number % 4 == 3 and place == 5 and purpose != Purpose.AUDIO:
                continue
            found[user.id, purpose] = await _decide(db, group, user, purpose, Decision.GRANTED)
    return found


async def _decide(
    db: AsyncSession,
    group: Group,
    user: User,
    purpose: Purpose,
    decision: Decision,
    *,
    keeps: bool = False,
) -> UUID:
    row = await consent.decide(
        db,
        user_id=user.id,
        group_id=group.id,
        meeting_id=None,
        purpose=purpose,
        decision=decision,
        text_version=1,
        text_language="fi",
        decided_by=user.id,
        keeps_earlier=keeps,
    )
    return row.id


@dataclass
class _Room:
    """Where one meeting of a group is put together."""

    context: Context
    store: Store
    db: AsyncSession
    study: Study
    group: Group
    people: Sequence[User]
    grants: Grants

    async def meeting(self, place: int, starts_at: datetime, count: int, *, seed: int) -> None:
        ends_at = starts_at + timedelta(milliseconds=LENGTH_MS)
        meeting = Meeting(
            group_id=self.group.id,
            ordinal=place + 1,
            starts_at=starts_at,
            state=MeetingState.ENDED,
        )
        self.db.add(meeting)
        await self.db.flush()
        recording = Recording(
            meeting_id=meeting.id,
            state=RecordingState.READY,
            node_name="bench",
            started_at=starts_at,
            stopped_at=ends_at,
            duration_ms=LENGTH_MS,
        )
        self.db.add(recording)
        await self.db.flush()
        self.study.meetings.append(meeting)
        self.study.recordings.append(recording)
        for user in self.people[:-1]:
            await self._kept(recording, user)
        heard = [str(id_) for (_, purpose), id_ in self.grants.items() if purpose == Purpose.AUDIO]
        await self._file(recording, FileKind.MIXDOWN, None, heard)
        await self._present(meeting, place, ends_at)
        indexed = [u.id for u in self.people[:-1] if (u.id, Purpose.INDEXING) in self.grants]
        await self._spoken(recording, talked(indexed, LENGTH_MS, count, seed), seed)

    async def _kept(self, recording: Recording, user: User) -> None:
        """A person's tape, file and track."""
        given = self.grants[user.id, Purpose.AUDIO]
        key = await vault.data_key(
            self.db, self.context.keys, recording.meeting_id, user.id, "audio"
        )
        self.db.add(
            Tape(
                recording_id=recording.id,
                user_id=user.id,
                publication_id="microphone",
                source=Source.MICROPHONE,
                consent_id=given,
                data_key_id=key.id,
                state=TapeState.STORED,
                node_name="bench",
                path=f"{recording.meeting_id}/{user.id}.tape",
                started_at=recording.started_at,
                ended_at=recording.stopped_at,
                size=30_000_000,
            )
        )
        file = await self._file(recording, FileKind.PERSON, user.id, [str(given)])
        self.db.add(
            Track(
                recording_id=recording.id,
                user_id=user.id,
                source=Source.MICROPHONE,
                file_id=file.id,
                codec="opus",
                start_ms=0,
                duration_ms=LENGTH_MS,
                details={"file_start_ms": 0, "gaps": [], "packets": 360_000},
            )
        )
        await self.db.flush()

    async def _file(
        self, recording: Recording, kind: FileKind, user_id: UUID | None, consents: list[str]
    ) -> RecordingFile:
        scope = "shared" if user_id is None else "person"
        key = await vault.data_key(self.db, self.context.keys, recording.meeting_id, user_id, scope)
        path = f"{recording.meeting_id}/{user_id or 'all'}-{kind}.sealed"
        with TemporaryDirectory() as folder:
            sealed = Path(folder) / "sealed"
            with SealedWriter(sealed, key.key) as writer:
                writer.write(bytes(STAND_IN))
            await self.store.take_file(path, sealed)
        file = RecordingFile(
            recording_id=recording.id,
            kind=kind,
            user_id=user_id,
            data_key_id=key.id,
            consent_ids=consents,
            path=path,
            media_type="audio/webm",
            size=STAND_IN,
            sha256=writer.sha256,
        )
        self.db.add(file)
        await self.db.flush()
        return file

    async def _present(self, meeting: Meeting, place: int, ends_at: datetime) -> None:
        """Everybody, and somebody twice: the line went."""
        rows: list[Attendance] = []
        for number, user in enumerate(self.people):
            role = (
                GroupRole.FACILITATOR if number == 0
                else GroupRole.OBSERVER if number > MEMBERS else GroupRole.MEMBER
            )  # fmt: skip
            own: dict[str, Any] = {"meeting_id": meeting.id, "user_id": user.id, "role": role}
            joined = meeting.starts_at + timedelta(seconds=20 * number)
            if number == 1 + place % MEMBERS:
                gone = meeting.starts_at + timedelta(minutes=50)
                rows.append(Attendance(**own, joined_at=joined, left_at=gone))
                joined = gone + timedelta(minutes=4)
            rows.append(Attendance(**own, joined_at=joined, left_at=ends_at))
        await bulk(self.db, rows)

    async def _spoken(self, recording: Recording, said: Sequence[Spoken], seed: int) -> None:
        """The index, where everybody spoke, some corrections, and the words."""
        index = await turns.store(self.db, recording.id, VERSION, TurnRules().parameters(), ())
        made = [
            Turn(
                index_id=index.id,
                user_id=each.user_id,
                start_ms=each.start_ms,
                end_ms=each.end_ms,
                is_backchannel=each.is_backchannel,
            )
            for each in said
        ]
        segments: dict[UUID, list[list[int]]] = {}
        for each in said:
            segments.setdefault(each.user_id, []).append([each.start_ms, each.end_ms])
        await bulk(
            self.db,
            [Speech(recording_id=recording.id, user_id=u, segments=s) for u, s in segments.items()],
        )
        await bulk(self.db, made)
        if seed % EDITED == 0:
            await self._corrected(recording, made, seed)
        written: dict[UUID, list[str]] = {
            user: [str(id_), str(self.grants[user, Purpose.AUDIO])]
            for (user, purpose), id_ in self.grants.items()
            if purpose == Purpose.TRANSCRIPT
        }
        await bulk(self.db, words(recording.id, said, written, seed))

    async def _corrected(self, recording: Recording, made: Sequence[Turn], seed: int) -> None:
        """Ends that were moved by hand: the old turn goes, an accepted one comes."""
        chosen = random.Random(seed).sample(range(len(made)), min(CORRECTIONS, len(made) // 10))
        edits, given, gone = [], [], []
        for place, at in enumerate(sorted(chosen), start=1):
            edit = TurnEdit(
                id=UUID(int=random.Random(f"{recording.id}{place}").getrandbits(128), version=4),
                recording_id=recording.id,
                sequence=place,
                operation="move",
                author_id=self.study.coders[seed % CODERS].id,
            )
            old = made[at]
            values: dict[str, Any] = old.model_dump(exclude={"id"})
            values |= {"end_ms": old.end_ms - 40, "state": TurnState.ACCEPTED}
            given.append(Turn(**values | {"added_by_edit": edit.id, "made_from": old.id}))
            edits.append(edit)
            gone.append((old, edit.id))
        await bulk(self.db, edits)
        await bulk(self.db, given)
        for old, edit_id in gone:
            row = await self.db.get_one(Turn, old.id)
            row.removed_by_edit = edit_id
        await self.db.flush()
