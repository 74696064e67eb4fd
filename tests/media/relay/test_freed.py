"""Who has left leaves nothing behind: neither in a map nor in memory."""

import asyncio
import gc
from collections import Counter
from weakref import ref

from media.relay.downlink import Downlink
from media.relay.layer import Layer
from media.relay.publication import Publication
from media.relay.relay import Relay
from media.relay.room import Room
from media.relay.subscription import Subscription
from media.relay.transport import Transport
from media.relay.uplink import Uplink
from media.relay.view import Tile, View
from tests.fixtures.peers import Stage, until


async def gather(stage: Stage) -> None:
    """Three people, who all send and receive; only one is seen, and not by all."""
    peers = [stage.peer(name) for name in ("alice", "bob", "carol")]
    await peers[0].publish("microphone", "camera")
    camera = next(p for p in stage.room.publications.values() if p.kind == "video")
    for peer in peers[1:]:
        await peer.publish("microphone")
    for peer in peers:
        await peer.receive()
    for peer in peers:
        await peer.gets("audio", 5)
    await until(lambda: camera.received > 5, "the camera")
    stage.room.set_view("carol", View({camera.id: Tile(0)}))


KINDS = (Room, Publication, Layer, Subscription, Uplink, Downlink, Transport)


def living() -> Counter[str]:
    """How many there are of everything that is made for people."""
    gc.collect()
    return Counter(type(thing).__name__ for thing in gc.get_objects() if type(thing) in KINDS)


async def test_after_everyone_has_left_nothing_is_known_of_them(stage: Stage) -> None:
    await gather(stage)
    room, port = stage.room, stage.relay._network.port

    for name in ("alice", "bob", "carol"):
        room.leave(name)

    assert not room._participants
    assert not room._publications
    assert not room._speaker._voices
    assert not port._by_address
    assert not port._by_ufrag
    await until(lambda: not port._goodbyes, "the last words are said")
    assert port._path is None or port._path.known_count == 0


async def test_what_was_made_for_those_who_left_is_freed(stage: Stage) -> None:
    before = living()
    await gather(stage)
    assert living() - before

    for name in ("alice", "bob", "carol"):
        stage.room.leave(name)

    await until(lambda: living() == before, "freed")


async def test_a_closed_room_is_freed_with_all_that_was_in_it(relay: Relay) -> None:
    before = living()
    stage = Stage(relay)
    await gather(stage)
    for peer in stage.peers:
        await peer.close()

    relay.close_room("room")
    del stage, peer

    await until(lambda: living() == before, "freed")


async def test_who_leaves_is_let_go_by_those_who_stay(stage: Stage) -> None:
    await gather(stage)
    of_alice = [p for p in stage.room.publications.values() if p.participant == "alice"]
    references = [ref(layer) for p in of_alice for layer in p.layers]
    del of_alice

    stage.room.leave("alice")
    gc.disable()  # nothing of what is large may wait for the collector
    try:
        await asyncio.sleep(0)
        assert [reference() for reference in references] == [None] * 2
    finally:
        gc.enable()


async def test_a_layer_lives_until_its_batch_is_dealt_with(stage: Stage) -> None:
    """C may have put it among those that miss packets; it knows nothing of Python's references."""
    await stage.peer("alice").publish("camera")
    (publication,) = stage.room.publications.values()
    (layer,) = map(ref, publication.layers)
    del publication

    stage.room.leave("alice")
    gc.collect()
    assert layer() is not None

    await asyncio.sleep(0)
    assert layer() is None
