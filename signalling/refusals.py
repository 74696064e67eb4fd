"""A command that is not carried out."""

from signalling.live import Live
from signalling.messages import RefusalCode


class CommandRefused(Exception):
    def __init__(self, code: RefusalCode) -> None:
        super().__init__(code)
        self.code: RefusalCode = code


def require_facilitator(live: Live, participant: str) -> None:
    if live.room.participants[participant].role != "facilitator":
        raise CommandRefused("not_allowed")
