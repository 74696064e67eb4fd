"""One meeting in progress on this node: its room, its connections, its media and its tapes."""

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from app.kit.db import Database
from app.kit.ids import short
from app.kit.keys import Keys
from app.kit.settings import Settings
from app.kit.tokens import Scope, Tokens
from app.recordings.spans import Begun
from media.clock import Clock
from media.relay.relay import Relay
from media.relay.room import Room as MediaRoom
from media.store import Store
from media.tape.disk import Disk
from signalling.allowance import Allowance
from signalling.chat import Chat
from signalling.connection import Connection
from signalling.journal import Journal
from signalling.messages import PurposeName, ReportQuality, ServerMessage
from signalling.negotiation import Negotiation
from signalling.quality.observation import REPORTS_BURST, REPORTS_PER_S, Observation
from signalling.room import Delivery, Room
from signalling.withdrawals import Withdrawals

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Node:
    """What every meeting on this node shares."""

    settings: Settings
    database: Database
    keys: Keys
    tokens: Tokens
    clock: Clock
    relay: Relay
    store: Store
    spool: Path
    disk: Disk
    shipping: asyncio.Semaphore
    """Who holds it sends a tape to the store."""
    journal: Journal
    withdrawals: Withdrawals


@dataclass
class Session:
    """What a program that publishes or watches by HTTP has in a websocket's place."""

    id: str
    scope: Scope
    user: UUID
    tag: str
    """Names its present ICE session, so that an older one's news are told apart."""
    allowance: Allowance


@dataclass
class Presence:
    """What we hold for one participant besides what the room knows."""

    resume_token: str
    connection: Connection | None = None
    session: Session | None = None
    """Negotiates by HTTP, with one peer connection: it is offered nothing, and told nothing."""
    negotiation: Negotiation = field(default_factory=Negotiation)
    attendance: UUID | None = None
    decisions: Counter[PurposeName] = field(default_factory=Counter)
    """How many were made here. What was read of the ledger before the last one is out of date."""
    unwritten: dict[PurposeName, UUID | None] = field(default_factory=dict)
    """Refused or withdrawn, and not in the ledger yet, or never: stronger than the row that grants
    it there, if one does. Another grant in that row's place came later, from another page."""
    said: dict[PurposeName, UUID] = field(default_factory=dict)
    """The last no of theirs that was heard here: they know of it without having read the ledger."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the one command of theirs that is at the database (`signalling.beside`)."""
    waiting: int = 0
    """Commands of theirs that have, or want, their turn."""
    expiry: asyncio.TimerHandle | None = None
    reports: list[ReportQuality] = field(default_factory=list)
    """What its browser told of its connections since the last look (quality)."""
    reporting: Allowance = field(default_factory=lambda: Allowance(REPORTS_PER_S, REPORTS_BURST))


@dataclass
class LiveTape:
    id: UUID
    path: str


class Live:
    """Owns everything of one meeting from the first who comes until `closed`."""

    def __init__(self, node: Node, meeting_id: UUID, group_id: UUID) -> None:
        # Passed by argument
        self.node = node
        self.meeting_id = meeting_id
        self.group_id = group_id
        # Ours
        self.room = Room()
        self.presences: dict[str, Presence] = {}
        self.tapes: dict[str, LiveTape] = {}
        self.spans: dict[str, Begun] = {}
        """Of what is published while a recording runs, by publication (`signalling.spans`)."""
        self.recording_id: UUID | None = None
        self.recording_lock = asyncio.Lock()
        """Held while tapes are ordered and closed, so that no two do it at once."""
        self.unknown_to = 0
        """Up to this row of the group's ledger it is not known what holds (`app.meetings.hosting`),
        as when the meeting opened here; what was read since is taken off."""
        self.ended = False
        self.ledger_readings = self.ledger_followed = 0
        """Readings of the ledger are numbered: the last that began, the last that was followed."""
        self.chat = Chat()
        self.quality = Observation()
        self._tasks: set[asyncio.Task[None]] = set()
        # Set by whoever makes the relay's room
        self.media: MediaRoom

    def deliver(self, deliveries: Iterable[Delivery]) -> None:
        for to, message in deliveries:
            self.tell(to, message)

    def tell(self, participant: str, message: ServerMessage) -> None:
        presence = self.presences.get(participant)
        if presence is not None and presence.connection is not None:
            presence.connection.send(message)

    def is_connected(self, participant: str, connection: Connection) -> bool:
        """Whether this connection still speaks for the participant."""
        presence = self.presences.get(participant)
        return presence is not None and presence.connection is connection

    def offer_downlinks(self) -> None:
        """Offers everyone in the room what changed for them."""
        for participant in list(self.room.participants):
            self.offer_downlink(participant)

    def offer_downlink(self, participant: str) -> None:
        presence = self.presences[participant]
        negotiation = presence.negotiation
        if presence.session is not None or not negotiation.may_offer():
            return
        offer = self.media.offer_downlink(participant)
        if offer is not None:
            self.tell(participant, negotiation.offered(offer.sdp, dict(offer.publications)))

    def background(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs beside; a failure is logged and ends only that work."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def settled(self) -> None:
        """Waits until no work is left beside."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("work of meeting %s failed", short(self.meeting_id), exc_info=error)


def new_participant_id() -> str:
    return f"p-{secrets.token_hex(6)}"


def new_resume_token() -> str:
    return secrets.token_urlsafe(24)
