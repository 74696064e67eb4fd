"""A path of known width is found out, from the arrival of packets alone."""

import random
from collections.abc import Callable

import pytest

from media.rtp.estimate import LEAST_BPS, MOST_COUNTED, START_BPS, Estimate
from media.rtp.sent import Delivery

PACKET = 1000


class Path:
    """A queue in front of a line: first come, first served, tail drop after `room_s` of delay."""

    def __init__(self, bps: float, *, loss: float = 0.0, room_s: float = 0.4) -> None:
        self.bps = bps
        self.loss = loss
        self._room_s = room_s
        self._free_at = 0.0
        self._chance = random.Random(1)

    def carry(self, sent: float) -> Delivery:
        begin = max(self._free_at, sent)
        if begin - sent > self._room_s or self._chance.random() < self.loss:
            return Delivery(sent, None, PACKET)
        self._free_at = begin + PACKET * 8 / self.bps
        return Delivery(sent, self._free_at + 0.02, PACKET)


class Sender:
    """Sends at the rate that the estimate says, at most `most_bps`; feedback each 100 ms."""

    def __init__(self, path: Path, most_bps: float = 3_000_000) -> None:
        self.path = path
        self.estimate = Estimate()
        self.now = 0.0
        self.most_bps = most_bps
        self.lost = self.sent = 0

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            bps = min(self.estimate.bps, self.most_bps)
            count = max(1, round(bps * 0.1 / 8 / PACKET))
            told = [self.path.carry(self.now + 0.1 * n / count) for n in range(count)]
            self.now += 0.1
            self.sent += count
            self.lost += sum(d.arrived_at is None for d in told)
            self.estimate.feed(told, self.now)


def test_nothing_known_is_a_moderate_belief() -> None:
    assert Estimate().bps == START_BPS


@pytest.mark.parametrize("kbps", [200, 300, 600])
def test_a_narrow_line_is_found_within_seconds(kbps: int) -> None:
    sender = Sender(Path(kbps * 1000))

    sender.run(6)
    sender.sent = sender.lost = 0
    sender.run(20)

    assert 0.5 * kbps * 1000 < sender.estimate.bps < 1.15 * kbps * 1000
    assert sender.lost < 0.02 * sender.sent


def test_a_wide_line_is_believed_as_far_as_it_was_used() -> None:
    sender = Sender(Path(50_000_000), most_bps=800_000)

    sender.run(60)

    assert START_BPS <= sender.estimate.bps < 1_500_000


def test_a_wide_line_is_grown_into() -> None:
    sender = Sender(Path(50_000_000))

    sender.run(30)

    assert sender.estimate.bps > 2_900_000


def test_a_line_that_becomes_narrow_is_noticed_within_two_seconds() -> None:
    sender = Sender(Path(5_000_000), most_bps=1_500_000)
    sender.run(15)

    sender.path.bps = 300_000
    sender.run(2)

    assert sender.estimate.bps < 450_000


def test_a_proven_rate_is_believed_at_once() -> None:
    sender = Sender(Path(300_000))
    sender.run(10)
    sender.path.bps = 5_000_000

    sender.estimate.proven(1_200_000)

    assert sender.estimate.bps >= 1_200_000
    sender.run(10)
    assert sender.estimate.bps >= 1_000_000


def test_some_random_loss_is_not_congestion() -> None:
    """A radio link loses now and then; the draft ignores up to a tenth."""
    sender = Sender(Path(5_000_000, loss=0.05), most_bps=800_000)

    sender.run(20)

    assert sender.estimate.bps > 700_000
    assert not sender.estimate.congested


def test_much_loss_is_congestion_even_without_delay() -> None:
    sender = Sender(Path(5_000_000, loss=0.3), most_bps=800_000)

    sender.run(10)

    assert sender.estimate.congested
    assert sender.estimate.bps < 300_000


@pytest.mark.parametrize(
    "jitter", [lambda chance: chance.uniform(0, 0.03), lambda chance: chance.expovariate(200)]
)
def test_jitter_alone_is_not_congestion(jitter: Callable[[random.Random], float]) -> None:
    chance = random.Random(2)
    estimate = Estimate()
    latest = 0.0
    for turn in range(300):
        told = []
        for n in range(10):
            sent = turn * 0.1 + n * 0.01
            latest = max(latest, sent + 0.02 + jitter(chance))
            told.append(Delivery(sent, latest, PACKET))
        estimate.feed(told, turn * 0.1 + 0.1)

    assert estimate.bps > 700_000


def test_it_never_falls_below_what_voices_need() -> None:
    sender = Sender(Path(5_000_000, loss=0.9))

    sender.run(60)

    assert sender.estimate.bps == LEAST_BPS


def test_a_receiver_s_clock_that_stands_still_fills_no_memory() -> None:
    estimate = Estimate()
    for place in range(3 * MOST_COUNTED):
        estimate.feed([Delivery(place / 1000, 5.0, PACKET)], place / 1000)

    assert len(estimate._rate._arrivals) <= MOST_COUNTED
