"""A whole meeting without people: they come, the script is spoken, the facilitator ends it."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from app.simulation.participant import SimulatedPerson
from app.simulation.script import Script
from signalling.messages import EndMeeting, Say, StartRecording

Progress = Callable[[str, float], None]
"""What goes on, and the share of the whole that is done (0–1)."""

ARRIVAL_S = 60.0
LEAD_S = 1.5
TAIL_S = 1.0
"""Silence before the first and after the last word."""


@dataclass(frozen=True)
class Report:
    began_at: float
    """Unix seconds at which the script began."""
    spoken: list[tuple[int, int, int]]
    """(person, start, end) in ms from then."""
    heard: list[int]
    """How many audio packets came to each person from the others."""


async def simulate(
    people: list[SimulatedPerson],
    meeting_id: str,
    script: Script,
    progress: Progress,
    *,
    record: bool = True,
) -> Report:
    """`people` in the order of the script; the first must be the facilitator.

    Raises what went wrong for a person first, or TimeoutError.
    """
    try:
        await asyncio.wait_for(_gather(people, meeting_id, progress), ARRIVAL_S)
        facilitator = people[0]
        if record:
            await facilitator.ask(StartRecording)
        began = time.monotonic() + LEAD_S
        began_at = time.time() + LEAD_S
        for line in script.lines:
            utterance = script.utterance(line)
            people[line.person].microphone.speak(utterance.samples, began + line.at_ms / 1000)
        await asyncio.gather(
            _listen(began + script.length_ms / 1000 + TAIL_S, progress),
            _write(people, script, began),
        )
        heard = [await person.packets_heard() for person in people]
        await facilitator.ask(EndMeeting)
        await asyncio.wait_for(facilitator.ended.wait(), 20)
        _raise_failure(people)
        return Report(began_at, script.spoken(), heard)
    except TimeoutError:
        _raise_failure(people)
        raise
    finally:
        await asyncio.gather(*(person.leave() for person in people), return_exceptions=True)


async def _gather(people: list[SimulatedPerson], meeting_id: str, progress: Progress) -> None:
    """The facilitator first, who lets the others in."""
    for place, person in enumerate(people):
        progress(f"{person.name}", 0.1 * place / len(people))
        await person.join(meeting_id)
        await person.welcomed.wait()
        await person.publish()


def _raise_failure(people: list[SimulatedPerson]) -> None:
    for person in people:
        if person.failure is not None:
            raise person.failure


async def _write(people: list[SimulatedPerson], script: Script, began: float) -> None:
    for line in sorted(script.chat, key=lambda each: each.at_ms):
        await asyncio.sleep(began + line.at_ms / 1000 - time.monotonic())
        await people[line.person].ask(Say, text=line.text)


async def _listen(until: float, progress: Progress) -> None:
    began = time.monotonic()
    while (left := until - time.monotonic()) > 0:
        progress("", 0.1 + 0.9 * (1 - left / (until - began)))
        await asyncio.sleep(min(0.5, left))
