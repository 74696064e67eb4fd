"""Commands that wait for the database, carried out beside the socket that they came by.

What else their sender asks is heard meanwhile: a withdrawal waits for nobody's books, nor for what
its own person asked before.
"""

from collections.abc import Awaitable, Callable

from signalling.live import Live, Presence
from signalling.messages import ClientMessage
from signalling.refusals import CommandRefused, answering

MOST_WAITING = 20
"""Of one person. Lower: who taps often while the database is slow is refused. Higher: more tasks
of one who does it on purpose."""


def carry_out(
    live: Live, participant: str, command: ClientMessage, work: Callable[[], Awaitable[None]]
) -> None:
    """One person's go one after another, in the order in which they were asked. `work` answers, and
    begins once its handler has returned. Raises CommandRefused where too many wait."""
    presence = live.presences[participant]
    if presence.waiting >= MOST_WAITING:
        raise CommandRefused("too_many")
    presence.waiting += 1
    live.background(_carry_out(live, participant, presence, command, work))


async def _carry_out(
    live: Live,
    participant: str,
    presence: Presence,
    command: ClientMessage,
    work: Callable[[], Awaitable[None]],
) -> None:
    try:
        async with presence.turn:
            with answering(live, participant, command):
                await work()
    finally:
        presence.waiting -= 1
