"""What is published while a recording runs, noted in the books, so that what is missing is known.

Of everyone, also of those who are not recorded: who, which source, from when until when. It is a
fact about presence, as attendance is; nothing of what they say or show is in it. Off the record
nothing is noted of anybody.
"""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.kit.ids import new_id
from app.recordings import spans
from app.recordings.models import Source, SpanEnd
from app.recordings.spans import Begun
from signalling import books
from signalling.live import Live


def note(live: Live, how: SpanEnd) -> None:
    """Call after every change of who publishes what: begins and ends spans until the books say what
    is. `how`: why those that are gone ended. Idempotent; the writing goes on beside."""
    now = live.room.off_record.since or live.node.clock.utc(live.node.clock.now())
    database = live.node.database
    sent = _sent(live)
    over = [live.spans.pop(each) for each in list(live.spans) if each not in sent]
    new = {each: begun for each, begun in sent.items() if each not in live.spans}
    live.spans |= new

    async def write(db: AsyncSession) -> None:
        for ended in over:
            await spans.end(db, ended, now, how)
        for begun in new.values():
            await spans.begin(db, begun)

    if over or new:
        live.background(books.enter(database, write))


def _sent(live: Live) -> dict[str, Begun]:
    """Each publication that is sent now, while a recording runs and is on the record, as a span
    that begins now."""
    room, recording_id = live.room, live.recording_id
    if room.recording_since is None or recording_id is None or room.off_record.since is not None:
        return {}
    now = live.node.clock.utc(live.node.clock.now())
    return {
        p.id: Begun(new_id(), recording_id, room.participants[p.owner].user, Source(p.source), now)
        for p in room.publications.values()
        if not p.muted and p.owner in room.participants
    }
