"""Whatever one participant sends, what the others say to each other arrives: all, and in order."""

from collections.abc import AsyncIterator
from random import Random

import pytest
from aiortc import RTCCertificate

from media.relay.relay import Relay
from tests.fuzz.attacks import ATTACKS
from tests.fuzz.company import Guest, House, gathered, resubscribed

ROUNDS = 150
BURST = 20
"""Of hostile datagrams to each round of speech: 3,000 in all, less than a socket's buffer each."""


@pytest.fixture
async def house(relay: Relay) -> House:
    return House(relay)


@pytest.fixture
async def guests(house: House) -> AsyncIterator[list[Guest]]:
    guests = await gathered(house, 3)
    yield guests
    for guest in guests:
        await guest.close()


async def talk(house: House, talkers: list[Guest]) -> None:
    for guest in talkers:
        guest.speak()
    await house.settle()
    for guest in talkers:
        guest.listen()


def all_is_heard(one: Guest, other: Guest) -> None:
    for listener, speaker in ((one, other), (other, one)):
        rows = list(listener.rows_of(speaker))
        assert len(rows) == 2
        for said, heard in rows:
            assert heard == said


@pytest.mark.parametrize("name", ATTACKS)
async def test_the_others_hear_each_other(house: House, guests: list[Guest], name: str) -> None:
    alice, bob, mallory = guests
    await talk(house, guests)
    attack = ATTACKS[name](mallory, Random(1))

    for _ in range(ROUNDS):
        for _ in range(BURST):
            next(attack)
        await talk(house, [alice, bob])
        mallory.listen()

    all_is_heard(alice, bob)
    assert not house.relay.dropped["failed"]


async def test_all_at_once_and_the_room_still_takes_newcomers(
    house: House, guests: list[Guest]
) -> None:
    alice, bob, mallory = guests
    await talk(house, guests)
    attacks = [attack(mallory, Random(seed)) for seed, attack in enumerate(ATTACKS.values())]

    for _ in range(ROUNDS):
        for attack in attacks * (BURST // len(attacks)):
            next(attack)
        await talk(house, [alice, bob])
    house.room.leave(mallory.name)
    carol = Guest(3, RTCCertificate.generateCertificate())
    await carol.publish(house)
    for guest in (alice, bob):
        await resubscribed(house, guest)
    await carol.subscribe(house)
    guests.append(carol)
    for guest in (alice, bob, carol):
        guest.said.clear()
        guest.heard.clear()
    for _ in range(20):
        await talk(house, [alice, bob, carol])

    all_is_heard(alice, bob)
    all_is_heard(alice, carol)
    assert not house.relay.dropped["failed"]
