"""Two hours of a sender whose clock and network misbehave: the time line stays the wall clock's."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray

from media.recorder.scanning import Scan, scan
from media.recorder.timeline import align
from media.tape.format import CodecInfo, Packet, SenderReport
from tests.fixtures.senders import OPUS, VP8, Sender, chunked

LENGTH_S = 7200
DELAY_S = 0.03
"""Of the path, at its quickest: nobody can know it, so the truth in these tests counts it in."""
MOST_S = 0.020
EVERY_S = 0.25
"""Between packets: a real sender's fifty a second show its quickest ones better."""
STARVED_S = 0.06
"""At most so much is lost at once of the sound of a busy machine."""
NTP_S = 3_900_000_000.0


@dataclass
class Take:
    """What one tape gets, and when each packet was really captured."""

    codec: CodecInfo
    skew: float
    jitter_s: float = 0.008
    later_s: float = 0.0
    """How much later than needed all its packets come: a slow encoder."""
    records: list[Packet | SenderReport] = field(default_factory=list)
    truth: dict[tuple[int, int], float] = field(default_factory=dict)
    """(SSRC, RTP time as sent) → moment of capture."""
    random: Random = field(default_factory=lambda: Random(5))
    stood_still_s: float = 0.0
    late_reports_s: float = 0.0
    """How much later than they say the reports of a busy machine are made, on average."""

    def send(self, sender: Sender, begin: float, end: float, every_s: float) -> None:
        at = begin
        while at < end:
            media = at - self.stood_still_s
            data = sender.packet(self.codec, media, b"x", marker=True)
            rtp = int.from_bytes(data[4:8], "big")
            self.truth[sender.ssrc, rtp] = at + DELAY_S
            wait = self.random.expovariate(1) * self.jitter_s
            wait += 0.15 * (2000 < at < 2060)  # a minute of congestion
            self.records.append(Packet(at + DELAY_S + self.later_s + wait, data))
            at += every_s

    def report(self, sender: Sender, begin: float, end: float, every_s: float = 5.0) -> None:
        """The sender's own wall clock is skewed as its media clock, and did not stand still."""
        at = begin + 1.0
        while at < end:
            rtp, _ = sender.report(self.codec, at - self.stood_still_s, 0.0)
            late = self.random.expovariate(1) * self.late_reports_s
            ntp = int((NTP_S + (at + late) * (1 + self.skew)) * (1 << 32))
            self.records.append(SenderReport(at + DELAY_S + late + 0.001, rtp, ntp))
            at += every_s

    def scanned(self) -> Scan:
        self.records.sort(key=lambda record: record.arrival_s)
        return scan(chunked(self.records), self.codec.clock_rate, 0.0)


def worst_s(take: Take, found: Scan, person: list[Scan]) -> tuple[float, float]:
    """The largest error at any packet, and what the alignment says of itself, in seconds."""
    errors, said = errors_s(take, found, person)
    return float(errors.max()), said


def errors_s(take: Take, found: Scan, person: list[Scan]) -> tuple[NDArray[np.float64], float]:
    """The size of the error at each packet, and what the alignment says of itself, in seconds."""
    aligned = align(person)
    place = person.index(found)
    told: dict[int, list[tuple[int, float]]] = {}  # of each stretch: RTP time, the truth
    last: tuple[int, int] | None = None
    stretch, unwrapped = -1, 0
    for record in take.records:
        if not isinstance(record, Packet):
            continue
        rtp = int.from_bytes(record.data[4:8], "big")
        ssrc = int.from_bytes(record.data[8:12], "big")
        if last is None or last[0] != ssrc:
            stretch, unwrapped = stretch + 1, rtp
        else:
            unwrapped += (rtp - last[1] + (1 << 31)) % (1 << 32) - (1 << 31)
        last = (ssrc, rtp)
        told.setdefault(stretch, []).append((unwrapped, take.truth[ssrc, rtp]))
    errors = []
    for number, each in told.items():
        ticks, truth = zip(*each, strict=True)
        mapped = aligned.mappings[place][number](np.array(ticks))
        errors.append(np.abs(mapped - np.array(truth)))
    return np.concatenate(errors), aligned.errors_ms[place] / 1000


def steady(take: Take, *, reports: bool) -> None:
    sender = Sender(drift=take.skew)
    take.send(sender, 0, LENGTH_S, EVERY_S)
    if reports:
        take.report(sender, 0, LENGTH_S)


