"""Tables and pictures that leave the house: in the register like every other file, so that a
withdrawal names those in which that person was counted. One of several groups stands in the
register of each, where its coordinators look."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import Depends, Response

from app.accounts.http import PatientActor
from app.consent.models import Purpose
from app.exports import register
from app.exports.agreed import Contents
from app.exports.register import Out
from app.kit.db import now
from app.kit.http import Ctx, download
from app.meetings.models import Meeting
from app.meetings.naming import group_key
from app.recordings.models import Recording

OF_TURNS = (Purpose.AUDIO, Purpose.INDEXING)
TABLE, PICTURE = "text/csv; charset=utf-8", "image/svg+xml"


class Counted(NamedTuple):
    """Who is counted in the figures of one recording, the silent too, or in those of a group."""

    group_id: UUID
    meeting_id: UUID | None
    recording_id: UUID | None
    people: Collection[UUID]
    purposes: Sequence[Purpose]
    """The consents that they rest on."""


def of_turns(recording: Recording, meeting: Meeting, people: Collection[UUID]) -> Counted:
    return Counted(meeting.group_id, meeting.id, recording.id, people, OF_TURNS)


class Outgoing:
    """For an endpoint that gives such a file."""

    def __init__(self, actor: PatientActor, context: Ctx) -> None:
        self.actor, self.context, self.moment = actor, context, now()

    async def table(self, content: bytes | str, name: str, told: Iterable[Counted]) -> Response:
        return await self._handed(content, name, "csv", TABLE, told)

    async def picture(self, content: str, name: str, told: Iterable[Counted]) -> Response:
        return await self._handed(content, name, "svg", PICTURE, told)

    async def _handed(
        self, content: bytes | str, name: str, ending: str, media_type: str, told: Iterable[Counted]
    ) -> Response:
        """The file, once it is in the register, as of the moment before anything was read. Of one
        group its name says of which."""
        body = content.encode() if isinstance(content, str) else content
        of_group: dict[UUID, list[Counted]] = {}
        for each in told:
            of_group.setdefault(each.group_id, []).append(each)
        if len(of_group) == 1:
            name = f"{name}-{group_key(next(iter(of_group)))}"
        name = f"{name}.{ending}"
        async with self.context.database.transaction() as db:
            for group_id, counted in of_group.items():
                meetings = {each.meeting_id for each in counted}
                held = [(each.recording_id, _contents(each)) for each in counted]
                meeting_id = meetings.pop() if len(meetings) == 1 else None
                out = Out(group_id, meeting_id, name, hashlib.sha256(body).hexdigest(), held)
                await register.enter(db, self.actor, out, self.moment)
        answer = download(body, name, media_type)
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _contents(counted: Counted) -> Contents:
    return {user_id: set(map(str, counted.purposes)) for user_id in counted.people}


ToBeOut = Annotated[Outgoing, Depends()]
