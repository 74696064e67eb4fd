"""A command that is not carried out."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from app.kit.errors import Refusal
from app.kit.ids import short
from signalling.live import Live
from signalling.messages import ClientMessage, RefusalCode, Refused

logger = logging.getLogger(__name__)

KNOWN: dict[str, RefusalCode] = {
    "not_allowed": "not_allowed",
    "not_found": "not_found",
    "meeting_ended": "meeting_ended",
    "media_refused": "media_refused",
    "text_version_unknown": "text_version_unknown",
    "answered_since": "answered_since",
    "recording_finished": "recording_unavailable",
}


class CommandRefused(Exception):
    def __init__(self, code: RefusalCode) -> None:
        super().__init__(code)
        self.code: RefusalCode = code


@contextmanager
def answering(live: Live, participant: str, command: ClientMessage) -> Iterator[None]:
    """What goes wrong inside is the command's answer, and ends nothing but itself."""
    code: RefusalCode
    try:
        yield
        return
    except CommandRefused as refusal:
        code = refusal.code
    except Refusal as refusal:
        code = KNOWN.get(refusal.code, "invalid")
    except Exception:
        logger.exception("%s failed in meeting %s", command.type, short(live.meeting_id))
        code = "internal"
    live.tell(participant, Refused(ref=command.ref, code=code))


def require_facilitator(live: Live, participant: str) -> None:
    if live.room.participants[participant].role != "facilitator":
        raise CommandRefused("not_allowed")
