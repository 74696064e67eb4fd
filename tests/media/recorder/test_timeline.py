"""Two people's media on one clock, whatever their clocks and the network do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.recorder.scanning import Scan, scan
from media.recorder.timeline import align
from media.tape.format import Packet, SenderReport
from tests.fixtures.senders import OPUS, VP8, Network, Sender, chunked

LENGTH_S = 300


def scanned(
    sender: Sender, network: Network, codec_rate: int = 48_000, offset_s: float | None = None
) -> Scan:
    """One packet each 100 ms; with an offset of the sender's clock also a report each 5 s."""
    codec = OPUS if codec_rate == 48_000 else VP8
    sent = [(i / 10, sender.packet(codec, i / 10, b"x", marker=True)) for i in range(LENGTH_S * 10)]
    records: list[Packet | SenderReport] = [Packet(at, d) for at, d in network.arrivals(sent)]
    if offset_s is not None:
        for second in range(1, LENGTH_S, 5):
            report = sender.report(codec, second, offset_s)
            records.append(SenderReport(second + 0.04, *report))
    return scan(chunked(sorted(records, key=lambda r: r.arrival_s)), codec_rate, 0.0)


def times(
    sender: Sender, found: Scan, rate: int = 48_000, person: list[Scan] | None = None
) -> list[float]:
    """Where the mapping puts what was captured at 10, 150 and 290 s."""
    person = person or [found]
    mapping = align(person).mappings[person.index(found)][0]
    start = sender.timestamp
    ticks = [start + round(at * (1 + sender.drift) * rate) for at in (10, 150, 290)]
    return mapping(np.array(ticks)).tolist()


@settings(max_examples=15, deadline=None)
@given(
    st.integers(0, 1000),
    st.floats(-500e-6, 500e-6),
    st.floats(0, 0.06),
    st.integers(0, 2**32 - 1),
)
def test_two_people_agree_within_20_ms_under_jitter_and_drift(
    seed: int, drift: float, jitter: float, timestamp: int
) -> None:
    alice = Sender(timestamp=timestamp)
    bob = Sender(timestamp=timestamp // 3, drift=drift)

    hers = times(alice, scanned(alice, Network(seed, jitter_s=jitter)))
    his = times(bob, scanned(bob, Network(seed + 1, jitter_s=jitter)))

    assert max(abs(a - b) for a, b in zip(hers, his, strict=True)) < 0.020


@pytest.mark.parametrize("offset_s", [-3600.0, 0.0, 12.5])
def test_reports_bring_a_late_camera_to_its_voice(offset_s: float) -> None:
    microphone, camera = Sender(ssrc=1, drift=40e-6), Sender(ssrc=2, timestamp=5, drift=40e-6)
    voice = scanned(microphone, Network(1, jitter_s=0.01), offset_s=offset_s)
    slow = Network(2, delay_s=0.15, jitter_s=0.02)  # its packets always come 120 ms later
    picture = scanned(camera, slow, 90_000, offset_s)

    heard = times(microphone, voice, person=[voice, picture])
    seen = times(camera, picture, 90_000, person=[voice, picture])

    assert max(abs(a - b) for a, b in zip(heard, seen, strict=True)) < 0.010


def test_a_clock_that_was_set_is_not_believed() -> None:
    sender = Sender()
    sent = [(i / 10, sender.packet(OPUS, i / 10, b"x", marker=True)) for i in range(600)]
    records: list[Packet | SenderReport] = [Packet(at + 0.03, data) for at, data in sent]
    for second in (5, 15, 25, 35, 45):
        offset = 100.0 if second > 30 else 0.0
        records.append(SenderReport(second + 0.04, *sender.report(OPUS, second, offset)))

    found = scan(chunked(sorted(records, key=lambda r: r.arrival_s)), 48_000, 0.0)

    assert times(sender, found)[0] == pytest.approx(10.03, abs=0.002)


def test_a_sleeping_laptop_begins_a_new_line() -> None:
    sender = Sender()
    awake = [(i / 10, sender.packet(OPUS, i / 10, b"x", marker=True)) for i in range(600)]
    later = [
        (i / 10 + 30, sender.packet(OPUS, i / 10, b"x", marker=True)) for i in range(600, 1200)
    ]
    records = [Packet(at + 0.03, data) for at, data in awake + later]

    mapping = align([scan(chunked(records), 48_000, 0.0)]).mappings[0][0]

    ticks = sender.timestamp + np.array([30, 90]) * 48_000
    assert mapping(ticks) == pytest.approx([30.03, 120.03], abs=0.005)


@pytest.mark.parametrize("drift", [0.0, 500e-6, -500e-6])
def test_a_step_in_a_short_recording_is_not_taken_for_skew(drift: float) -> None:
    """A busy machine lost 30 ms of sound in the middle; its reports show it."""

    def media_s(at: float) -> float:
        return at - 0.03 * (at >= 70)

    sender = Sender(drift=drift)
    sent = [(i / 10, sender.packet(OPUS, media_s(i / 10), b"x", marker=True)) for i in range(1500)]
    arrived = Network(1, jitter_s=0.006).arrivals(sent)
    records: list[Packet | SenderReport] = [Packet(at, data) for at, data in arrived]
    for second in range(1, 150, 5):
        rtp, _ = sender.report(OPUS, media_s(second), 0.0)
        ntp = int((3_900_000_000 + second * (1 + drift)) * (1 << 32))
        records.append(SenderReport(second + 0.04, rtp, ntp))
    found = scan(chunked(sorted(records, key=lambda r: r.arrival_s)), 48_000, 0.0)

    mapping = align([found]).mappings[0][0]

    moments = np.array([5, 35, 65, 75, 105, 145])
    counted = np.array([media_s(at) for at in moments]) * (1 + drift)
    late = mapping(sender.timestamp + np.round(counted * 48_000).astype(int)) - moments
    assert late.max() - late.min() < 0.008


def test_nothing_is_no_special_case() -> None:
    assert align([scan([], 48_000, 0.0)]).error_ms == 0.0
    assert align([]).mappings == []
