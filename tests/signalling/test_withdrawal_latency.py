"""How soon a withdrawal ends a tape, by the tape's own arrival times, with real media."""

import asyncio
import logging
import time

import pytest

from app.consent import ledger
from app.consent import service as consent
from signalling import connection
from signalling.messages import ClientMessage, DecideConsent, EndMeeting, StartRecording
from tests.fixtures.taped import DEADLINE_S, Listener, arrivals, decides, tapes, until_stored
from tests.signalling.conftest import Gathering

logger = logging.getLogger(__name__)

ROUNDS = 8
LIMIT_S = 0.050
"""What people are promised. Measured: no packet at all that came later than the withdrawal."""


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The Unix seconds at which the frames of withdrawals reached the node's process."""
    moments: list[float] = []
    decode = connection.decode

    def noted(data: str | bytes) -> ClientMessage:
        moment = time.time()
        command = decode(data)
        if isinstance(command, DecideConsent) and command.decision == "withdrawn":
            moments.append(moment)
        return command

    monkeypatch.setattr(connection, "decode", noted)
    return moments


async def test_no_packet_is_written_that_came_later_than_the_withdrawal(
    gathering: Gathering, reached: list[float]
) -> None:
    cast = gathering.cast
    await decides(cast.alice, cast.group_id, "audio", "granted")
    alice = Listener(0, "Alice", cast.alice.client, camera=False)
    bob = Listener(1, "Bob", cast.bob.client, camera=True)
    text = {"text_version": 1, "text_language": "fi"}
    try:
        for one in (alice, bob):
            await one.join(gathering.meeting_id)
            await asyncio.wait_for(one.publish(), DEADLINE_S)
        await alice.ask(StartRecording)
        for number in range(ROUNDS):
            for purpose in ("audio", "video"):
                await bob.ask(DecideConsent, purpose=purpose, decision="granted", **text)
            await grown(gathering, 2 * number + 2)
            for purpose in ("audio", "video"):
                await bob.ask(
                    DecideConsent,
                    purpose=purpose,
                    decision="withdrawn",
                    keeps_earlier=number % 2 == 0,
                    **text,
                )
        await asyncio.sleep(
            4 * LIMIT_S
        )  # what is sent meanwhile must be on nobody's tape but alice's
        await alice.ask(EndMeeting)
        found = await until_stored(gathering, cast.bob)
        (alices,) = await until_stored(gathering, cast.alice)
    finally:
        await asyncio.gather(alice.leave(), bob.leave())

    sent_on = await arrivals(gathering, alices)
    assert len(reached) == 2 * ROUNDS == len(found)
    late = []
    for tape in found:
        came = await arrivals(gathering, tape)
        assert len(came) > 3
        voice, picture = [moment for moment in reached if moment >= came[0]][:2]
        withdrawn = voice if tape.source == "microphone" else picture
        assert any(moment > withdrawn + LIMIT_S for moment in sent_on)
        assert [moment for moment in came if moment > withdrawn + LIMIT_S] == []
        late.append(came[-1] - withdrawn)
    async with gathering.running.context.database.reading() as db:
        closed = ledger.closed_at(await consent.chain(db, cast.group_id))
    for tape in found:  # else it would be cut off again when the recording is finished
        assert tape.ended_at is not None
        assert tape.ended_at <= closed[tape.consent_id]
    logger.warning("the last packet came %.1f ms after the withdrawal at most", max(late) * 1000)


async def grown(gathering: Gathering, count: int) -> None:
    """So many tapes of bob are on the disk, and the newest hold some packets."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            found = await tapes(gathering, gathering.cast.bob)
            paths = [gathering.settings.spool / tape.path for tape in found[-2:]]
            if len(found) == count and all(p.exists() and p.stat().st_size > 3_000 for p in paths):
                return
            await asyncio.sleep(0.02)
