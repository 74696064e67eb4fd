"""Everything kept names a consent that allowed it when it was written, or it is told."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.consent.models import ConsentDecision, Decision, Purpose, ShownText
from app.kit.db import now
from app.kit.ids import new_id
from app.recordings import provenance
from app.recordings.models import (
    ELSEWHERE,
    FileKind,
    Recording,
    RecordingFile,
    RecordingState,
    Source,
    Tape,
    TapeState,
)
from app.recordings.provenance import CLOCKS, Examination, Objection
from signalling.room import PURPOSE_OF
from tests.fixtures.kept import Kept


async def examined(kept: Kept) -> Examination:
    async with kept.context.database.reading() as db:
        return await provenance.examine(db, kept.cast.group_id)


async def objections(kept: Kept) -> list[tuple[str, Objection]]:
    return [(fault.what, fault.objection) for fault in (await examined(kept)).faults]


async def voice(kept: Kept) -> Tape:
    """Bob's."""
    tapes = await kept.tapes()
    return next(t for t in tapes if (t.user_id, t.source) == (kept.cast.bob.id, Source.MICROPHONE))


async def change(
    kept: Kept, table: type[Tape | RecordingFile | Recording], id_: object, **fields: object
) -> None:
    """As one would behind our back."""
    async with kept.context.database.transaction() as db:
        row = await db.get_one(table, id_)
        row.sqlmodel_update(fields)


async def rows_of(kept: Kept, purpose: Purpose) -> dict[str, ConsentDecision]:
    """Each person's first row on a purpose, by name."""
    names = {p.id: p.user.name for p in (kept.cast.bob, kept.cast.alice, kept.cast.carol)}
    async with kept.context.database.reading() as db:
        query = select(ConsentDecision).where(ConsentDecision.purpose == purpose)
        return {names[row.user_id]: row for row in (await db.exec(query)).all()}


def test_the_room_and_the_examination_need_the_same_consents() -> None:
    told = {s.value: p.value for s, p in provenance.PURPOSE_OF.items()}
    assert told.pop(Source.MIXED) == Purpose.AUDIO  # which no room offers: it is brought in
    assert told == PURPOSE_OF


async def test_what_was_kept_as_it_should_be_is_good(kept: Kept) -> None:
    found = await examined(kept)

    assert found.is_good
    kinds = {"tapes": len(await kept.tapes()), "finished files": len(await kept.files())}
    assert found.counted == kinds
    assert found.head.length == len(found.chain) > 0


async def test_a_withdrawal_does_not_make_wrong_what_was_right(kept: Kept) -> None:
    await kept.decide(kept.cast.bob, Purpose.AUDIO, Decision.WITHDRAWN)

    assert (await examined(kept)).is_good


@pytest.mark.parametrize("keeps_earlier", [True, False])
async def test_a_file_may_be_made_after_a_withdrawal_that_kept_what_there_was(
    kept: Kept, keeps_earlier: bool
) -> None:
    """Withdrawn in the meeting, finished after it."""
    ended = await kept.decide(
        kept.cast.bob, Purpose.AUDIO, Decision.WITHDRAWN, keeps_earlier=keeps_earlier
    )
    finished = ended.decided_at + timedelta(minutes=40)
    film = await kept.file(FileKind.PERSON, kept.cast.bob)
    await change(kept, RecordingFile, film.id, created_at=finished)

    assert await objections(kept) == ([] if keeps_earlier else [("file", Objection.ENDED)])

    await change(kept, Tape, (await voice(kept)).id, started_at=finished)
    assert ("tape", Objection.ENDED) in await objections(kept), "what was kept is from before"


@pytest.mark.parametrize(
    ("name", "purpose", "objection"),
    [
        ("Alice", Purpose.AUDIO, Objection.ANOTHER_PERSON),
        ("Carol", Purpose.AUDIO, Objection.ANOTHER_PERSON),
        ("Bob", Purpose.VIDEO, Objection.ANOTHER_PURPOSE),
        ("Bob", Purpose.INDEXING, Objection.ANOTHER_PURPOSE),
    ],
)
async def test_a_tape_that_rests_on_another_row_is_told(
    kept: Kept, name: str, purpose: Purpose, objection: Objection
) -> None:
    row = (await rows_of(kept, purpose))[name]
    await change(kept, Tape, (await voice(kept)).id, consent_id=row.id)

    assert await objections(kept) == [("tape", objection)]