def pauses(take: Take, *, reports: bool) -> None:
    """DTX: someone who speaks each third minute and else sends a packet each 0.4 s."""
    sender = Sender(drift=take.skew)
    for minute in range(LENGTH_S // 60):
        every = EVERY_S if minute % 3 == 0 else 0.4
        take.send(sender, minute * 60, minute * 60 + 60, every)
    if reports:
        take.report(sender, 0, LENGTH_S)


def muted(take: Take, *, reports: bool) -> None:
    """Muted for 20 minutes; the media clock goes on."""
    sender = Sender(drift=take.skew)
    take.send(sender, 0, 1900, EVERY_S)
    take.send(sender, 3100, LENGTH_S, EVERY_S)
    if reports:
        take.report(sender, 0, LENGTH_S)


def stalls(take: Take, *, reports: bool) -> None:
    """Capture stands still for 18 s, three times: no packets, and the media clock stands."""
    sender, begin = Sender(drift=take.skew), 0.0
    for end in (1000.0, 1040.0, 5000.0, float(LENGTH_S)):
        take.send(sender, begin, end, EVERY_S)
        if reports:
            take.report(sender, begin, end)
        take.stood_still_s += 18
        begin = end + 18


def new_sender(take: Take, *, reports: bool) -> None:
    """The page was loaded again at 30 minutes and at 30 minutes 20 seconds: other SSRCs."""
    for ssrc, (begin, end) in enumerate([(0, 1800), (1805, 1820), (1825, LENGTH_S)], 1):
        sender = Sender(ssrc=ssrc, timestamp=ssrc * 1_000_003, drift=take.skew)
        take.send(sender, begin, end, EVERY_S)
        if reports:
            take.report(sender, begin, end)


def layers(take: Take, *, reports: bool) -> None:
    """The tape follows another layer each ten minutes, at times for three seconds only."""
    senders = [Sender(ssrc=n, timestamp=n * 7_777_777, drift=take.skew) for n in (1, 2)]
    begin = 0.0
    for number in range(24):
        end = min(begin + (597 if number % 2 == 0 else 3), LENGTH_S)
        sender = senders[number % 2]
        take.send(sender, begin, end, EVERY_S)
        if reports:
            take.report(sender, begin, end)
        begin = end


def starved(take: Take, *, reports: bool) -> None:
    """A busy machine loses some sound now and then: no step is large, but they add up."""
    sender, chance, begin = Sender(drift=take.skew), Random(9), 0.0
    while begin < LENGTH_S:
        end = min(begin + chance.uniform(20, 240), LENGTH_S)
        take.send(sender, begin, end, EVERY_S)
        if reports:
            take.report(sender, begin, end)
        lost = chance.uniform(0.02, STARVED_S)
        take.stood_still_s += lost
        begin = end + lost


Story = Callable[..., None]
STORIES = [steady, pauses, muted, stalls, new_sender, layers]


@pytest.mark.parametrize("skew", [-500e-6, 500e-6])
@pytest.mark.parametrize("reports", [True, False])
@pytest.mark.parametrize("story", STORIES)
def test_a_voice_is_in_its_place_at_every_moment(story: Story, reports: bool, skew: float) -> None:
    take = Take(OPUS, skew)
    story(take, reports=reports)
    found = take.scanned()

    worst, said = worst_s(take, found, [found])

    assert worst <= MOST_S
    assert worst <= said + 0.001
    assert said <= worst + MOST_S


@pytest.mark.parametrize("skew", [-500e-6])
@pytest.mark.parametrize("story", [steady, stalls, layers])
def test_a_late_camera_fits_its_voice(story: Story, skew: float) -> None:
    """Its packets always come 120 ms later than those of the voice; its reports say so."""
    voice, camera = Take(OPUS, skew), Take(VP8, skew, later_s=0.12)
    steady(voice, reports=True)
    story(camera, reports=True)
    heard, seen = voice.scanned(), camera.scanned()

    for take, found in ((voice, heard), (camera, seen)):
        worst, said = worst_s(take, found, [heard, seen])
        assert worst <= MOST_S
        assert worst <= said + 0.001


@pytest.mark.parametrize("late_s", [0.0, 0.02])
@pytest.mark.parametrize("skew", [-500e-6, 0.0, 500e-6])
def test_small_losses_of_sound_do_not_add_up(skew: float, late_s: float) -> None:
    """Two minutes in a hundred may be on the line before, which is off by one loss."""
    take = Take(OPUS, skew, late_reports_s=late_s)
    starved(take, reports=True)
    found = take.scanned()

    errors, said = errors_s(take, found, [found])

    assert float(np.quantile(errors, 0.98)) <= MOST_S + late_s
    assert errors.max() <= STARVED_S + MOST_S + late_s
    assert take.stood_still_s > 40 * MOST_S
    assert said <= MOST_S + 2 * late_s


@pytest.mark.parametrize("story", [steady, pauses, stalls, new_sender, starved])
def test_a_voice_is_where_it_is_without_a_camera(story: Story) -> None:
    """Late reports of the voice, prompt ones of the camera, whose packets come 120 ms later."""
    voice = Take(OPUS, 300e-6, late_reports_s=0.02)
    camera = Take(VP8, 300e-6, later_s=0.12)
    story(voice, reports=True)
    steady(camera, reports=True)
    heard, seen = voice.scanned(), camera.scanned()

    alone = align([heard]).mappings[0]
    beside = align([heard, seen]).mappings[0]

    for one, other, stretch in zip(alone, beside, heard.stretches, strict=True):
        ticks = np.array([round(point.x * OPUS.clock_rate) for point in stretch.points])
        assert np.abs(one(ticks) - other(ticks)).max() <= MOST_S


def test_two_people_do_not_drift_apart() -> None:
    """Sound of one moment, at the beginning and at the end, from clocks a thousandth apart."""
    takes = [Take(OPUS, skew) for skew in (-500e-6, 500e-6)]
    apart = []
    for take in takes:
        sender = Sender(drift=take.skew)
        take.send(sender, 0, LENGTH_S, EVERY_S)
        mapping = align([take.scanned()]).mappings[0][0]
        ticks = [sender.timestamp + round(at * (1 + take.skew) * 48_000) for at in (10, 7190)]
        apart.append(mapping(np.array(ticks)))

    assert np.abs(np.subtract(*apart)).max() < 0.005
