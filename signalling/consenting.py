"""Decisions on consent: those made in the room, and those made on another page.

*Stop before you write, write before you start*: a grant is in the ledger before a tape begins; a
withdrawal stops the tape before it goes into the ledger. It has happened, so the ledger is asked
again until it has taken it, unless the person has decided anew on another page by then.
"""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent import service as consent
from app.consent.models import Decision, Purpose
from signalling import books, keeping, taping
from signalling.live import Live, Presence
from signalling.messages import DecideConsent, Done, PurposeName
from signalling.participant import Participant


async def decide_consent(live: Live, participant: str, command: DecideConsent) -> None:
    presence, user = live.presences[participant], live.room.participants[participant].user
    presence.decisions[command.purpose] += 1
    latest = presence.decisions[command.purpose]
    if command.decision != "granted":
        # The tapes end here, whatever becomes of the rest.
        person = live.room.participants[participant]
        presence.unwritten.setdefault(command.purpose, person.consents.get(command.purpose))
        taping.cut(live, live.room.resting_on(participant, command.purpose))
        if command.purpose == "chat" and not command.keeps_earlier:
            keeping.drop(live, user)
        live.deliver(live.room.ended(participant, command.purpose, command.decision))
    row_id: UUID | None = None
    async with presence.deciding:
        if command.decision == "granted":
            async with live.node.database.transaction() as db:
                row_id = await _decide(db, live, user, command)
        else:
            await _until_written(live, presence, user, command)
    if presence.decisions[command.purpose] == latest:
        presence.unwritten.pop(command.purpose, None)
        if row_id is not None and participant in live.room.participants:
            live.deliver(live.room.granted(participant, command.purpose, row_id))
            _tape_what_may_be(live)
    live.tell(participant, Done(ref=command.ref))


async def follow_the_ledger(live: Live) -> None:
    """Takes over what people decided elsewhere, on another page of theirs. What was read earlier
    never overtakes what was read later."""
    live.ledger_readings += 1
    reading = live.ledger_readings
    before = {id_: presence.decisions.copy() for id_, presence in live.presences.items()}
    async with live.node.database.reading() as db:
        in_force = await consent.in_force(db, live.group_id)
    if reading < live.ledger_followed:
        return
    live.ledger_followed = reading
    for id_, presence in live.presences.items():
        person = live.room.participants.get(id_) or live.room.lobby.get(id_)
        if person is None or person.watches or before.get(id_) != presence.decisions:
            continue
        rows = in_force.get(person.user, {})
        granted: dict[PurposeName, UUID] = {p.value: row.id for p, row in rows.items()}
        for purpose, ended in list(presence.unwritten.items()):
            if granted.get(purpose) == ended:
                granted.pop(purpose, None)
            elif purpose in granted:  # later, on another page
                del presence.unwritten[purpose]
        _adopt(live, person, granted)
    _tape_what_may_be(live)


def _adopt(live: Live, person: Participant, granted: dict[PurposeName, UUID]) -> None:
    if person.id in live.room.lobby:
        person.consents = granted
        return
    for purpose in [p for p, row_id in person.consents.items() if granted.get(p) != row_id]:
        # A tape rests on one row of the ledger: under another row it is another tape.
        taping.cut(live, live.room.resting_on(person.id, purpose))
        live.deliver(live.room.ended(person.id, purpose, "withdrawn"))
    for purpose in [p for p in granted if p not in person.consents]:
        live.deliver(live.room.granted(person.id, purpose, granted[purpose]))


def _tape_what_may_be(live: Live) -> None:
    if live.room.to_tape():
        live.background(taping.tape_newly_allowed(live))


async def _until_written(
    live: Live, presence: Presence, user: UUID, command: DecideConsent
) -> None:
    async def write(db: AsyncSession) -> None:
        if command.purpose in presence.unwritten:
            await _decide(db, live, user, command)

    await books.enter(live.node.database, write)


async def _decide(db: AsyncSession, live: Live, user: UUID, command: DecideConsent) -> UUID:
    row = await consent.decide(
        db,
        user_id=user,
        group_id=live.group_id,
        meeting_id=live.meeting_id,
        purpose=Purpose(command.purpose),
        decision=Decision(command.decision),
        text_version=command.text_version,
        text_language=command.text_language,
        decided_by=user,
        keeps_earlier=command.keeps_earlier,
    )
    return row.id
