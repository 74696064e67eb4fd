"""Going off the record, and coming back when everyone has agreed.

*Stop before you write, write before you start*: every tape has ended before the interval is in the
books; the interval has ended in the books before a new tape begins. A node that is killed on the
way, or later, finds it open in the books or in its journal, and records nobody.
"""

import logging

from app.kit.ids import short
from app.recordings import off_record
from app.recordings.models import SpanEnd
from signalling import asides, books, spans, taping
from signalling.asides import Aside
from signalling.live import Live
from signalling.messages import AgreeToRecord, Done, GoOffRecord
from signalling.refusals import CommandRefused

logger = logging.getLogger(__name__)


async def go_off_record(live: Live, participant: str, command: GoOffRecord) -> None:
    """For anyone in the room. Who it was is neither told nor written down."""
    room, clock = live.room, live.node.clock
    if room.recording_since is None and room.off_record.since is None:
        raise CommandRefused("not_recording")
    recording_id = live.recording_id
    assert recording_id is not None
    taping.cut(live, list(live.tapes))
    if room.off_record.since is None:
        moment = clock.utc(clock.now())
        aside = asides.heard(live.node, recording_id, moment)
        live.background(_enter(live, aside))
        live.background(_answer(live, participant, command, aside))
    else:  # it is written down, and what was agreed is taken back
        moment = room.off_record.since
        live.tell(participant, Done(ref=command.ref))
    room.off_record.begin(moment)
    spans.note(live, SpanEnd.OFF_RECORD)
    live.deliver(room.off_record_changed())


async def _enter(live: Live, aside: Aside) -> None:
    """Asks for the lock at once, and so before whoever ends this aside."""
    async with live.recording_lock:
        await asides.enter(live.node, aside)
    logger.info("meeting %s is off the record", short(live.meeting_id))


async def _answer(live: Live, participant: str, command: GoOffRecord, aside: Aside) -> None:
    """Once it is safe; the books may take their time."""
    await asides.confirmed(live.node, aside)
    live.tell(participant, Done(ref=command.ref))


async def agree_to_record(live: Live, participant: str, command: AgreeToRecord) -> None:
    """The first to agree proposes it; when the last one does, it goes on."""
    room = live.room
    if room.off_record.since is None:
        raise CommandRefused("not_off_record")
    room.off_record.agreed.add(room.participants[participant].user)
    live.deliver(room.off_record_changed())
    live.tell(participant, Done(ref=command.ref))
    _go_on_if_all_agree(live)


def people_changed(live: Live) -> None:
    """Someone came or left: who is here must agree, and nobody else."""
    if live.room.off_record.since is not None:
        live.room.off_record.agreed &= live.room.present()
        live.deliver(live.room.off_record_changed())
        _go_on_if_all_agree(live)


def _go_on_if_all_agree(live: Live) -> None:
    if _all_agree(live):
        live.background(_go_on(live))


async def _go_on(live: Live) -> None:
    node, recording_id = live.node, live.recording_id
    if recording_id is None:
        return
    async with live.recording_lock:
        if not _all_agree(live):
            return  # someone came, or asked for it again, while we waited
        moment = node.clock.utc(node.clock.now())
        # Whoever kills us on the way, or objects, finds it off the record from this moment on.
        still = asides.heard(node, recording_id, moment)
        await asides.confirmed(node, still)
        await books.enter(node.database, lambda db: off_record.end(db, recording_id, moment))
        if not _all_agree(live):
            await asides.enter(node, still)
            return
        asides.settled(node, still)
        live.room.off_record.end(node.clock.utc(node.clock.now()))
        live.deliver(live.room.off_record_changed())
        spans.note(live, SpanEnd.OFF_RECORD)
    logger.info("meeting %s is on the record again", short(live.meeting_id))
    await taping.tape_newly_allowed(live)


def _all_agree(live: Live) -> bool:
    return live.room.off_record.is_over(live.room.present())
