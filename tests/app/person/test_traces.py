"""Everything about one person is everything: no table that names people is left out unseen."""

import json

import pytest
from sqlmodel import SQLModel

import app.tables  # noqa: F401  every table is known once this is imported
from app.kit.languages import LANGUAGES, Languages
from app.quality.models import QualitySample
from app.recordings.models import PublicationSpan, Source
from app.turns.proposing import keep_speech
from tests.app.person.test_endpoints import archive
from tests.app.turns.test_edits import Desk
from tests.fixtures.kept import Kept

TOLD = {
    "users": "account",
    "refresh_tokens": "account",
    "memberships": "memberships",
    "programme_staff": "memberships",
    "consent_decisions": "consents",
    "attendances": "attendance",
    "tapes": "recordings",
    "tracks": "recordings",
    "recording_files": "recordings",
    "turns": "turns",
    "coding_assignments": "coding",
    "codings": "coding",
    "coding_memos": "coding",
    "coding_draws": "coding",
    "coders": "coding",
    "adjudications": "coding",
    "speech": "speech",
    "turn_edits": "corrections",
    "utterances": "transcript",
    "chat_lines": "chat",
    "observation_notes": "notes",
    "survey_responses": "answers",
    "surveys": "answers",
    "quality_samples": "connections",
    "publication_spans": "sent",
    "export_contents": "exports",
    "export_records": "exports",
    "erasures": "erasures",
    "invitations": "invitations",
    "audit_entries": "log",
}
"""Table → the document that tells of the person's rows."""
NOT_OF_THE_PERSON = {
    "composites",  # who asked for a video; whose it is follows from its files
    "transcriptions",  # who asked for a transcript; that somebody asked is in the log
    "data_keys",  # a key is no information about anybody
    "consent_texts",  # written for a programme; that somebody wrote it is in the log
    "consent_text_drafts",
    "codebooks",  # written for a programme; that somebody published them is in the log
    "codebook_versions",
    "codebook_drafts",
    "codebook_mappings",  # that somebody applied one is in the log
    "legal_holds",  # set for a programme; that somebody set it is in the log
    "retention_changes",
    "samples",  # decided for a programme; that somebody decided it is in the log
    "turn_rules",  # made for a programme; by whom is part of the method
}


def test_every_table_that_names_people_is_told_of() -> None:
    naming = {
        table.name
        for table in SQLModel.metadata.tables.values()
        if any(key.column.table.name == "users" for key in table.foreign_keys)
    }
    assert naming <= TOLD.keys() | NOT_OF_THE_PERSON, naming - TOLD.keys() - NOT_OF_THE_PERSON


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readme_lists_every_document(language: str) -> None:
    text = Languages().text("person.readme", language)
    for document in TOLD.values():
        assert f"\n{document}.json " in text


async def test_it_holds_ones_speech_and_how_ones_turns_were_corrected(kept: Kept) -> None:
    async with kept.context.database.transaction() as db:
        await keep_speech(db, kept.recording.id, {kept.cast.bob.id: [(1_000, 4_000)]})
    desk = Desk(kept)
    await desk.do(name="delete", turn=await desk.first())

    found = await archive(kept.cast.bob)

    (speech,) = json.loads(found.read("speech.json"))
    assert speech["segments"] == [[1_000, 4_000]]
    corrections = json.loads(found.read("corrections.json"))
    (corrected,) = corrections["of_my_turns"]
    assert (corrected["operation"], corrected["start_ms"], corrected["state"]) == (
        "delete", 1_000, "proposed",
    )  # fmt: skip
    assert corrections["by_me"] == []
    turns = json.loads(found.read("turns.json"))[0]["turns"]
    assert [turn["start_ms"] for turn in turns] == [9_000, 20_000]
    own = json.loads((await archive(kept.cast.researcher)).read("corrections.json"))
    assert [edit["operation"] for edit in own["by_me"]] == ["delete"]


async def test_it_holds_what_is_noted_beside_recordings(kept: Kept) -> None:
    bob, at = kept.cast.bob, kept.recording.started_at
    consent_id = next(t.consent_id for t in await kept.tapes() if t.user_id == bob.id)
    async with kept.context.database.transaction() as db:
        for person in (bob, kept.cast.alice):
            db.add(
                PublicationSpan(
                    recording_id=kept.recording.id,
                    user_id=person.id,
                    source=Source.MICROPHONE,
                    started_at=at,
                )
            )
            db.add(
                QualitySample(
                    meeting_id=kept.meeting.id,
                    user_id=person.id,
                    consent_id=consent_id,
                    started_at=at,
                    seconds=15,
                )
            )
    exported = await kept.cast.coordinator.client.get(f"/api/v1/meetings/{kept.meeting.id}/export")
    assert exported.is_success

    found = await archive(bob)

    for name in ("connections", "sent", "exports"):
        assert len(json.loads(found.read(f"{name}.json"))) == 1, name
    assert json.loads(found.read("erasures.json")) == []
