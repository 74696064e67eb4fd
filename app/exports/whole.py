"""Every meeting of a group in one export, each in its folder, and all that is indexed as one
project."""

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.exports import answers as survey_answers
from app.exports import bundle, project
from app.exports.agreed import Contents, agreed
from app.exports.assembling import Assembled
from app.exports.bundle import Entry
from app.exports.models import Audience
from app.exports.reader import Reader
from app.groups.models import Group
from app.kit.context import Context
from app.meetings import service as meetings
from app.meetings.models import Meeting


async def of_group(
    context: Context,
    db: AsyncSession,
    group: Group,
    audience: Audience,
    reader: Reader,
    *,
    with_answers: bool,
) -> Assembled:
    query = meetings.of_group(group.id).order_by(col(Meeting.starts_at), col(Meeting.id))
    allowed = await agreed(db, group.id, audience)
    of_group = (await db.exec(query)).all()
    placed = [(each, f"{n:02}-{each.kind}-{each.ordinal}/") for n, each in enumerate(of_group, 1)]
    bundles = [
        await bundle.of_meeting(context, db, meeting, reader, allowed, folder)
        for meeting, folder in placed
    ]
    common: list[Entry] = []
    beside = [(meeting, folder + project.MEDIA) for meeting, folder in placed]
    if whole := await project.of_group(context.database, db, group, beside, reader, allowed):
        common.append(bundle.made(project.NAME, whole.content))
    answered: Contents = {}
    if with_answers:
        files, answered = await survey_answers.entries(db, group, reader, allowed)
        common += files
    told = bundle.about(allowed) | {"purposes": allowed.named(answered)}
    common.append(bundle.written(told, common))
    entries = [*(entry for each in bundles for entry in each.entries), *common]
    held = [(each.recording_id, each.contents) for each in bundles]
    return Assembled(entries, [*held, (None, answered)])
