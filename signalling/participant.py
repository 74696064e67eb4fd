"""One person who is in a meeting now."""

from dataclasses import dataclass, field
from uuid import UUID

from signalling.messages import LobbyState, ParticipantState, PurposeName, RoleName


@dataclass
class Participant:
    """One presence of one person."""

    id: str
    user: UUID
    name: str
    role: RoleName
    consents: dict[PurposeName, UUID]
    """Purposes granted and in force, each with the ledger row that says so."""
    uncounted: set[PurposeName] = field(default_factory=set)
    """Granted before another node went away with what was last said there: not known to be in
    force, and so not in `consents`."""
    hand_raised: bool = False
    connected: bool = True
    watches: bool = False
    """Only receives, beside whatever else the same person is here as."""

    def state(self) -> ParticipantState:
        return ParticipantState(
            id=self.id,
            user=self.user,
            name=self.name,
            role=self.role,
            hand_raised=self.hand_raised,
            connected=self.connected,
            consents=sorted(self.consents),
        )

    def lobby_state(self) -> LobbyState:
        return LobbyState(participant=self.id, name=self.name, role=self.role)
