"""A crowd that never rests: it talks, loses packets, asks for them and for key frames, and every
few seconds somebody leaves and another one comes."""

from contextlib import suppress

from aiortc import RTCCertificate
from pylibsrtp import Error

from benchmarks.sfu import description
from benchmarks.sfu.link import Link
from benchmarks.sfu.load import Load, Person
from benchmarks.sfu.ours import Ours
from benchmarks.sfu.packets import Source
from media.rtp import feedback

LOST_EVERY = 97
"""Of a source's packets, one in so many never reaches the relay, which then asks for it."""
NACKED = 6
"""Of the last packets of each picture a receiver asks for so many again, each second."""


class Restless(Person):
    """Complains each second about everything it receives."""

    def send(self, source: Source) -> None:
        (packet,) = source.next_frame()
        if source.sent % LOST_EVERY:
            self.uplink.send(self.uplink.sending.protect(packet))

    def report(self) -> None:
        super().report()
        for ssrc, sequence in self.downlink.highest.items():
            numbers = [sequence - back & 0xFFFF for back in range(NACKED)]
            for asked in (
                feedback.negative_acknowledgement(ssrc, numbers),
                feedback.picture_loss(ssrc),
            ):
                self.downlink.send(self.downlink.sending.protect_rtcp(asked))

    async def resubscribe(self, server: Ours) -> None:
        """Others came or went: the next offer on the peer connection there is."""
        offer = await server.offer_downlink(self.name)
        self.downlink.highest.clear()
        await server.answer_downlink(self.name, description.answer(offer, self.downlink.local))


class Crowd(Load):
    """As many people as are told, and one more who waits to take somebody's place."""

    def __init__(self, people: int) -> None:
        super().__init__(0)
        self._certificate = RTCCertificate.generateCertificate()
        self.people = [Restless(number, self._certificate) for number in range(people)]
        self._outside = people

    async def change(self, server: Ours) -> None:
        """Who is there for the longest goes; who is outside comes."""
        coming = Restless(self._outside, self._certificate)
        self._outside = self.people[0].number
        await self._go(server)
        await coming.publish(server)
        for other in self.people:
            assert isinstance(other, Restless)
            await other.resubscribe(server)
        await coming.subscribe(server)
        self.people.append(coming)
        self.listen(coming)

    async def disperse(self, server: Ours) -> None:
        while self.people:
            await self._go(server)
        await self.leave()

    def _sample(self, link: Link, data: bytes, arrived_ns: int) -> None:
        with suppress(Error):  # it was asked for again, and had come already
            super()._sample(link, data, arrived_ns)

    async def _go(self, server: Ours) -> None:
        person = self.people.pop(0)
        await server.leave(person.name)
        self.forget(person)
        await person.uplink.close()
        await person.downlink.close()
