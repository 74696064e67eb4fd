"""Every few seconds: how well everybody's connections work, told to those it concerns, and kept as
far as each agreed to be studied. Off the record nothing is kept."""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from uuid import UUID

from app.kit.ids import short
from app.quality.figures import together
from app.quality.models import QualitySample
from media.relay.quality import Look, Quality
from signalling.live import Live, Node
from signalling.messages import Done, ReportQuality, TroublesChanged, TroubleState
from signalling.quality.keeping import Keeper
from signalling.quality.merging import Room, Seen, merge
from signalling.quality.observation import Stretch
from signalling.quality.troubles import told_to
from signalling.refusals import CommandRefused
from signalling.rooms import Rooms

logger = logging.getLogger(__name__)

LOOK_S = 5.0
"""Lower: shares of fewer packets, which jump about. Higher: a trouble is told of later."""
STRETCH_S = 15.0
"""A row of the log covers so long. Lower: more rows; eleven people make 4,000 in 90 minutes.
Higher: a short bad moment drowns in the good ones around it."""


async def report_quality(live: Live, participant: str, command: ReportQuality) -> None:
    presence = live.presences[participant]
    if not presence.reporting.spend(live.node.clock.now()):
        raise CommandRefused("too_many")
    presence.reports.append(command)
    live.tell(participant, Done(ref=command.ref))


@asynccontextmanager
async def watching(node: Node, rooms: Rooms) -> AsyncIterator[None]:
    """While the block runs; when it ends, what is left is written."""
    keeper, known = Keeper(node.database), dict[UUID, Live]()
    task = asyncio.create_task(_watch(rooms, keeper, known))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        for live in known.values():
            keeper.add(_ended_stretches(live, ()))
        await keeper.close()


async def _watch(rooms: Rooms, keeper: Keeper, known: dict[UUID, Live]) -> None:
    while True:
        await asyncio.sleep(LOOK_S)
        present = {live.meeting_id: live for live in rooms.meetings}
        for meeting_id, live in known.items():
            if present.get(meeting_id) is not live:
                keeper.add(_ended_stretches(live, ()))
        known.clear()
        known.update(present)
        for live in present.values():
            try:
                look(live, keeper)
            except Exception:
                logger.exception("no look at the quality of meeting %s", short(live.meeting_id))
        keeper.write_soon()


def look(live: Live, keeper: Keeper) -> None:
    """One look at one meeting. Synchronous: nobody comes, goes or decides in between."""
    observation, now = live.quality, live.node.clock.now()
    observation.look = observation.look or Look(live.media)
    relay = observation.look.take(now)
    before, observation.looked_at = observation.looked_at, now
    told = {name: presence.reports for name, presence in live.presences.items()}
    for presence in live.presences.values():
        presence.reports = []
    if before is None:
        return
    here = {name: relay[name] for name in live.room.participants if name in relay}
    seen = merge(now - before, here, told, _room(live, here))
    _tell(live, observation.troubles.settle(seen))
    keeper.hold_to(
        live.meeting_id,
        {p.user: p.consents.get("indexing") for p in live.room.participants.values()},
    )
    if live.room.off_record.touches(live.node.clock.utc(before)):
        observation.stretches.clear()  # how much somebody sends tells when they speak
    else:
        _note(live, seen, now)
    keeper.add(_ended_stretches(live, seen))


def _room(live: Live, relay: Mapping[str, Quality]) -> Room:
    before, given = live.quality.given, {}
    for name, quality in relay.items():
        given[name] = frozenset(quality.received.given)
    live.quality.given = given
    cameras = {p.id: p.owner for p in live.room.publications.values() if p.source == "camera"}
    return Room(cameras, {name: now & before.get(name, frozenset()) for name, now in given.items()})


def _tell(live: Live, standing: list[TroubleState]) -> None:
    """To everyone what is new to them; a connection that has just come knows of no trouble."""
    told, live.quality.told = live.quality.told, {}
    for name, person in live.room.participants.items():
        connection = live.presences[name].connection
        if connection is None:
            continue
        theirs = told_to(name, person.role, standing)
        known = told.get(name)
        if theirs != (known[1] if known is not None and known[0] is connection else []):
            live.tell(name, TroublesChanged(troubles=theirs))
        live.quality.told[name] = connection, theirs


def _note(live: Live, seen: Mapping[str, Seen], now: float) -> None:
    """Adds this look to the stretches of those whose consent stands, and drops those of others."""
    stretches = live.quality.stretches
    for name, person in live.room.participants.items():
        consent_id, of = person.consents.get("indexing"), seen.get(name)
        stretch = stretches.get(name)
        if stretch is not None and stretch.consent_id != consent_id:
            del stretches[name]
            stretch = None
        # One who only watches, beside whatever else the same person is here as, has no row.
        if consent_id is None or person.watches or of is None or _is_empty(of):
            continue
        if stretch is None:
            began = live.node.clock.utc(now - of.figures.seconds)
            stretch = stretches[name] = Stretch(person.user, consent_id, began)
        stretch.parts.append(of.figures)


def _is_empty(seen: Seen) -> bool:
    """Nothing went either way: there is no connection yet."""
    return not seen.figures.uplink_packets and not seen.figures.downlink_packets


def _ended_stretches(live: Live, here: Collection[str]) -> list[QualitySample]:
    """Rows of the stretches that are long enough, and of those who are not `here` any more."""
    stretches, rows = live.quality.stretches, []
    for name, stretch in list(stretches.items()):
        if name not in here or stretch.seconds >= STRETCH_S - LOOK_S / 2:
            del stretches[name]
            rows.append(
                QualitySample(
                    meeting_id=live.meeting_id,
                    user_id=stretch.user_id,
                    consent_id=stretch.consent_id,
                    started_at=stretch.started_at,
                    **asdict(together(stretch.parts)),
                )
            )
    return rows
