"""Pictures of every codec: what goes in comes out, and what is lost harms nothing else."""

import os
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.recorder.frame import Frame
from media.recorder.frames import PICTURES, Counts
from media.recorder.h264 import PREFIX, split
from tests.fixtures.framing import framed
from tests.fixtures.packetisers import CODECS, payloads, pictures, send
from tests.fixtures.senders import Network, Sender

NAMES = sorted(CODECS)
Sent = list[tuple[float, bytes]]


def taken(codec: str, packets: Sequence[tuple[float, bytes]]) -> tuple[list[Frame], Counts]:
    return framed(packets, CODECS[codec].mime_type)


@pytest.mark.parametrize("codec", NAMES)
def test_an_encoder_leaves_the_process_its_place(codec: str) -> None:
    pictures(codec, 2)
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


@pytest.mark.parametrize("codec", NAMES)
@pytest.mark.parametrize("mtu", [23, 90, 1200])
def test_pictures_are_what_the_encoder_made(codec: str, mtu: int) -> None:
    made = pictures(codec, 60)

    found, counts = taken(codec, send(Sender(), codec, made, mtu=mtu))

    assert [frame.data for frame in found] == list(made)
    assert [n for n, frame in enumerate(found) if frame.is_keyframe] == [0, 30]
    assert {frame.codec for frame in found} == {codec}
    assert (counts.width, counts.height) == (160, 120)
    assert (counts.incomplete, counts.undecodable, counts.losses.lost) == (0, 0, 0)


@pytest.mark.parametrize("codec", NAMES)
@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_loss_takes_away_only_what_builds_on_it(codec: str, data: st.DataObject) -> None:
    made = pictures(codec, 60)
    sent = send(Sender(), codec, made, mtu=80, seed=data.draw(st.integers(0, 9)))
    first, *rest = sent  # a tape begins with the first that arrives
    numbers = st.integers(0, len(rest) - 1)
    lost = data.draw(st.frozensets(numbers, max_size=4))
    repeated = data.draw(st.frozensets(numbers, max_size=4))
    network = Network(data.draw(st.integers(0, 99)), 0.03, 0.02, lost, repeated)

    found, counts = taken(codec, [first, *network.arrivals(rest)])

    shown, expected = [frame.data for frame in found], _playable(rest, lost - repeated, made)
    if codec == "h264":
        # A lost packet of parameter sets takes nothing away: those from before stand in for it.
        assert [picture for picture in shown if picture in expected] == expected
        assert [picture for picture in made if picture in shown] == shown
    else:
        assert shown == expected
    assert counts.frames == len(found)


def _playable(sent: Sent, lost: frozenset[int], made: Sequence[bytes]) -> list[bytes]:
    """By what is known of the sender: whole pictures from a key frame to the first broken one."""
    broken = {round(sent[number][0] * 30) for number in lost}
    shown, going = [], False
    for number, picture in enumerate(made):
        going = number not in broken and (going or number % 30 == 0)
        shown += [picture] * going
    return shown


@pytest.mark.parametrize("codec", NAMES)
@given(st.lists(st.binary(max_size=40), min_size=1, max_size=8), st.booleans())
@settings(deadline=None)
def test_garbage_is_left_out_and_nothing_else_is_raised(
    codec: str, garbage: list[bytes], marker: bool
) -> None:
    sender, made = Sender(), pictures(codec, 30)[:3]
    before = send(sender, codec, made)
    wild = [(0.1, sender.packet(CODECS[codec], 0.1, part, marker=marker)) for part in garbage]
    after = send(sender, codec, made, 0.5)

    found, _ = taken(codec, [*before, *wild, *after])

    shown = [frame.data for frame in found]
    assert shown[:2] == list(made[:2])
    assert shown[-3:] == list(made)


@pytest.mark.parametrize("codec", NAMES)
@given(st.lists(st.binary(max_size=30), min_size=1, max_size=4))
def test_a_parser_raises_what_it_says(codec: str, parts: list[bytes]) -> None:
    reader = PICTURES[CODECS[codec].mime_type.lower()]()
    try:
        joined = reader.join([reader.read(part).data for part in parts])
    except (ValueError, IndexError):
        return
    reader.size(joined)


def test_parameter_sets_sent_once_stand_before_every_key_frame() -> None:
    made = pictures("h264", 60)
    sets = {7, 8}
    bare = [
        b"".join(PREFIX + unit for unit in split(p) if n == 0 or unit[0] & 31 not in sets)
        for n, p in enumerate(made)
    ]

    found, _ = taken("h264", send(Sender(), "h264", bare))

    assert [frame.is_keyframe for frame in found] == [n % 30 == 0 for n in range(60)]
    assert {unit[0] & 31 for unit in split(found[30].data)} >= sets


def test_parameter_sets_of_their_own_time_are_no_picture() -> None:
    sender, made = Sender(), pictures("h264", 30)
    first = [unit for unit in split(made[0]) if unit[0] & 31 in (7, 8)]
    rest = b"".join(PREFIX + unit for unit in split(made[0]) if unit[0] & 31 not in (7, 8))
    alone = b"".join(PREFIX + unit for unit in first)
    sent = send(sender, "h264", [alone])
    sent += send(sender, "h264", [rest, *made[1:]], 0.1)

    found, counts = taken("h264", sent)

    assert len(found) == 30
    assert (counts.incomplete, counts.undecodable) == (0, 0)


@pytest.mark.parametrize("codec", ["h264", "av1"])
def test_a_sender_that_marks_no_end_is_understood(codec: str) -> None:
    made = pictures(codec, 30)
    unmarked = [
        (at, bytes([packet[0], packet[1] & 0x7F]) + packet[2:])
        for at, packet in send(Sender(), codec, made)
    ]

    found, _ = taken(codec, unmarked)

    assert [frame.data for frame in found] == list(made[:-1])  # of the last no one knows


def test_of_vp9_in_layers_the_lowest_is_taken() -> None:
    """Three sizes of each picture, as a browser sends them with `scalabilityMode: "L3T1"`."""
    sender, made, sent = Sender(), pictures("vp9", 60), list[tuple[float, bytes]]()
    for number, picture in enumerate(made):
        for size in range(3):
            head = 0xAC | 0x40 * (number % 30 > 0) | 0x01 * (size == 2)
            numbers = bytes([0x80 | number >> 8, number & 255, size << 1, number & 255])
            part = bytes([head]) + numbers + picture
            packet = sender.packet(CODECS["vp9"], number / 30, part, marker=size == 2)
            sent.append((number / 30, packet))

    whole, _ = taken("vp9", sent)
    without_an_upper_one, _ = taken("vp9", sent[:20] + sent[21:])

    assert [frame.data for frame in whole] == list(made)
    assert [frame.data for frame in without_an_upper_one] == list(made)


def test_a_cut_packet_is_no_payload() -> None:
    """Every prefix of a real packet is read or refused, as documented."""
    for codec in NAMES:
        reader = PICTURES[CODECS[codec].mime_type.lower()]()
        for part in payloads(codec, pictures(codec, 30)[0], 0, 200):
            for end in range(len(part)):
                try:
                    reader.join([reader.read(part[:end]).data])
                except (ValueError, IndexError):
                    continue
