"""People meet in a room: what they send reaches the others, and only those who take it."""

import datetime

import pytest
from aiortc import RTCCertificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from app.kit.settings import RelaySettings
from media.clock import Clock
from media.native import loop
from media.relay.events import PublicationRemoved, SpeakerChanged, TransportLost
from media.relay.refusals import MediaRefused
from media.relay.relay import Relay
from media.tape.format import Packet, SenderReport, TapeOrder
from media.tape.reader import TapeReader
from tests.fixtures.peers import Stage, until


async def meet(stage: Stage) -> None:
    """alice and bob hear and see each other."""
    alice, bob = stage.peer("alice"), stage.peer("bob")
    await alice.publish("microphone", "camera")
    await bob.publish("microphone", "camera")
    await alice.receive()
    await bob.receive()
    for peer in (alice, bob):
        await peer.gets("video", 5)
        await peer.gets("audio", 25)


async def test_two_peers_hear_and_see_each_other(stage: Stage) -> None:
    await meet(stage)


def test_the_same_on_the_loop_of_production(in_c: bool) -> None:
    async def run() -> None:
        relay = await Relay.open(RelaySettings(udp_port=0, native=in_c), Clock.capture())
        stage = Stage(relay)
        await meet(stage)
        for peer in stage.peers:
            await peer.close()
        await relay.close()

    loop.run(run())


async def test_a_source_keeps_its_publication_while_others_come_and_go(stage: Stage) -> None:
    alice, bob = stage.peer("alice"), stage.peer("bob")
    first = await alice.publish("microphone")
    taken = await bob.receive()

    alice.up.addTransceiver("video", direction="sendonly")
    second = await alice.negotiate(["microphone", "screen"])
    assert second.publications["0"] == first.publications["0"]
    both = await bob.receive()
    third = await alice.negotiate(["microphone"])

    assert third.removed == [second.publications["1"].id]
    assert set(both) == {"0", "1"}
    assert await bob.receive() == taken


async def test_a_section_is_used_again_for_the_next_of_its_kind(stage: Stage) -> None:
    alice, bob, carol = stage.peer("alice"), stage.peer("bob"), stage.peer("carol")
    await alice.publish("microphone")
    await bob.receive()
    stage.room.leave("alice")
    assert await bob.receive() == {}

    published = await carol.publish("microphone")

    assert await bob.receive() == {"0": published.publications["0"].id}
    await until(lambda: bob.frames.get("audio", 0) > 10, "carol in alice's section")


async def test_an_offer_comes_once_and_again_until_it_is_answered(stage: Stage) -> None:
    alice, bob = stage.peer("alice"), stage.peer("bob")
    assert stage.room.offer_downlink("bob") is None
    await alice.publish("microphone")

    first, again = stage.room.offer_downlink("bob"), stage.room.offer_downlink("bob")
    assert first is not None
    assert again is not None
    assert first.publications == again.publications
    await bob.receive()

    assert stage.room.offer_downlink("bob") is None


async def test_a_section_answered_inactive_is_not_sent(stage: Stage) -> None:
    alice, bob = stage.peer("alice"), stage.peer("bob")
    published = await alice.publish("microphone", "camera")
    offer = stage.room.offer_downlink("bob")
    assert offer is not None

    bob.refused = {"video"}
    await bob.receive()
    await until(lambda: bob.frames.get("audio", 0) > 10, "audio")

    by_source = {i.source: stage.room.publications[i.id] for i in published.publications.values()}
    assert len(by_source["microphone"].subscriptions) == 1
    assert by_source["camera"].subscriptions == []


async def test_nothing_of_a_muted_publication_is_forwarded_or_written(
    stage: Stage, order: TapeOrder
) -> None:
    alice, bob = stage.peer("alice"), stage.peer("bob")
    published = await alice.publish("microphone")
    await bob.receive()
    await until(lambda: bob.frames.get("audio", 0) > 5, "audio")
    publication = stage.room.publications[published.publications["0"].id]
    stage.room.set_muted(publication.id, True)
    stage.room.attach_tape(publication.id, order)
    sent, received = publication.subscriptions[0].outlet.packets, publication.received

    await until(lambda: publication.received > received + 20, "packets while muted")
    assert publication.subscriptions[0].outlet.packets == sent
    stage.room.detach_tape(publication.id)
    assert list(TapeReader(order.path, order.data_key)) == []

    stage.room.set_muted(publication.id, False)
    await until(lambda: publication.subscriptions[0].outlet.packets > sent + 10, "packets unmuted")


