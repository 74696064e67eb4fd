"""The meetings that live on this node, from the first who comes to the last tape that is stored."""

import asyncio
import contextlib
import logging
from uuid import UUID

from app.kit.ids import short
from app.meetings import placement
from app.meetings import service as meetings
from app.recordings.models import RecordingState, SpanEnd
from media.relay.events import (
    LayersWanted,
    PicturesResting,
    PublicationRemoved,
    RoomEvent,
    SpeakerChanged,
    TapeFailed,
    TransportLost,
)
from signalling import (
    arrivals,
    consenting,
    messages,
    opening,
    recording_commands,
    spans,
    storage,
    taping,
)
from signalling.live import Live, Node

logger = logging.getLogger(__name__)

EMPTY_S = 60.0
"""An empty room is given up after this. Lower: a facilitator whose computer restarts finds the
recording stopped. Higher: the node keeps what nobody uses."""
DRAIN_S = 20.0
"""A node that stops hands its tapes over for so long; the rest goes when it starts again. Lower:
recordings wait for the next start. Higher: whoever stops the node loses patience and kills it."""


class Rooms:
    """Owns every Live. Made once per node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._live: dict[UUID, Live] = {}
        self._empty_since: dict[UUID, float] = {}
        self._closing: dict[UUID, asyncio.Task[None]] = {}
        self._finishing: set[asyncio.Task[None]] = set()
        self._lock = asyncio.Lock()
        self._draining = False

    @property
    def participants(self) -> int:
        return sum(len(live.presences) for live in self._live.values())

    @property
    def meetings(self) -> list[Live]:
        return list(self._live.values())

    def find(self, meeting_id: UUID) -> Live | None:
        return self._live.get(meeting_id)

    async def open(self, meeting_id: UUID) -> Live:
        """The meeting, live; made when its first person comes. It may have `ended` just now."""
        async with self._lock:
            live = self._live.get(meeting_id)
            if live is None and meeting_id in self._closing:
                await asyncio.wait([self._closing[meeting_id]])
            if live is None:
                live = await self._make(meeting_id)
                self._live[meeting_id] = live
            self._empty_since.pop(meeting_id, None)
            return live

    @property
    def keeping(self) -> list[Live]:
        """The meetings of which something is kept now."""
        return [live for live in self._live.values() if live.tapes or live.room.keeps_chat]

    def follow_the_disk(self) -> None:
        for live in self._live.values():
            storage.follow(live)

    async def tend(self) -> None:
        """Every few seconds: keeps leases, and closes what is over, empty or lives elsewhere."""
        now = self._node.clock.now()
        for meeting_id, live in list(self._live.items()):
            if live.presences:
                self._empty_since.pop(meeting_id, None)
            elif now - self._empty_since.setdefault(meeting_id, now) > EMPTY_S:
                self._close(live)
                continue
            await self._tend(live)

    async def _tend(self, live: Live) -> None:
        async with self._node.database.transaction() as db:
            is_ours = await placement.renew(db, live.meeting_id, self._node.settings.node.name)
            is_over = await meetings.is_over(db, live.meeting_id)
        if is_over:
            await recording_commands.end(live)
        if live.ended or not is_ours:
            self._close(live)
        else:
            await consenting.follow_the_ledger(live)

    async def close(self) -> None:
        """The node stops: people rejoin, elsewhere or when it is back; every tape is closed, and
        handed over if the store takes it in time."""
        self._draining = True
        for live in list(self._live.values()):
            self._close(live)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                while work := {*self._closing.values(), *self._finishing}:
                    await asyncio.wait(work)

    async def _make(self, meeting_id: UUID) -> Live:
        node = self._node
        found = await opening.open_in_books(node, meeting_id)
        recording = found.recording
        live = Live(node, meeting_id, found.group_id)
        live.media = node.relay.room(str(meeting_id), lambda event: self._heard(live, event))
        if recording is not None:
            live.recording_id = recording.id
        # Whoever was in it when a node stopped need not be let in again, and it still records.
        live.room.admitted |= found.present
        live.unknown_to = found.unknown_to
        live.room.off_record.since = found.off_since
        live.room.off_record.taken_over = found.taken_over
        if recording is not None and recording.state == RecordingState.RUNNING:
            await taping.begin(live, recording.started_at)
            storage.follow(live)
        logger.info("meeting %s lives here", short(meeting_id))
        return live

    def _close(self, live: Live) -> None:
        self._live.pop(live.meeting_id, None)
        self._empty_since.pop(live.meeting_id, None)
        task = asyncio.create_task(self._wind_up(live))
        self._closing[live.meeting_id] = task
        task.add_done_callback(lambda done: self._closed(live, done))

    def _closed(self, live: Live, done: asyncio.Task[None]) -> None:
        """The meeting may open here again; its tapes are still on their way to the store."""
        self._closing.pop(live.meeting_id, None)
        if not done.cancelled() and (error := done.exception()):
            logger.error("meeting %s did not close well", short(live.meeting_id), exc_info=error)
        task = asyncio.create_task(taping.finish(live))
        self._finishing.add(task)
        task.add_done_callback(lambda done: self._finished(live, done))

    def _finished(self, live: Live, done: asyncio.Task[None]) -> None:
        self._finishing.discard(done)
        if not done.cancelled() and (error := done.exception()):
            logger.error("meeting %s was not handed over", short(live.meeting_id), exc_info=error)

    async def _wind_up(self, live: Live) -> None:
        node = self._node
        if self._draining and not live.ended:
            interrupt(live)
        elif live.room.recording_since is not None:
            await taping.stop(live, "meeting_ended" if live.ended else "command")
        for participant in list(live.presences):
            arrivals.leave(live, participant)
        node.relay.close_room(str(live.meeting_id))
        await opening.close_in_books(live)
        logger.info("meeting %s has left", short(live.meeting_id))

    def _heard(self, live: Live, event: RoomEvent) -> None:
        """What the relay tells: synchronous, from its packet path."""
        match event:
            case SpeakerChanged(participant):
                live.deliver(live.room.speaker_changed(participant))
            case PublicationRemoved(publication) if publication in live.room.publications:
                taping.cut(live, [publication])
                live.deliver(live.room.publications_removed([publication]))
                spans.note(live, SpanEnd.TURNED_OFF)
                live.offer_downlinks()
            case LayersWanted(publication, layers) if publication in live.room.publications:
                own = live.room.publications[publication]
                live.tell(own.owner, messages.LayersWanted(source=own.source, layers=layers))
            case PicturesResting(participant, resting):
                live.tell(participant, messages.PicturesResting(publications=sorted(resting)))
            case TapeFailed(_, reason):
                storage.refused(self._node, reason)
                self.follow_the_disk()
            case TransportLost(participant):
                logger.info("participant %s lost a transport", participant[-4:])
                presence = live.presences.get(participant)
                if presence is not None and presence.session is not None:
                    arrivals.leave(live, participant)  # there is no websocket to come back by
            case _:
                pass  # what we removed ourselves is no news


def interrupt(live: Live) -> None:
    """The node stops in the middle of a meeting: its tapes end. In the books it goes on with the
    same people, and records as soon as they are back."""
    taping.cut(live, list(live.tapes))
    live.room.recording_since = None
    spans.note(live, SpanEnd.NODE_STOPPED)
    for presence in live.presences.values():
        presence.attendance = None
