"""People with bare sockets and real keys in a real room: whoever holds a key may send anything."""

import asyncio
from collections.abc import Iterator

from aiortc import RTCCertificate
from pylibsrtp import Error as SrtpError

from benchmarks.sfu import description
from benchmarks.sfu.description import CAMERA_MID, MICROPHONE_MID
from benchmarks.sfu.link import Link
from benchmarks.sfu.load import Person
from media.relay.relay import Relay

SOURCES = {MICROPHONE_MID: "microphone", CAMERA_MID: "camera"}
DRAINS = 50
"""Turns of the loop in which the relay reads what was sent to it: as many as a burst may need."""


class House:
    """The relay as its clients see it (`benchmarks.sfu.server.Server`), in the same process."""

    name = "house"
    pid = 0

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        self.room = relay.room("room", lambda event: None)

    async def publish(self, person: str, offer: str) -> str:
        return (await self.room.publish(person, offer, SOURCES)).answer

    async def offer_downlink(self, person: str) -> str:
        offer = self.room.offer_downlink(person)
        assert offer is not None
        return offer.sdp

    async def answer_downlink(self, person: str, answer: str) -> None:
        await self.room.answer_downlink(person, answer)

    async def close(self) -> None: ...

    async def settle(self) -> None:
        """What was sent to the relay has been read."""
        for _ in range(DRAINS):
            await asyncio.sleep(0)


class Guest(Person):
    """Keeps what it sent, and sorts what it got by SSRC."""

    def __init__(self, number: int, certificate: RTCCertificate) -> None:
        super().__init__(number, certificate)
        self.said: dict[str, list[bytes]] = {}
        self.heard: dict[int, list[bytes]] = {}

    def speak(self) -> None:
        """One packet of each source."""
        for source in self.sources:
            (packet,) = source.next_frame()
            self.said.setdefault(source.mid, []).append(packet)
            self.uplink.send(self.uplink.sending.protect(packet))

    def listen(self) -> None:
        for datagram in waiting(self.downlink):
            if 128 <= datagram[0] < 192 and not 192 <= datagram[1] < 224:
                try:
                    packet = self.downlink.receiving.unprotect(datagram)
                except SrtpError:  # a second time, because this guest asked for it
                    continue
                self.heard.setdefault(int.from_bytes(packet[8:12], "big"), []).append(packet)
        for _ in waiting(self.uplink):
            pass

    def rows_of(self, other: "Guest") -> Iterator[tuple[list[bytes], list[bytes]]]:
        """Payloads said and heard, source by source. Each ends with a stamp that no other has."""
        heard = {bytes(row[0][-8:]): row for row in self.heard.values()}
        for said in other.said.values():
            row = heard.get(said[0][-8:], [])
            yield [packet[-90:] for packet in said], [packet[-90:] for packet in row]

    async def close(self) -> None:
        await self.uplink.close()
        await self.downlink.close()


def waiting(link: Link) -> Iterator[bytes]:
    """The datagrams that have arrived."""
    while True:
        try:
            yield link.socket.recv(2048)
        except BlockingIOError:
            return


async def gathered(house: House, count: int) -> list[Guest]:
    """All to all."""
    certificate = RTCCertificate.generateCertificate()
    guests = [Guest(number, certificate) for number in range(count)]
    for guest in guests:
        await guest.publish(house)
    for guest in guests:
        await guest.subscribe(house)
    return guests


async def resubscribed(house: House, guest: Guest) -> None:
    offer = await house.offer_downlink(guest.name)
    await house.answer_downlink(guest.name, description.answer(offer, guest.downlink.local))
