"""WebM as others read it: FFmpeg gives back every frame, and the index leads to where it says."""

from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.audio.opus import LOOKAHEAD, RATE
from media.recorder.containers import form_of
from media.recorder.frame import Frame, in_columns
from media.recorder.mixdown import Drawn, mix
from media.recorder.muxer import mux
from media.recorder.scratch import Scratch
from media.recorder.voice import Voice
from media.recorder.webm import (
    CLUSTER,
    CLUSTER_BYTES,
    CLUSTER_MS,
    CUES,
    EBML,
    INFO,
    SEGMENT,
    TRACKS,
)
from tests.fixtures.packetisers import pictures as encoded
from tests.fixtures.senders import opus_packets

VOICE = b"\x78" + bytes(60)
KEY = b"\x10\x00\x00\x9d\x01\x2a\x40\x01\xf0\x00" + bytes(20)
INTER = b"\x11" + bytes(20)

Told = list[tuple[float, bytes, bool]]


def sounds(begin_s: float, count: int) -> list[Frame]:
    return [Frame(begin_s + n * 0.02, VOICE + bytes([n % 251]), True, 0.02) for n in range(count)]


def pictures(begin_s: float, keys: list[bool], step_s: float = 1 / 30) -> list[Frame]:
    return [
        Frame(
            begin_s + n * step_s, (KEY if key else INTER) + bytes([n % 251]), key, 0.0, codec="vp8"
        )
        for n, key in enumerate(keys)
    ]


def written(audio: list[Frame], video: list[Frame]) -> bytes:
    with Scratch(Path("/tmp")) as out:
        mux(out, in_columns(audio), in_columns(video), lambda _: None)
        out.seek(0)
        return out.read()


def read(content: bytes, folder: Path = Path("/tmp")) -> tuple[Told, Told, float]:
    """Sound, pictures (time in the file in seconds, data, key) and the file's length."""
    path = folder / "read.webm"
    path.write_bytes(content)
    with av.open(str(path)) as container:
        found: dict[str, Told] = {"audio": [], "video": []}
        for packet in container.demux():
            if packet.pts is not None:
                at = float(packet.pts * packet.time_base)
                found[packet.stream.type].append((at, bytes(packet), packet.is_keyframe))
        return found["audio"], found["video"], (container.duration or 0) / 1e6


def element(content: bytes, at: int, name: bytes) -> tuple[int, int]:
    """Begin and end of what is in the element there."""
    assert content[at : at + len(name)] == name
    at += len(name)
    wide = 9 - content[at].bit_length()
    size = int.from_bytes(content[at : at + wide], "big") - (1 << 7 * wide)
    return at + wide, at + wide + size


@settings(max_examples=25, deadline=None)
@given(
    st.floats(0, 100), st.floats(-3, 3), st.integers(0, 400), st.lists(st.booleans(), max_size=300)
)
def test_every_frame_is_read_back_in_its_place(
    begin_s: float, apart_s: float, count: int, keys: list[bool]
) -> None:
    audio, video = sounds(begin_s, count), pictures(begin_s + apart_s, [True, *keys])

    heard, seen, length_s = read(written(audio, video))

    zero = min([video[0].at_s, *(frame.at_s for frame in audio[:1])])
    assert [(data, key) for _, data, key in seen] == [(f.data, f.is_keyframe) for f in video]
    assert [data for _, data, _ in heard] == [frame.data for frame in audio]
    early_s = LOOKAHEAD / RATE  # as much as players throw away at the begin
    for (at, *_), frame in zip(heard + seen, audio + video, strict=True):
        wanted = frame.at_s - zero - (early_s if frame.codec == "opus" else 0)
        assert at == pytest.approx(wanted, abs=0.0011)
    last = max([video[-1].at_s + 1 / 30, *(frame.at_s + 0.02 for frame in audio[-1:])])
    assert length_s == pytest.approx(last - zero, abs=0.002)