async def test_a_tape_that_rests_on_a_no_is_told(kept: Kept) -> None:
    no = (await rows_of(kept, Purpose.AUDIO))["Carol"]
    await change(kept, Tape, (await voice(kept)).id, consent_id=no.id, user_id=kept.cast.carol.id)

    assert await objections(kept) == [("tape", Objection.NOT_GRANTED)]


async def test_a_tape_older_than_its_consent_is_told(kept: Kept) -> None:
    tape = await voice(kept)
    given = (await rows_of(kept, Purpose.AUDIO))["Bob"].decided_at
    await change(kept, Tape, tape.id, started_at=given - CLOCKS / 2)
    assert await objections(kept) == []

    await change(kept, Tape, tape.id, started_at=given - CLOCKS * 2)
    assert await objections(kept) == [("tape", Objection.LATER)]


async def test_a_tape_begun_after_the_withdrawal_is_told(kept: Kept) -> None:
    ended = await kept.decide(kept.cast.bob, Purpose.AUDIO, Decision.WITHDRAWN)
    later = ended.decided_at + timedelta(minutes=1)
    await change(kept, Tape, (await voice(kept)).id, started_at=later)
    assert await objections(kept) == [("tape", Objection.ENDED)]

    await kept.decide(kept.cast.bob, Purpose.AUDIO, Decision.GRANTED)
    assert await objections(kept) == [("tape", Objection.ENDED)], "a new yes is another row"


@pytest.mark.parametrize("keeps_earlier", [True, False])
async def test_a_tape_that_went_on_after_the_withdrawal_is_told(
    kept: Kept, keeps_earlier: bool
) -> None:
    ended = await kept.decide(
        kept.cast.bob, Purpose.AUDIO, Decision.WITHDRAWN, keeps_earlier=keeps_earlier
    )
    tape, an_hour = await voice(kept), timedelta(hours=1)
    await change(kept, Tape, tape.id, ended_at=ended.decided_at + CLOCKS / 2)
    assert await objections(kept) == []

    await change(kept, Tape, tape.id, ended_at=ended.decided_at + an_hour)
    assert await objections(kept) == [("tape", Objection.RAN_ON)]
    await kept.decide(kept.cast.bob, Purpose.AUDIO, Decision.GRANTED)
    assert await objections(kept) == [("tape", Objection.RAN_ON)], "a new yes is another row"
    await change(kept, Tape, tape.id, state=TapeState.ERASED)
    assert await objections(kept) == [], "nothing of it is kept"
    await change(kept, Tape, tape.id, state=TapeState.STORED, node_name=ELSEWHERE)
    assert await objections(kept) == [], "it was over before anybody decided here"


async def test_a_tape_that_goes_on_just_now_is_told_while_its_recording_runs(kept: Kept) -> None:
    withdrawn, tape = now() - CLOCKS * 1.5, await voice(kept)
    bob, purpose = kept.cast.bob, Purpose.AUDIO
    await kept.decide(bob, purpose, Decision.WITHDRAWN, keeps_earlier=True, at=withdrawn)
    await change(kept, Tape, tape.id, started_at=withdrawn + CLOCKS / 2, ended_at=None)
    assert await objections(kept) == [], "its node left it behind, and nobody knows when"

    await change(kept, Recording, kept.recording.id, state=RecordingState.RUNNING)
    assert await objections(kept) == [("tape", Objection.RAN_ON)]


async def test_a_file_must_name_rows_of_its_person_and_kind(kept: Kept) -> None:
    film = await kept.file(FileKind.PERSON, kept.cast.bob)
    alices = (await rows_of(kept, Purpose.AUDIO))["Alice"]
    for named, objection in (
        ([], Objection.NOTHING_NAMED),
        ([str(new_id())], Objection.UNKNOWN),
        (["no id"], Objection.UNKNOWN),
        ([str(alices.id)], Objection.ANOTHER_PERSON),
    ):
        await change(kept, RecordingFile, film.id, consent_ids=named)
        assert await objections(kept) == [("file", objection)]


async def test_a_text_that_was_read_cannot_be_changed_unnoticed(kept: Kept) -> None:
    async with kept.context.database.transaction() as db:
        text = (await db.exec(select(ShownText))).one()
        text.body += " Ja muuhunkin."
    changed = await examined(kept)
    assert not changed.is_good
    assert changed.lost_texts == [row.sequence for row in changed.chain]

    async with kept.context.database.transaction() as db:
        await db.delete((await db.exec(select(ShownText))).one())
    assert len((await examined(kept)).lost_texts) == len(changed.chain)
