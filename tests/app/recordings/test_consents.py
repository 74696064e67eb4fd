"""Which files and turns the consents in force allow."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.consent import ledger
from app.consent.models import ConsentDecision, Decision, Purpose
from app.kit.ids import new_id
from app.recordings.consents import rests_on, studied, to_erase, usable
from app.recordings.models import FileKind, RecordingFile, Source, Tape, TapeState

BOB, CAROL = UUID(int=1), UUID(int=2)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
G, W = Decision.GRANTED, Decision.WITHDRAWN


def tape(user: UUID, source: Source, consent_id: UUID | None = None) -> Tape:
    return Tape(
        recording_id=new_id(),
        user_id=user,
        publication_id="p",
        source=source,
        consent_id=consent_id or new_id(),
        data_key_id=new_id(),
        state=TapeState.STORED,
        node_name="n",
        path="x",
    )


def file(kind: FileKind, *consents: UUID) -> RecordingFile:
    return RecordingFile(
        recording_id=new_id(),
        kind=kind,
        data_key_id=new_id(),
        consent_ids=[str(each) for each in consents],
        path="x",
        media_type="video/webm",
        size=1,
        sha256="0",
    )


TAPES = {(who, source): tape(who, source) for who in (BOB, CAROL) for source in Source}


@pytest.mark.parametrize(
    ("kind", "owner", "inside"),
    [
        (FileKind.PERSON, BOB, {(BOB, Source.MICROPHONE), (BOB, Source.CAMERA)}),
        (FileKind.SCREEN, BOB, {(BOB, Source.SCREEN)}),
        (FileKind.PEAKS, BOB, {(BOB, Source.MICROPHONE)}),
        (FileKind.PEAKS, None, {(BOB, Source.MICROPHONE), (CAROL, Source.MICROPHONE)}),
        (FileKind.MIXDOWN, None, {(BOB, Source.MICROPHONE), (CAROL, Source.MICROPHONE)}),
        (FileKind.MANIFEST, None, set(TAPES)),
    ],
)
def test_a_file_rests_on_the_consents_of_what_is_in_it(
    kind: FileKind, owner: UUID | None, inside: set[tuple[UUID, Source]]
) -> None:
    expected = {str(TAPES[each].consent_id) for each in inside}
    assert set(rests_on(kind, owner, TAPES.values())) == expected


def test_a_file_is_usable_while_every_consent_stands() -> None:
    audio, video = new_id(), new_id()
    both, voice = file(FileKind.PERSON, audio, video), file(FileKind.PEAKS, audio)

    assert usable([both, voice], {audio, video}) == [both, voice]
    assert usable([both, voice], {audio}) == [voice]
    assert usable([both, voice], {video}) == []


def test_media_without_a_consent_is_refused() -> None:
    nobody = [file(kind) for kind in FileKind]
    assert [each.kind for each in usable(nobody, set())] == [FileKind.MANIFEST]


class Said:
    """A ledger in which bob speaks, a minute apart."""

    def __init__(self) -> None:
        self.rows: list[ConsentDecision] = []

    def says(self, purpose: Purpose, decision: Decision) -> UUID:
        row = ConsentDecision(
            sequence=len(self.rows) + 1,
            user_id=BOB,
            group_id=new_id(),
            purpose=purpose,
            decision=decision,
            text_version=1,
            text_language="fi",
            decided_by=BOB,
            decided_at=NOON + timedelta(minutes=len(self.rows)),
            previous_hash=ledger.GENESIS,
            hash="",
        )
        self.rows.append(row)
        return row.id

    def studied(self, tapes: list[Tape], minutes: float) -> bool:
        return BOB in studied(self.rows, tapes, NOON + timedelta(minutes=minutes))


def test_turns_need_voice_and_indexing() -> None:
    said = Said()
    voice = tape(BOB, Source.MICROPHONE, said.says(Purpose.AUDIO, G))
    assert not said.studied([voice], 5)

    said.says(Purpose.INDEXING, G)
    assert said.studied([voice], 5)
    assert not said.studied([], 5)
    assert not said.studied([tape(BOB, Source.CAMERA, voice.consent_id)], 5)


@pytest.mark.parametrize("purpose", [Purpose.AUDIO, Purpose.INDEXING])
def test_granting_again_does_not_bring_turns_back(purpose: Purpose) -> None:
    said = Said()
    voice = tape(BOB, Source.MICROPHONE, said.says(Purpose.AUDIO, G))
    said.says(Purpose.INDEXING, G)
    said.says(purpose, W)
    assert not said.studied([voice], 1.5)

    said.says(purpose, G)
    assert not said.studied([voice], 1.5)


def test_a_tape_withdrawn_before_the_index_was_made_takes_nothing_down() -> None:
    said = Said()
    said.says(Purpose.INDEXING, G)
    first = tape(BOB, Source.MICROPHONE, said.says(Purpose.AUDIO, G))
    said.says(Purpose.AUDIO, W)
    second = tape(BOB, Source.MICROPHONE, said.says(Purpose.AUDIO, G))

    assert said.studied([first, second], 5)
    said.says(Purpose.AUDIO, W)
    assert not said.studied([first, second], 3.5)


def test_a_new_version_of_the_text_leaves_the_older_consent_standing() -> None:
    said = Said()
    said.says(Purpose.INDEXING, G)
    voice = tape(BOB, Source.MICROPHONE, said.says(Purpose.AUDIO, G))
    said.says(Purpose.AUDIO, G)
    said.says(Purpose.INDEXING, G)

    assert said.studied([voice], 1.5)


def test_only_what_is_stored_and_not_allowed_is_to_be_erased() -> None:
    stands, ended = tape(BOB, Source.CAMERA), tape(BOB, Source.MICROPHONE)
    gone, written = tape(BOB, Source.SCREEN), tape(BOB, Source.SCREEN)
    gone.state, written.state = TapeState.ERASED, TapeState.WRITING

    assert to_erase([stands, ended, gone, written], {stands.consent_id}) == [ended]
