"""Which files and turns the consents in force allow."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.consent import ledger
from app.consent.models import ConsentDecision, Decision, Purpose
from app.kit.ids import new_id
from app.recordings.consents import (
    allowed,
    along_with,
    indexed_until,
    ran_on,
    rests_on,
    studied,
    to_erase,
    usable,
)
from app.recordings.models import (
    ELSEWHERE,
    VOICES,
    FileKind,
    RecordingFile,
    Source,
    Tape,
    TapeState,
)

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
        (FileKind.PEAKS, BOB, {(BOB, voice) for voice in VOICES}),
        (FileKind.PEAKS, None, {(who, voice) for who in (BOB, CAROL) for voice in VOICES}),
        (FileKind.MIXDOWN, None, {(who, voice) for who in (BOB, CAROL) for voice in VOICES}),
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

    def says(self, purpose: Purpose, decision: Decision, *, keeps: bool = False) -> UUID:
        row = ConsentDecision(
            sequence=len(self.rows) + 1,
            user_id=BOB,
            group_id=new_id(),
            purpose=purpose,
            decision=decision,
            text_version=1,
            text_language="fi",
            decided_by=BOB,
            keeps_earlier=keeps,
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


def test_only_what_is_there_and_not_allowed_is_to_be_erased() -> None:
    said = Said()
    seen = tape(BOB, Source.CAMERA, said.says(Purpose.VIDEO, G))
    heard = said.says(Purpose.AUDIO, G)
    ended, gone, written, closed = (tape(BOB, Source.MICROPHONE, heard) for _ in range(4))
    gone.state, written.state, closed.state = (
        TapeState.ERASED,
        TapeState.WRITING,
        TapeState.CLOSED,
    )
    said.says(Purpose.AUDIO, W)
    tapes = [seen, ended, gone, written, closed]

    assert to_erase(tapes, said.rows, runs=True) == [ended, closed]
    assert to_erase(tapes, said.rows) == [ended, written, closed]  # its node left it behind


def test_a_withdrawal_that_keeps_leaves_what_was_recorded_before_it_and_nothing_later() -> None:
    said = Said()
    before, after = (
        tape(BOB, Source.MICROPHONE, consent) for consent in [said.says(Purpose.AUDIO, G)] * 2
    )
    said.says(Purpose.AUDIO, W, keeps=True)
    withdrawn_at = said.rows[-1].decided_at
    before.started_at = withdrawn_at - timedelta(seconds=1)
    after.started_at = withdrawn_at

    assert allowed([before, after], said.rows) == {before.id}
    assert to_erase([before, after], said.rows) == [after]
    standing = ledger.standing(said.rows)
    assert usable([file(FileKind.MIXDOWN, before.consent_id)], standing) != []

    said.says(Purpose.AUDIO, W)
    assert to_erase([before, after], said.rows) == [before, after]


def test_what_runs_on_after_a_withdrawal_that_keeps_is_told_with_that_moment() -> None:
    said = Said()
    given = said.says(Purpose.AUDIO, G)
    on, cut, elsewhere, lost, open_ = (tape(BOB, Source.MICROPHONE, given) for _ in range(5))
    assert ran_on([on], said.rows) == {}
    said.says(Purpose.AUDIO, W, keeps=True)
    withdrawn_at = said.rows[-1].decided_at
    for each in (on, cut, elsewhere, lost, open_):
        each.started_at = withdrawn_at - timedelta(seconds=9)
        each.ended_at = withdrawn_at + timedelta(milliseconds=20)
    cut.ended_at, open_.ended_at = withdrawn_at, None
    elsewhere.node_name, lost.state = ELSEWHERE, TapeState.LOST
    tapes = [on, cut, elsewhere, lost, open_]

    assert ran_on(tapes, said.rows) == {on.id: withdrawn_at}
    said.says(Purpose.AUDIO, G)
    assert ran_on(tapes, said.rows) == {on.id: withdrawn_at}
    said.says(Purpose.AUDIO, W)
    assert ran_on(tapes, said.rows) == {}  # all of it goes


def test_turns_from_before_a_withdrawal_that_keeps_them_stay() -> None:
    said = Said()
    voice = tape(BOB, Source.MICROPHONE, said.says(Purpose.AUDIO, G))
    said.says(Purpose.INDEXING, G)
    said.says(Purpose.INDEXING, W, keeps=True)

    assert said.studied([voice], 1.5)  # an index from before
    assert said.studied([voice], 9)  # and one that is made again for another's sake

    said.says(Purpose.INDEXING, W)
    assert not said.studied([voice], 1.5)


def test_speech_is_indexed_up_to_the_withdrawal_that_kept_it() -> None:
    said = Said()
    minute = timedelta(minutes=1)
    assert indexed_until(said.rows, NOON) == {}
    said.says(Purpose.INDEXING, G)
    assert indexed_until(said.rows, NOON) == {BOB: None}
    said.says(Purpose.INDEXING, W, keeps=True)

    assert indexed_until(said.rows, NOON) == {BOB: 60_000}
    assert indexed_until(said.rows, NOON + 2 * minute) == {}  # a later meeting
    said.says(Purpose.INDEXING, G)
    assert indexed_until(said.rows, NOON + 2 * minute) == {BOB: None}
    said.says(Purpose.INDEXING, W)
    assert indexed_until(said.rows, NOON) == {}


def test_a_mixed_file_takes_the_rows_of_everybody_in_it_along() -> None:
    """And nothing else: no track of anybody's own, no other mixed file, nothing that is gone."""
    mixed = [tape(who, Source.MIXED) for who in (BOB, CAROL)]
    other, gone = tape(CAROL, Source.MIXED), tape(CAROL, Source.MIXED)
    own = tape(CAROL, Source.MICROPHONE)
    for each in (*mixed, gone, own):
        each.path = "meeting/mixed.tape"
    gone.state = TapeState.ERASED
    other.path = "meeting/other.tape"
    everything = [*mixed, other, gone]

    assert along_with([mixed[0]], everything) == [mixed[1]]
    assert along_with(mixed, everything) == []
    assert along_with([own], [*everything, own]) == []
