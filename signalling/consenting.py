"""Decisions on consent: those made in the room, and those made on another page.

*Stop before you write, write before you start*: a grant is in the ledger before a tape begins; a
withdrawal stops the tape before it goes into the ledger. It has happened, so it is in the node's
journal before it is answered, and the ledger is asked again until it has taken it; nobody's
connection waits for that, nor for a grant.
"""

import asyncio
from contextlib import suppress
from functools import partial
from typing import NamedTuple
from uuid import UUID

from app.consent import service as consent
from app.consent.models import ConsentDecision, Decision, Purpose
from app.kit.errors import Refusal
from app.kit.ids import new_id
from app.meetings import hosting
from signalling import beside, keeping, taping, withdrawals
from signalling.live import Live, Presence
from signalling.messages import (
    ConsentsUncounted,
    DecideConsent,
    Done,
    PurposeName,
    WithdrawalsWaiting,
)
from signalling.participant import Participant
from signalling.refusals import answering
from signalling.withdrawals import Withdrawal

PATIENCE_S = 2.0
"""The ledger may take so long before the answer is that it will be entered. Lower: a busy database
looks like one that is away. Higher: whoever withdrew wonders for longer."""


async def decide_consent(live: Live, participant: str, command: DecideConsent) -> None:
    presence, person = live.presences[participant], live.room.participants[participant]
    number = presence.decisions[command.purpose] + 1
    if command.decision == "granted":
        grant = partial(_grant, live, person, presence, command, number)
        beside.carry_out(live, participant, command, grant)
    else:
        withdrawal = _end(live, participant, command)
        live.background(_enter(live, participant, presence, command, withdrawal))
    presence.decisions[command.purpose] = number


async def _grant(
    live: Live, person: Participant, presence: Presence, command: DecideConsent, number: int
) -> None:
    """Unless this person has decided again meanwhile: then it is as if they had not said it."""
    node, purpose, user = live.node, command.purpose, person.user
    if presence.decisions[purpose] != number:
        live.tell(person.id, Done(ref=command.ref))
        return
    row_id = None
    async with node.database.transaction() as db:
        await consent.hold(db, live.group_id)
        earlier = node.withdrawals.of(user, live.group_id)
        if presence.decisions[purpose] == number:
            for one in earlier:
                await withdrawals.write(db, one)
            row = await consent.decide(
                db,
                user_id=user,
                group_id=live.group_id,
                meeting_id=live.meeting_id,
                purpose=Purpose(purpose),
                decision=Decision.GRANTED,
                text_version=command.text_version,
                text_language=command.text_language,
                decided_by=user,
                keeps_earlier=command.keeps_earlier,
                seen=consent.Seen(command.seen, presence.said.get(purpose), live.unknown_to),
            )
            row_id = row.id
    if row_id is not None:
        node.withdrawals.settled(earlier)
    if row_id is not None and presence.decisions[purpose] == number:
        presence.unwritten.pop(purpose, None)
        if person.id in live.room.participants:
            live.deliver(live.room.granted(person.id, purpose, row_id))
            count(live, person, person.uncounted - {purpose})
            _tape_what_may_be(live)
    live.tell(person.id, Done(ref=command.ref))


def _end(live: Live, participant: str, command: DecideConsent) -> Withdrawal:
    """When this returns nothing more is written of it, whatever becomes of the rest."""
    assert command.decision != "granted"
    presence, person = live.presences[participant], live.room.participants[participant]
    presence.unwritten.setdefault(command.purpose, person.consents.get(command.purpose))
    taping.cut(live, live.room.resting_on(participant, command.purpose))
    withdrawal = Withdrawal(
        id=new_id(),
        user_id=person.user,
        group_id=live.group_id,
        meeting_id=live.meeting_id,
        purpose=command.purpose,
        decision=command.decision,
        text_version=command.text_version,
        text_language=command.text_language,
        keeps_earlier=command.keeps_earlier,
        decided_at=live.node.clock.utc(live.node.clock.now()),
    )
    presence.said[command.purpose] = withdrawal.id
    live.node.withdrawals.heard(withdrawal)
    if command.purpose == "chat" and not command.keeps_earlier:
        keeping.drop(live, person.user)
    live.deliver(live.room.ended(participant, command.purpose, command.decision))
    count(live, person, person.uncounted - {command.purpose})
    return withdrawal


