"""Searching a programme's words: what is found, and what stands in its way."""

from app.consent.models import Decision, Purpose
from app.kit.ids import new_id
from app.transcripts import searching
from app.transcripts.models import Utterance, WordsSource
from app.transcripts.searching import MOST_HITS, Hits
from tests.fixtures.kept import Kept


async def said(kept: Kept, consent_ids: list[str], count: int, from_ms: int) -> None:
    """So many lines of bob's, each with the same word in it."""
    async with kept.context.database.transaction() as db:
        for number in range(count):
            line = Utterance(
                recording_id=kept.recording.id,
                line_id=new_id(),
                user_id=kept.cast.bob.id,
                start_ms=from_ms + 100 * number,
                end_ms=from_ms + 100 * number + 90,
                text="Jaksaminen",
                folded="jaksaminen",
                source=WordsSource.MACHINE,
                consent_ids=consent_ids,
            )
            db.add(line)


async def found(kept: Kept) -> Hits:
    async with kept.context.database.reading() as db:
        researcher, programme = kept.cast.researcher.actor, kept.cast.programme_id
        return await searching.search(db, researcher, programme, "jaksaminen")


async def test_lines_just_withdrawn_crowd_out_nobody(kept: Kept) -> None:
    first = await kept.decide(kept.cast.bob, Purpose.TRANSCRIPT, Decision.GRANTED)
    await said(kept, [str(first.id)], MOST_HITS + 10, 0)
    await kept.decide(kept.cast.bob, Purpose.TRANSCRIPT, Decision.WITHDRAWN)
    again = await kept.decide(kept.cast.bob, Purpose.TRANSCRIPT, Decision.GRANTED)
    await said(kept, [str(again.id)], 3, 40_000)

    hits = await found(kept)

    assert [hit.line.start_ms for hit in hits.hits] == [40_000, 40_100, 40_200]
    assert not hits.more


async def test_no_more_are_shown_than_somebody_reads(kept: Kept) -> None:
    given = await kept.decide(kept.cast.bob, Purpose.TRANSCRIPT, Decision.GRANTED)
    await said(kept, [str(given.id)], MOST_HITS, 0)
    whole = await found(kept)
    await said(kept, [str(given.id)], 1, 50_000)
    over = await found(kept)

    assert (len(whole.hits), whole.more) == (MOST_HITS, False)
    assert (len(over.hits), over.more) == (MOST_HITS, True)
