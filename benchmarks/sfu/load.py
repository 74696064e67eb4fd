"""People in a room, all to all: sends what they send on time, counts what reaches them.

One thread and one epoll, without asyncio: a client must cost little beside what it measures.
"""

import gc
import heapq
import select
import statistics
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from aiortc import RTCCertificate

from . import description
from .link import Link
from .packets import EVEN, STAMP, Pace, Source, receiver_report
from .server import Server

_SAMPLED = 16
"""Every n-th datagram of a link is decrypted for its latency. Lower: smoother percentiles. Higher:
less CPU on the clients' core, where a late client would look like a late server."""
_REPORT_INTERVAL_S = 1.0
_CONSENT_INTERVAL_S = 5.0
_READS_PER_WAKE = 16
_LARGEST = 2048
_SEQUENCE_AND_SSRC = struct.Struct("!2xH4xI")


@dataclass(frozen=True)
class Counts:
    """What happened in one window."""

    sent: int
    received: int
    expected: int
    latencies_ms: list[float]

    @property
    def loss(self) -> float:
        return 1 - self.received / self.expected if self.expected else 0.0

    def percentile(self, share: float) -> float:
        return statistics.quantiles(self.latencies_ms, n=1000)[round(share * 1000) - 1]


class Entry(NamedTuple):
    """Something to do again and again; `number` keeps the order of those due together."""

    due: float
    number: int
    interval: float
    act: Callable[[], None]


class Person:
    """Two peer connections: what they send and what they see."""

    def __init__(self, number: int, certificate: RTCCertificate, room: int = 0) -> None:
        self.name = f"room-{room}/person-{number}"
        self.number = number
        self.uplink = Link(certificate)
        self.downlink = Link(certificate)
        self.sources: list[Source] = []

    async def publish(self, server: Server, pictures: Pace = EVEN) -> None:
        ssrc = 0x1000_0000 + 0x1_0000 * self.number
        offer = description.offer(self.uplink.local, self.name, ssrc, ssrc + 0x100)
        remote = description.read(await server.publish(self.name, offer))
        await self.uplink.connect(remote, offered=True)
        self.sources = [
            Source(mid, ssrc + offset, remote.extensions, self.number == 0, pictures)
            for mid, offset in ((description.MICROPHONE_MID, 0), (description.CAMERA_MID, 0x100))
        ]

    async def subscribe(self, server: Server) -> None:
        offer = await server.offer_downlink(self.name)
        answer = description.answer(offer, self.downlink.local)
        await server.answer_downlink(self.name, answer)
        await self.downlink.connect(description.read(offer), offered=False)

    def send(self, source: Source) -> None:
        for packet in source.next_frame():
            self.uplink.send(self.uplink.sending.protect(packet))

    def report(self) -> None:
        for source in self.sources:
            self.uplink.send(self.uplink.sending.protect_rtcp(source.report()))
        report = receiver_report(self.sources[0].ssrc, self.downlink.highest)
        self.downlink.send(self.downlink.sending.protect_rtcp(report))


class Load:
    """Everyone of some meetings. `run` blocks; between runs nothing is sent."""

    def __init__(self, people: int, rooms: int = 1, pictures: Pace = EVEN) -> None:
        """`people`: of each room."""
        certificate = RTCCertificate.generateCertificate()
        self._others = people - 1
        self._pictures = pictures
        self.people = [
            Person(number, certificate, number // people) for number in range(people * rooms)
        ]
        self._received = 0
        self._latencies_ns: list[int] = []
        self._links: dict[int, Link] = {}
        self._epoll = select.epoll()

    async def join(self, server: Server) -> None:
        for person in self.people:
            await person.publish(server, self._pictures)
        for person in self.people:
            await person.subscribe(server)
        for person in self.people:
            self.listen(person)

    def listen(self, person: Person) -> None:
        """From now on `run` reads what reaches the person."""
        for link in (person.uplink, person.downlink):
            self._links[link.socket.fileno()] = link
            self._epoll.register(link.socket.fileno(), select.EPOLLIN)

    def forget(self, person: Person) -> None:
        for link in (person.uplink, person.downlink):
            self._epoll.unregister(link.socket.fileno())
            del self._links[link.socket.fileno()]

    async def leave(self) -> None:
        self._epoll.close()
        for person in self.people:
            await person.uplink.close()
            await person.downlink.close()

    def run(self, seconds: float) -> Counts:
        """Send and receive for that long; the last packets sent may still be on their way."""
        sources = [source for person in self.people for source in person.sources]
        before = sum(source.sent for source in sources)
        self._received, self._latencies_ns = 0, []
        gc.collect()
        gc.disable()
        try:
            self._run(seconds)
        finally:
            gc.enable()
        sent = sum(source.sent for source in sources) - before
        return Counts(
            sent,
            self._received,
            sent * self._others,
            [nanoseconds / 1e6 for nanoseconds in self._latencies_ns],
        )

    def _run(self, seconds: float) -> None:
        start = time.monotonic()
        end = start + seconds
        schedule = self._schedule(start)
        while True:
            now = time.monotonic()
            while schedule[0].due <= now:
                due, number, interval, act = schedule[0]
                act()
                heapq.heapreplace(schedule, Entry(due + interval, number, interval, act))
            if now >= end:
                return
            for descriptor, _ in self._epoll.poll(max(0.0, min(schedule[0].due, end) - now)):
                self._read(self._links[descriptor])

    def _schedule(self, start: float) -> list[Entry]:
        """Everyone's sending, spread so that no two people send in step."""
        acts: list[tuple[float, float, Callable[[], None]]] = []
        for person in self.people:
            share = person.number / len(self.people)
            for source in person.sources:
                acts.append((share, 1 / source.pace.per_second, partial(person.send, source)))
            acts.append((share, _REPORT_INTERVAL_S, person.report))
            acts.append((share, _CONSENT_INTERVAL_S, person.uplink.check))
            acts.append((share, _CONSENT_INTERVAL_S, person.downlink.check))
        schedule = [
            Entry(start + share * interval, number, interval, act)
            for number, (share, interval, act) in enumerate(acts)
        ]
        heapq.heapify(schedule)
        return schedule

    def _read(self, link: Link) -> None:
        for _ in range(_READS_PER_WAKE):
            arrived_ns = 0
            try:
                if link.datagrams % _SAMPLED:
                    data = link.socket.recv(_LARGEST)
                else:
                    data, arrived_ns = link.receive_stamped()
            except BlockingIOError:
                return
            link.datagrams += 1
            if data[0] < 4:
                link.answer_stun(data)
            elif 128 <= data[0] < 192 and not 192 <= data[1] < 224:  # RTP, not RTCP: RFC 5761 §4
                self._received += 1
                if arrived_ns:
                    self._sample(link, data, arrived_ns)

    def _sample(self, link: Link, data: bytes, arrived_ns: int) -> None:
        (sent_ns,) = STAMP.unpack(link.receiving.unprotect(data)[-STAMP.size :])
        self._latencies_ns.append(arrived_ns - sent_ns)
        sequence, ssrc = _SEQUENCE_AND_SSRC.unpack_from(data)
        link.highest[ssrc] = sequence
