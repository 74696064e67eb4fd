"""What the crash matrix calls lost is what is on no tape, and nothing else."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.kit.settings import RelaySettings
from media.clock import Clock
from media.relay.relay import Relay
from media.rtp.header import FIXED
from media.tape.reader import TapeReader
from tests.fixtures.peers import Stage, until
from tests.fixtures.tapes import KEY, order, packets_of
from tests.soak.losses import OnTape, stretches
from tests.soak.truth import Name, Sent, ToldCamera, ToldMicrophone, Truth, note_sent

PERIOD_S = 0.1
SENT_S = 1.5
A_WHILE_S = 1.0
"""A loaded machine seals late. The quarter of a second is judged where a node is really killed."""


def name(picture: int, part: int = 0) -> Name:
    return 9000 * picture, 2 * picture + part


def a_second() -> Truth:
    """Ten pictures of two packets, and a kill 50 ms after the last."""
    sent = [Sent(1 + n * PERIOD_S, n * PERIOD_S, [name(n), name(n, 1)]) for n in range(10)]
    return Truth(PERIOD_S, sent, recorded=[[1.0, 1.95]])


def on_tape(*pictures: int) -> OnTape:
    return OnTape({name(n, part) for n in pictures for part in (0, 1)})


def lost(tapes: OnTape) -> tuple[float, float]:
    (found,) = stretches(a_second(), tapes)
    return round(found.at_end_s, 6), round(found.earlier_s, 6)


def test_nothing_is_lost_that_is_on_a_tape() -> None:
    assert lost(on_tape(*range(10))) == (0, 0)


def test_what_lacks_at_the_end_is_told_apart_from_what_lacks_before() -> None:
    assert lost(on_tape(*range(9))) == (0.05, 0)
    assert lost(on_tape(*range(8))) == (0.15, 0)
    assert lost(on_tape(0, 1, 2, 5, 6, 7, 8, 9)) == (0, 0.2)
    assert lost(on_tape(1, 2, 4, 5, 6, 7, 8)) == (0.05, 0.2)
    assert lost(on_tape()) == (0.95, 0)


def test_a_picture_without_one_of_its_packets_is_lost() -> None:
    tapes = on_tape(*range(10))
    tapes.packets -= {name(9, 1), name(4)}

    assert lost(tapes) == (0.05, 0.1)


def test_what_comes_before_the_first_key_frame_is_unseen() -> None:
    tapes = OnTape()
    for pictures in ([0, 1, 2], [3, 4, 5, 6, 7, 8, 9]):
        key = pictures[1]
        packets = [packet(n, part, key=n == key) for n in pictures for part in (0, 1)]
        tapes.add(packets, pictures=True)

    (found,) = stretches(a_second(), tapes)
    assert (found.earlier_s, found.at_end_s, tapes.pieces) == (0, 0, 10)
    assert round(found.unseen_s, 6) == 0.2


def packet(picture: int, part: int, *, key: bool) -> bytes:
    """RFC 7741 §4: a descriptor of one byte, then the picture, whose lowest bit is 0 in a key
    frame."""
    timestamp, number = name(picture, part)
    head = FIXED.pack(0x80, 0x80 * part | 96, number, timestamp, 7)
    return head + bytes([0x00 if part else 0x10, not key])


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    relay = await Relay.open(RelaySettings(udp_port=0), Clock.capture())
    stage = Stage(relay)
    yield stage
    for peer in stage.peers:
        await peer.close()
    await relay.close()


async def test_each_packet_that_leaves_is_on_the_tape_under_its_name(
    stage: Stage, tmp_path: Path
) -> None:
    """What a kill leaves: the tapes as they lie there, not closed."""
    truths = {"microphone": Truth(0.02), "camera": Truth(PERIOD_S)}
    peer = stage.peer("alice")
    peer.up.addTransceiver(ToldMicrophone(truths["microphone"]), direction="sendonly")
    peer.up.addTransceiver(ToldCamera(0, truths["camera"]), direction="sendonly")
    published = await peer.negotiate(list(truths))
    note_sent(peer.up, truths)
    for each in published.publications.values():
        stage.room.attach_tape(each.id, replace(order(tmp_path / each.source), source=each.source))
        truths[each.source].begins()
    await until(lambda: all(truth.sent for truth in truths.values()), "both send")
    await asyncio.sleep(SENT_S)

    killed_at = time.time()
    for source, truth in truths.items():
        truth.ends(killed_at)
        tapes = OnTape()
        packets = packets_of(TapeReader(tmp_path / source, KEY))
        tapes.add(packets, pictures=source == "camera")
        (found,) = stretches(truth, tapes)
        assert len(found.kept) * truth.period_s > SENT_S - A_WHILE_S
        assert found.at_end_s < A_WHILE_S
        assert (found.earlier_s, found.unseen_s) == (0, 0)