def test_the_index_stands_in_front_and_leads_to_the_key_pictures() -> None:
    content = written(sounds(0, 1500), pictures(0, [n % 100 == 0 for n in range(900)]))

    begin, end = element(content, element(content, 0, EBML)[1], SEGMENT)
    assert end == len(content)
    _, at = seek = element(content, begin, b"\x11\x4d\x9b\x74")
    for name in (INFO, TRACKS, CUES):
        told = content.index(b"\x53\xab\x84" + name, *seek) + 10  # after the next name and size
        assert begin + int.from_bytes(content[told : told + 8], "big") == at
        inner, at = element(content, at, name)
    at, end = inner, at
    places = []
    while at < end:
        inner, at = element(content, at, b"\xbb")
        time, after = element(content, inner, b"\xb3")
        place = content.index(b"\xf1\x88", after) + 2
        cluster = begin + int.from_bytes(content[place : place + 8], "big")
        stamp, stamp_end = element(content, element(content, cluster, CLUSTER)[0], b"\xe7")
        assert content[stamp:stamp_end] == content[time:after]
        places.append(int.from_bytes(content[time:after], "big"))
    assert places == [round(n * 100 / 30 * 1000) for n in range(9)]


@pytest.mark.parametrize("step_s", [0.02, 4.0, 40.0])
def test_no_time_is_too_far_from_its_cluster(step_s: float) -> None:
    """Hours without a key picture, or with little of anything: a block tells at most 32 s."""
    video = pictures(0, [True] + [False] * 400, step_s)

    _, seen, _ = read(written([], video))

    assert [at for at, *_ in seen] == pytest.approx([f.at_s for f in video], abs=0.001)
    assert CLUSTER_MS < 32_767


def test_what_is_in_memory_has_a_bound() -> None:
    big = [
        Frame(n / 1000, KEY[:1] + b"\x11" * 1_000_000, n == 0, 0.0, codec="vp8") for n in range(9)
    ]
    big[0] = big[0]._replace(data=KEY + bytes(1_000_000))

    assert written([], big).count(CLUSTER) >= 9_000_000 // CLUSTER_BYTES


@pytest.mark.parametrize("codec", ["", "vp8", "h264", "av1"])
def test_a_sound_stands_where_it_was_captured(tmp_path: Path, codec: str) -> None:
    """Beside pictures or without, in either form of file: what Opus looks ahead is no delay."""
    shown = encoded(codec, 60) if codec else []
    video = [Frame(2.9 + n / 30, data, n % 30 == 0, 0, codec=codec) for n, data in enumerate(shown)]
    with Scratch(tmp_path) as out:
        muxed = mux(out, in_columns(clicked(3)), in_columns(video), lambda _: None, form_of(codec))
        out.seek(0)
        content = out.read()

    assert muxed is not None
    assert click_s(content, tmp_path) + muxed.zero_s == pytest.approx(3.5, abs=0.002)


def test_in_the_mix_as_well(tmp_path: Path) -> None:
    with Scratch(tmp_path) as out:
        mix(out, [Drawn(Voice(in_columns(clicked(3))))], 4.5, lambda _: None)
        content = out.read()

    assert click_s(content, tmp_path) == pytest.approx(3.5, abs=0.002)


def clicked(begin_s: float) -> list[Frame]:
    """A second with 10 ms of noise in its middle."""
    click = np.zeros(RATE, np.float32)
    click[RATE // 2 : RATE // 2 + 480] = 0.9
    return [Frame(begin_s + n * 0.02, d, True, 0.02) for n, d in enumerate(opus_packets(click))]


def click_s(content: bytes, folder: Path) -> float:
    path = folder / "sound"
    path.write_bytes(content)
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    samples = np.concatenate([frame.to_ndarray()[0] for frame in frames])
    return float(frames[0].time or 0) + int(np.flatnonzero(np.abs(samples) > 0.3)[0]) / RATE


def test_nothing_is_no_file(tmp_path: Path) -> None:
    with Scratch(tmp_path) as out:
        assert mux(out, iter(()), iter(()), lambda _: None) is None
        assert out.read() == b""
