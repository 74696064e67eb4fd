"""The meetings that live on this node, from the first who comes to the last tape that is stored."""

import asyncio
import logging
from uuid import UUID

from app.kit.errors import NotFound
from app.kit.ids import short
from app.meetings import placement
from app.meetings import service as meetings
from app.meetings.models import Meeting
from app.recordings import service as recordings
from media.relay.events import (
    PublicationRemoved,
    RoomEvent,
    SpeakerChanged,
    TapeFailed,
    TransportLost,
)
from signalling import arrivals, recording_commands, taping
from signalling.live import Live, Node

logger = logging.getLogger(__name__)

EMPTY_S = 60.0
"""An empty room is given up after this. Lower: a facilitator whose computer restarts finds the
recording stopped. Higher: the node keeps what nobody uses."""


class Rooms:
    """Owns every Live. Made once per node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._live: dict[UUID, Live] = {}
        self._empty_since: dict[UUID, float] = {}
        self._closing: dict[UUID, asyncio.Task[None]] = {}
        self._lock = asyncio.Lock()

    @property
    def participants(self) -> int:
        return sum(len(live.presences) for live in self._live.values())

    def find(self, meeting_id: UUID) -> Live | None:
        return self._live.get(meeting_id)

    async def open(self, meeting_id: UUID) -> Live:
        """The meeting, live; made when its first person comes."""
        async with self._lock:
            live = self._live.get(meeting_id)
            if live is None and meeting_id in self._closing:
                await asyncio.wait([self._closing[meeting_id]])
            if live is None or live.ended:
                live = await self._make(meeting_id)
                self._live[meeting_id] = live
            self._empty_since.pop(meeting_id, None)
            return live

    async def tend(self) -> None:
        """Every few seconds: keeps leases, and closes what is over, empty or lives elsewhere."""
        now = self._node.clock.now()
        for meeting_id, live in list(self._live.items()):
            if live.presences:
                self._empty_since.pop(meeting_id, None)
            elif now - self._empty_since.setdefault(meeting_id, now) > EMPTY_S:
                self._close(live)
                continue
            if await self._is_over(live):
                await recording_commands.end(live)
            if live.ended:
                self._close(live)
            else:
                await taping.cut_what_no_longer_stands(live)

    async def close(self) -> None:
        """The node stops: people rejoin elsewhere; every tape is closed and handed over first."""
        for live in list(self._live.values()):
            self._close(live)
        while self._closing:
            await asyncio.wait(self._closing.values())

    async def _make(self, meeting_id: UUID) -> Live:
        node = self._node
        async with node.database.transaction() as db:
            meeting = await db.get(Meeting, meeting_id)
            if meeting is None or await meetings.is_over(db, meeting_id):
                raise NotFound
            await placement.renew(db, meeting_id, node.settings.node.name)
            recording = await recordings.of_meeting(db, meeting_id)
        live = Live(node, meeting_id, meeting.group_id)
        live.media = node.relay.room(str(meeting_id), lambda event: self._heard(live, event))
        if recording is not None:
            live.recording_id = recording.id
        logger.info("meeting %s lives here", short(meeting_id))
        return live

    async def _is_over(self, live: Live) -> bool:
        async with self._node.database.transaction() as db:
            await placement.renew(db, live.meeting_id, self._node.settings.node.name)
        return await taping.meeting_is_over(live)

    def _close(self, live: Live) -> None:
        self._live.pop(live.meeting_id, None)
        self._empty_since.pop(live.meeting_id, None)
        task = asyncio.create_task(self._wind_up(live))
        self._closing[live.meeting_id] = task
        task.add_done_callback(lambda done: self._closed(live, done))

    def _closed(self, live: Live, done: asyncio.Task[None]) -> None:
        self._closing.pop(live.meeting_id, None)
        if not done.cancelled() and (error := done.exception()):
            logger.error("meeting %s did not close well", short(live.meeting_id), exc_info=error)

    async def _wind_up(self, live: Live) -> None:
        node = self._node
        if live.room.recording_since is not None:
            await taping.stop(live, "meeting_ended" if live.ended else "command")
        for participant in list(live.presences):
            arrivals.leave(live, participant)
        node.relay.close_room(str(live.meeting_id))
        if live.ended:
            await taping.finish(live)
        await live.settled()
        async with node.database.transaction() as db:
            await placement.release(db, live.meeting_id, node.settings.node.name)
        logger.info("meeting %s has left", short(live.meeting_id))

    def _heard(self, live: Live, event: RoomEvent) -> None:
        """What the relay tells: synchronous, from its packet path."""
        match event:
            case SpeakerChanged(participant):
                live.deliver(live.room.speaker_changed(participant))
            case PublicationRemoved(publication) if publication in live.room.publications:
                taping.cut(live, [publication])
                live.deliver(live.room.publications_removed([publication]))
                live.offer_downlinks()
            case TapeFailed():
                live.background(taping.stop(live, "storage"))
            case TransportLost(participant):
                logger.info("participant %s lost a transport", participant[-4:])
            case _:
                pass  # what we removed ourselves is no news