async def test_a_tape_has_every_packet_until_it_is_detached_and_none_after(
    stage: Stage, order: TapeOrder
) -> None:
    alice = stage.peer("alice")
    published = await alice.publish("camera")
    publication = stage.room.publications[published.publications["0"].id]
    await until(lambda: publication.received > 5, "packets")

    stage.room.attach_tape(publication.id, order)
    before = publication.received
    await until(lambda: publication.received > before + 30, "packets on tape")
    size = stage.room.detach_tape(publication.id)
    after = publication.received
    await until(lambda: publication.received > after + 10, "packets after the tape")

    records = list(TapeReader(order.path, order.data_key))
    packets = [r for r in records if isinstance(r, Packet)]
    assert size == order.path.stat().st_size
    assert len(packets) == after - before
    assert all(isinstance(r, Packet | SenderReport) for r in records)
    assert stage.room.detach_tape(publication.id) is None


async def test_leaving_frees_everything(stage: Stage) -> None:
    await meet(stage)
    bobs = [p.id for p in stage.room.publications.values() if p.participant == "bob"]

    stage.room.leave("bob")
    stage.room.leave("bob")

    assert [e for e in stage.events if isinstance(e, PublicationRemoved)] == [
        PublicationRemoved(id) for id in bobs
    ]
    assert all(p.subscriptions == [] for p in stage.room.publications.values())
    stage.room.leave("alice")
    assert not stage.room.publications
    assert stage.relay.transports == 0


async def test_who_closes_the_connection_is_reported_lost(stage: Stage) -> None:
    await meet(stage)

    await stage.peers[0].up.close()

    await until(lambda: TransportLost("alice") in stage.events, "the loss")


async def test_a_new_peer_connection_takes_the_old_one_s_place(stage: Stage) -> None:
    alice, bob = stage.peer("alice"), stage.peer("bob")
    first = await alice.publish("microphone")
    await bob.receive()
    await until(lambda: bob.frames.get("audio", 0) > 5, "audio")

    reloaded = stage.peer("alice")
    second = await reloaded.publish("microphone")

    assert second.publications["0"] == first.publications["0"]
    assert second.removed == []
    heard = bob.frames["audio"]
    await until(lambda: bob.frames["audio"] > heard + 50, "audio of the new page")


async def test_a_receiver_that_reloads_its_page_receives_again(stage: Stage) -> None:
    alice, bob = stage.peer("alice"), stage.peer("bob")
    await alice.publish("microphone")
    await bob.receive()
    await until(lambda: bob.frames.get("audio", 0) > 5, "audio")

    stage.room.renew_downlink("bob")
    reloaded = stage.peer("bob")
    await reloaded.receive()

    await until(lambda: reloaded.frames.get("audio", 0) > 5, "audio on the new page")


async def test_a_peer_with_an_rsa_certificate_connects(stage: Stage) -> None:
    alice, bob = stage.peer("alice"), stage.peer("bob")
    alice.certify(_rsa_certificate())

    await alice.publish("microphone")
    await bob.publish("microphone")
    await bob.receive()
    await alice.receive()

    for peer in (alice, bob):
        await peer.gets("audio", 5)


async def test_an_offer_that_cannot_be_carried_changes_nothing(stage: Stage) -> None:
    alice = stage.peer("alice")
    await alice.publish("microphone")
    before = dict(stage.room.publications)

    with pytest.raises(MediaRefused):
        await stage.room.publish("alice", "v=0\r\n", {})
    with pytest.raises(MediaRefused):
        await alice.negotiate(["camera"])
    with pytest.raises(MediaRefused):
        await stage.room.answer_downlink("nobody", alice.up.localDescription.sdp)

    assert dict(stage.room.publications) == before


async def test_the_speaker_is_told_by_loudness(stage: Stage) -> None:
    alice = stage.peer("alice")
    alice.up.addTransceiver("audio", direction="sendonly")
    await alice.up.setLocalDescription(await alice.up.createOffer())
    offer = alice.up.localDescription.sdp
    published = await stage.room.publish("alice", offer, {"0": "microphone"})
    levels = stage.room.publications[published.publications["0"].id].levels
    assert levels is not None
    clock = Clock.capture()

    def speak(level: int, expected: SpeakerChanged) -> bool:
        levels.heard(level, clock.now())
        return expected in stage.events

    await until(lambda: speak(20, SpeakerChanged("alice")), "alice speaks")
    await until(lambda: speak(127, SpeakerChanged(None)), "alice is silent")


def _rsa_certificate() -> RTCCertificate:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "peer")])
    now = datetime.datetime.now(tz=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return RTCCertificate(key=key, cert=certificate)  # type: ignore[arg-type]