async def _enter(
    live: Live,
    participant: str,
    presence: Presence,
    command: DecideConsent,
    withdrawal: Withdrawal,
) -> None:
    """Into the ledger. It is answered then; or earlier, once it is safe that it will be."""
    node = live.node
    latest = presence.decisions[command.purpose]
    entering = asyncio.create_task(node.withdrawals.enter(node.database, withdrawal))
    with answering(live, participant, command):
        await node.withdrawals.confirmed(withdrawal)
        await asyncio.wait([entering], timeout=PATIENCE_S)
        if entering.done():
            await entering
        else:
            _tell(live, participant, withdrawal)
        live.tell(participant, Done(ref=command.ref))
    is_late = not entering.done()
    with suppress(Refusal):
        await entering
        if presence.decisions[command.purpose] == latest:
            presence.unwritten.pop(command.purpose, None)
    if is_late:
        _tell(live, participant, withdrawal)


def _tell(live: Live, participant: str, one: Withdrawal) -> None:
    waiting = len(live.node.withdrawals.of(one.user_id, one.group_id))
    live.tell(participant, WithdrawalsWaiting(waiting=waiting))


class InForce(NamedTuple):
    counts: dict[UUID, dict[PurposeName, UUID]]
    uncounted: dict[UUID, set[PurposeName]]
    """Given before another node went away with what was last said there (`signalling.opening`)."""


async def in_force(live: Live) -> InForce:
    """What the ledger says now, but for what was withdrawn and is not in it yet, or may have been
    where nobody has read it."""
    ended = live.node.withdrawals.in_group(live.group_id)
    async with live.node.database.reading() as db:
        if live.unknown_to:  # it may have been read meanwhile
            journal_id = live.node.journal.id
            live.unknown_to = await hosting.unknown_to(db, live.group_id, journal_id)
        current = await consent.in_force(db, live.group_id)
    found = InForce({}, {})
    for user, rows in current.items():
        known: dict[PurposeName, ConsentDecision] = {p.value: row for p, row in rows.items()}
        own = {p: row for p, row in known.items() if (user, p) not in ended}
        counts = {p: row.id for p, row in own.items() if row.sequence > live.unknown_to}
        found.counts[user] = counts
        found.uncounted[user] = own.keys() - counts.keys()
    return found


async def follow_the_ledger(live: Live) -> None:
    """Takes over what people decided elsewhere, on another page of theirs. What was read earlier
    never overtakes what was read later."""
    live.ledger_readings += 1
    reading = live.ledger_readings
    before = {id_: presence.decisions.copy() for id_, presence in live.presences.items()}
    found = await in_force(live)
    if reading < live.ledger_followed:
        return
    live.ledger_followed = reading
    for id_, presence in live.presences.items():
        person = live.room.participants.get(id_) or live.room.lobby.get(id_)
        if person is None or person.watches or before.get(id_) != presence.decisions:
            continue
        own = dict(found.counts.get(person.user, {}))
        for purpose, ended in list(presence.unwritten.items()):
            if own.get(purpose) == ended:
                own.pop(purpose, None)
            elif purpose in own:  # later, on another page
                del presence.unwritten[purpose]
        _adopt(live, person, own)
        count(live, person, found.uncounted.get(person.user, set()))
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


def count(live: Live, person: Participant, uncounted: set[PurposeName]) -> None:
    """Tells this person which of their consents do not count here, when that has changed."""
    if person.uncounted != uncounted:
        person.uncounted = uncounted
        tell_uncounted(live, person)


def tell_uncounted(live: Live, person: Participant) -> None:
    live.tell(person.id, ConsentsUncounted(purposes=sorted(person.uncounted)))


def _tape_what_may_be(live: Live) -> None:
    if live.room.to_tape():
        live.background(taping.tape_newly_allowed(live))
