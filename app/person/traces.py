"""What is noted of a person beside recordings: words, chat, connections, sources sent, speech,
corrections, answers to surveys, exports, erasures; and what the person noted."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.chat import service as chat
from app.consent import service as consent
from app.consent.models import ConsentDecision
from app.exports.models import ExportContent, ExportRecord
from app.notes.models import ObservationNote
from app.quality.models import QualitySample
from app.recordings.models import Erasure, PublicationSpan
from app.surveys.models import Survey, SurveyAnswer, SurveyQuestion, SurveyResponse
from app.transcripts import consents as transcripts
from app.transcripts.models import Utterance
from app.turns.models import Speech, Turn, TurnEdit


async def connections(db: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    """How well the person's connections worked, stretch by stretch."""
    query = select(QualitySample).where(QualitySample.user_id == user_id)
    return _told((await db.exec(query.order_by(col(QualitySample.id)))).all())


async def words(db: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    """What the person said, as it was written down, every version; as long as consent allows it to
    be kept. Who wrote it is nobody's but that person's."""
    query = select(Utterance).where(Utterance.user_id == user_id)
    found = (await db.exec(query.order_by(col(Utterance.recording_id), col(Utterance.id)))).all()
    standing = await _standing(db, user_id)
    hidden = {"user_id", "folded", "made_by"}
    return [
        row.model_dump(mode="json", warnings=False, exclude=hidden)
        for row in transcripts.usable(found, standing)
    ]


async def _standing(db: AsyncSession, user_id: UUID) -> set[UUID]:
    groups = select(ConsentDecision.group_id).where(ConsentDecision.user_id == user_id).distinct()
    return await consent.standing(db, (await db.exec(groups)).all())


async def written(db: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    """What the person wrote in the chat, as far as consent allowed it to be kept and still does."""
    return _told(await chat.of_person(db, user_id))


async def sent(db: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    """Which sources were sent while something was recorded, also of those who are not."""
    query = select(PublicationSpan).where(PublicationSpan.user_id == user_id)
    return _told((await db.exec(query.order_by(col(PublicationSpan.id)))).all())


async def speech(db: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    """Where the person speaks in recordings, whatever became turns of it."""
    query = select(Speech).where(Speech.user_id == user_id)
    return _told((await db.exec(query.order_by(col(Speech.recording_id)))).all())


async def corrections(db: AsyncSession, user_id: UUID) -> dict[str, Any]:
    """The person's turns that people replaced or took away; and the edits of turns that the person
    made, whose turns are others'."""
    query = (
        select(Turn, TurnEdit)
        .where(Turn.removed_by_edit == TurnEdit.id, Turn.user_id == user_id)
        .order_by(col(TurnEdit.recording_id), col(TurnEdit.sequence), col(Turn.start_ms))
    )
    made = select(TurnEdit).where(TurnEdit.author_id == user_id)
    shown = {"start_ms", "end_ms", "is_backchannel", "talk", "state"}
    return {
        "of_my_turns": [
            {"recording_id": str(edit.recording_id), "operation": edit.operation}
            | {"made_at": edit.made_at.isoformat()}
            | turn.model_dump(mode="json", warnings=False, include=shown)
            for turn, edit in (await db.exec(query)).all()
        ],
        "by_me": [
            edit.model_dump(mode="json", include={"recording_id", "operation", "made_at"})
            for edit in (await db.exec(made.order_by(col(TurnEdit.made_at)))).all()
        ],
    }


async def noted(db: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    """The observation notes that the person wrote. Whom a note speaks of is in its words alone, so
    those about the person cannot be found here."""
    query = select(ObservationNote).where(ObservationNote.author_id == user_id)
    found = (await db.exec(query.order_by(col(ObservationNote.at)))).all()
    hidden = {"author_id"}
    return [row.model_dump(mode="json", warnings=False, exclude=hidden) for row in found]


async def answered(db: AsyncSession, user_id: UUID) -> dict[str, Any]:
    """What the person answered to surveys; and the surveys that the person brought in, in which
    the answers are others'."""
    query = (
        select(SurveyAnswer, SurveyQuestion, Survey)
        .where(SurveyAnswer.question_id == SurveyQuestion.id)
        .where(SurveyAnswer.response_id == SurveyResponse.id)
        .where(SurveyResponse.survey_id == Survey.id, SurveyResponse.user_id == user_id)
        .order_by(col(Survey.id), col(SurveyQuestion.place))
    )
    brought = select(Survey).where(Survey.imported_by == user_id).order_by(col(Survey.id))
    shown = {"name", "moment", "file_name", "imported_at"}
    return {
        "my_answers": [
            {
                "survey": survey.name,
                "moment": str(survey.moment),
                "imported_at": survey.imported_at.isoformat(),
                "question": question.label,
                "answer": answer.text,
            }
            for answer, question, survey in (await db.exec(query)).all()
        ],
        "imported_by_me": [
            survey.model_dump(mode="json", warnings=False, include=shown)
            for survey in (await db.exec(brought)).all()
        ],
    }


async def handed_over(db: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    """The exports that held something of the person."""
    query = (
        select(ExportContent, ExportRecord)
        .where(ExportContent.record_id == ExportRecord.id, ExportContent.user_id == user_id)
        .order_by(col(ExportContent.id))
    )
    return [
        {
            "exported_at": record.exported_at.isoformat(),
            "group_id": str(record.group_id),
            "recording_id": str(content.recording_id) if content.recording_id else None,
            "file": record.file_name,
            "audience": str(record.audience),
            "purposes": content.purposes,
        }
        for content, record in (await db.exec(query)).all()
    ]


async def erased(db: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    """What withdrawals took, with the signed receipts."""
    query = select(Erasure).where(Erasure.user_id == user_id)
    return _told((await db.exec(query.order_by(col(Erasure.id)))).all())


def _told(rows: Iterable[SQLModel]) -> list[dict[str, Any]]:
    return [row.model_dump(mode="json", warnings=False, exclude={"user_id"}) for row in rows]
