"""The page of the edit history: who changed which turn to what, beside what had been proposed."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from app.agreement import rows, segmentations
from app.agreement.boundaries import TOLERANCE_MS
from app.agreement.segmentations import NothingAccepted, NotProposed
from app.analysis.drawing import Text, decimal
from app.blinding import service as blinding
from app.blinding.service import Names
from app.groups import service as groups
from app.kit.audit import Deed
from app.kit.permissions import Action
from app.meetings.models import Meeting
from app.recordings import auditing
from app.recordings.models import Recording
from app.recordings.service import NotFinished
from app.turns import history
from app.turns.history import Filter, Step
from app.turns.service import TurnRow
from app.web.analysis import writing
from app.web.meetings import title_of
from app.web.visit import Looking, PageRoute, Visit, read

router = APIRouter(route_class=PageRoute)

SHOWN = 50
Asked = Annotated[str, Query(max_length=40)]


@router.get("/recordings/{recording_id}/history")
async def edit_history(
    recording_id: UUID, visit: Looking, author: Asked = "", speaker: Asked = "", before: Asked = ""
) -> HTMLResponse:
    db, actor = visit.db, visit.actor
    deed, action = Deed.READ_TURNS, Action.READ_TURNS
    found, meeting = await auditing.opened(
        visit.context.database, db, actor, recording_id, deed, action
    )
    wanted = Filter(read(UUID, author), read(UUID, speaker))
    steps, more = await history.page(
        db, actor, recording_id, wanted, read(int, before), limit=SHOWN
    )
    given = {"author": author, "speaker": speaker}
    names = await blinding.names(db, actor.user_id, meeting.group_id)
    shown = await history.speakers(db, recording_id, meeting)
    api = {"author_id": author, "speaker_id": speaker}
    return visit.page(
        "history.html",
        recording=found,
        title=title_of(visit, meeting),
        group=await groups.get(db, actor, meeting.group_id),
        steps=steps,
        names=names,
        names_withheld=names.are_withheld,
        names_of=lambda step: names_of(step, names),
        spans=lambda rows: spans(rows, visit.text),
        beside=lambda step: beside(step, names, visit.text),
        authors=await history.authors(db, recording_id, names),
        speakers={id_: name for id_, name in names.by_user.items() if id_ in shown},
        given=given,
        older=_query(given | {"before": more}) if more else "",
        csv=_query(api),
        boundaries=await _boundaries(visit, found, meeting),
        tolerance=TOLERANCE_MS,
        **writing(visit),
    )


async def _boundaries(visit: Visit, recording: Recording, meeting: Meeting) -> Any:
    """How far the machine's cuts are people's; None where there is nothing to compare."""
    try:
        return rows.boundaries(await segmentations.with_machine(visit.db, recording, meeting))
    except (NotFinished, NotProposed, NothingAccepted):
        return None


def names_of(step: Step, names: Names) -> str:
    """Whose turns it was about, as far as that may be told."""
    rows = (*step.told.taken, *step.told.given)
    return ", ".join(dict.fromkeys(names.by_user[row.turn.user_id] for row in rows))


def spans(rows: Sequence[TurnRow], t: Text) -> list[str]:
    return [f"{fine(row.turn.start_ms, t)}–{fine(row.turn.end_ms, t)}" for row in rows]


def fine(ms: int, t: Text) -> str:
    """Minutes, seconds and hundredths, as the workbench shows them; hours when there are some."""
    seconds, rest = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    begins = f"{hours}:" if hours else ""
    return f"{begins}{minutes:02}:{seconds:02}{t('analysis.decimal_mark')}{rest // 10:02}"


def beside(step: Step, names: Names, t: Text) -> list[str]:
    """How what was given differs from what had been proposed, in sentences; none where nothing of
    it may be told."""
    given, proposed = step.told.given, step.proposed
    if not step.is_whole or (not given and not step.told.taken):
        return []
    if not proposed:
        return [t("history.own")]
    if not given:
        return [t("history.dropped")]
    if len(given) > 1:
        return [t("history.divided", count=len(given))]
    if len(proposed) > 1:
        return [t("history.joined", count=len(proposed))]
    return _differences(given[0], proposed[0], names, t) or [t("history.as_proposed")]


def _differences(now: TurnRow, before: TurnRow, names: Names, t: Text) -> list[str]:
    said = []
    if now.turn.user_id != before.turn.user_id:
        said.append(t("history.other_speaker", name=names.by_user[before.turn.user_id]))
    for edge, earlier, later in (
        ("start_ms", "history.starts_earlier", "history.starts_later"),
        ("end_ms", "history.ends_earlier", "history.ends_later"),
    ):
        by = getattr(now.turn, edge) - getattr(before.turn, edge)
        if by:
            seconds = decimal(abs(by) / 1000, 2, t)
            said.append(t(earlier if by < 0 else later, seconds=seconds))
    if now.turn.is_backchannel != before.turn.is_backchannel:
        said.append(t("history.marked" if now.turn.is_backchannel else "history.unmarked"))
    if now.turn.talk != before.turn.talk:
        said.append(t(f"history.talk_{now.turn.talk}"))
    return said


def _query(asked: Mapping[str, object]) -> str:
    return urlencode({name: value for name, value in asked.items() if value})
