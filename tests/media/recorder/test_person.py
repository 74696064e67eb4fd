"""One person's files, from packets on tapes to frames that players decode."""

from itertools import pairwise
from pathlib import Path
from uuid import UUID, uuid4

import av
import pytest

from app.recordings.models import FileKind, Source
from media.recorder.outcome import Interruption, MadeTrack
from media.recorder.person import PersonFiles
from media.recorder.scratch import Scratch
from media.recorder.tapes import LocalTape, PersonTapes
from media.tape.format import CodecInfo
from tests.fixtures.packetisers import H264, send
from tests.fixtures.packetisers import pictures as encoded
from tests.fixtures.senders import (
    OPUS,
    ORIGIN_NS,
    VP8,
    Network,
    Sender,
    opus_packets,
    order,
    send_opus,
    send_vp8,
    speech,
    vp8_frames,
    write_tape,
)

USER = UUID(int=7)
KEY = bytes(32)


@pytest.fixture(scope="module")
def voice() -> list[bytes]:
    return opus_packets(speech(10, [(1, 3), (5, 8)]))


@pytest.fixture(scope="module")
def pictures() -> list[bytes]:
    return vp8_frames(300)


def local(path: Path, source: Source) -> LocalTape:
    return LocalTape(uuid4(), source, path, KEY)


def made(
    folder: Path, tapes: list[LocalTape], kind: FileKind = FileKind.PERSON, codec: str = ""
) -> tuple[Path, tuple[MadeTrack, ...]]:
    with Scratch(folder) as out:
        writer = PersonFiles(USER, PersonTapes(tapes, ORIGIN_NS))
        tracks = writer.write(kind, out, "path", lambda _: None, codec)
        out.seek(0)
        path = folder / f"out{codec}"
        path.write_bytes(out.read())
    return path, tracks


def decoded(path: Path, kind: str) -> list[tuple[float, int]]:
    with av.open(str(path)) as container:
        if kind == "video":
            return [(float(f.time or 0), f.width) for f in container.decode(video=0)]
        return [(float(f.time or 0), f.samples) for f in container.decode(audio=0)]


def test_every_frame_is_there_and_in_its_place(
    tmp_path: Path, voice: list[bytes], pictures: list[bytes]
) -> None:
    network = Network(jitter_s=0.01)
    for source, codec, sent in (
        ("microphone", OPUS, send_opus(Sender(), voice, 2.0)),
        ("camera", VP8, send_vp8(Sender(ssrc=9), pictures, 2.5)),
    ):
        write_tape(order(tmp_path / source, source), codec, network.arrivals(sent))

    path, tracks = made(
        tmp_path,
        [
            local(tmp_path / "camera", Source.CAMERA),
            local(tmp_path / "microphone", Source.MICROPHONE),
        ],
    )

    sound, video = decoded(path, "audio"), decoded(path, "video")
    microphone, camera = tracks
    assert (len(sound), len(video)) == (500, 300)
    assert (microphone.start_ms, microphone.duration_ms) == (2030, 10_000)
    assert (camera.start_ms, camera.duration_ms) == (2530, 10_000)
    assert microphone.details["file_start_ms"] == 2030
    assert video[0][0] == pytest.approx(0.5, abs=0.002)
    assert sound[0][0] == pytest.approx(0.0, abs=0.01)
    assert video[-1][0] - video[0][0] == pytest.approx(299 / 30, abs=0.002)


def test_the_file_says_how_long_it_is_and_can_be_searched(
    tmp_path: Path, voice: list[bytes], pictures: list[bytes]
) -> None:
    write_tape(
        order(tmp_path / "m", "microphone"), OPUS, Network().arrivals(send_opus(Sender(), voice))
    )
    camera = send_vp8(Sender(ssrc=9), pictures)
    write_tape(order(tmp_path / "c", "camera"), VP8, Network().arrivals(camera))

    path, _ = made(
        tmp_path, [local(tmp_path / "m", Source.MICROPHONE), local(tmp_path / "c", Source.CAMERA)]
    )

    with av.open(str(path)) as container:
        assert (container.duration or 0) / 1e6 == pytest.approx(10, abs=0.05)
        container.seek(6_000_000)
        first = next(p for p in container.demux(video=0))
        assert first.is_keyframe
        assert first.pts is not None
        assert 5 <= float(first.pts * first.time_base) <= 6


def test_pictures_that_came_too_late_for_their_place_come_in_their_order_all_the_same(
    tmp_path: Path, pictures: list[bytes]
) -> None:
    for name, start_s in (("a", 0.0), ("b", 2.0)):
        sent = send_vp8(Sender(ssrc=ord(name)), pictures[:90], start_s)
        write_tape(order(tmp_path / name, "camera"), VP8, Network().arrivals(sent))

    tapes = [local(tmp_path / name, Source.CAMERA) for name in ("a", "b")]
    path, (track,) = made(tmp_path, tapes)

    shown = decoded(path, "video")
    assert len(shown) == track.details["frames"] == 180
    assert all(later > earlier for (earlier, _), (later, _) in pairwise(shown))
    assert track.duration_ms == pytest.approx(5_000, abs=50)


def test_lost_and_broken_pictures_are_left_out_and_counted(
    tmp_path: Path, pictures: list[bytes]
) -> None:
    sent = send_vp8(Sender(), pictures[:90], mtu=60)
    starts = [i for i, (_, packet) in enumerate(sent) if packet[12] & 0x10]
    later = next(a for a, b in pairwise(starts[31:]) if b - a > 1)
    lost = frozenset({0, later})  # the beginnings of the first key frame and of one after the next
    write_tape(order(tmp_path / "c", "camera"), VP8, Network(lost=lost).arrivals(sent))

    path, (track,) = made(tmp_path, [local(tmp_path / "c", Source.CAMERA)])

    details = track.details
    assert details["incomplete_frames"] == 2
    assert details["undecodable_frames"] == 88 - details["frames"]
    assert 0 < details["frames"] < 60  # from a key frame to the next hole, and from the next one
    with av.open(str(path)) as container:
        assert next(container.demux(video=0)).is_keyframe
    assert len(decoded(path, "video")) == details["frames"]


def test_a_gap_keeps_its_place_and_is_told(tmp_path: Path, voice: list[bytes]) -> None:
    sender = Sender()
    sent = send_opus(sender, voice[:250]) + send_opus(sender, voice[250:], 65.0)
    write_tape(order(tmp_path / "m", "microphone"), OPUS, Network().arrivals(sent))

    path, (track,) = made(tmp_path, [local(tmp_path / "m", Source.MICROPHONE)])

    assert track.duration_ms == pytest.approx(70_000, abs=3)
    (gap,) = track.details["gaps"]
    assert (gap["start_ms"], gap["end_ms"]) == (
        pytest.approx(5030, abs=3),
        pytest.approx(65030, abs=3),
    )
    samples = sum(count for _, count in decoded(path, "audio"))
    assert samples / 48_000 == pytest.approx(70, abs=0.02)


def test_two_tapes_of_one_source_follow_one_another(tmp_path: Path, voice: list[bytes]) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    write_tape(order(first, "microphone"), OPUS, Network().arrivals(send_opus(Sender(), voice)))
    again = Network().arrivals(send_opus(Sender(ssrc=3, timestamp=77), voice, 30.0))
    write_tape(order(second, "microphone"), OPUS, again, starts_s=29.0)

    _, (track,) = made(
        tmp_path, [local(second, Source.MICROPHONE), local(first, Source.MICROPHONE)]
    )

    assert track.start_ms == 30
    assert track.duration_ms == pytest.approx(40_000, abs=3)
    assert track.details["frames"] == 1000
    assert [gap["reason"] for gap in track.details["gaps"]] == ["not_recorded"]


def test_pictures_of_a_codec_that_is_not_muxed_are_named(
    tmp_path: Path, voice: list[bytes], pictures: list[bytes]
) -> None:
    sound, camera = tmp_path / "m", tmp_path / "c"
    write_tape(order(sound, "microphone"), OPUS, Network().arrivals(send_opus(Sender(), voice)))
    sent = send_vp8(Sender(ssrc=9), pictures)
    write_tape(order(camera, "camera"), CodecInfo("video/H265", 90_000, 0, 98), sent)
    tapes = [local(sound, Source.MICROPHONE), local(camera, Source.CAMERA)]

    path, tracks = made(tmp_path, tapes)

    assert [track.source for track in tracks] == [Source.MICROPHONE]
    assert decoded(path, "audio")
    assert [r.ending for r in PersonTapes(tapes, ORIGIN_NS).readings] == ["closed", "not_muxed"]


def test_each_codec_of_a_camera_is_a_file_of_its_own(
    tmp_path: Path, voice: list[bytes], pictures: list[bytes]
) -> None:
    """Someone changes to another device in the middle."""
    write_tape(
        order(tmp_path / "m", "microphone"), OPUS, Network().arrivals(send_opus(Sender(), voice))
    )
    first = Network().arrivals(send_vp8(Sender(ssrc=9), pictures[:90]))
    write_tape(order(tmp_path / "c", "camera"), VP8, first)
    second = Network().arrivals(send(Sender(ssrc=11), "h264", encoded("h264", 60), 5.0))
    write_tape(order(tmp_path / "d", "camera"), H264, second, starts_s=4.9)
    sources = {"m": Source.MICROPHONE, "c": Source.CAMERA, "d": Source.CAMERA}
    tapes = [local(tmp_path / name, source) for name, source in sources.items()]

    writer = PersonFiles(USER, PersonTapes(tapes, ORIGIN_NS))
    codecs = writer.codecs(FileKind.PERSON)
    files = [made(tmp_path, tapes, codec=codec) for codec in codecs]

    assert codecs == ["vp8", "h264"]
    assert [[(t.source, t.codec) for t in tracks] for _, tracks in files] == [
        [(Source.MICROPHONE, "opus"), (Source.CAMERA, "vp8")],
        [(Source.CAMERA, "h264")],
    ]
    assert files[1][1][0].start_ms == 5030
    assert [len(decoded(path, "video")) for path, _ in files] == [90, 60]


def test_what_a_killed_node_missed_is_told(tmp_path: Path, voice: list[bytes]) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    arrivals = Network().arrivals(send_opus(Sender(), voice))
    write_tape(order(first, "microphone"), OPUS, arrivals, close=False)
    again = Network().arrivals(send_opus(Sender(ssrc=3, timestamp=77), voice, 15.0))
    write_tape(order(second, "microphone"), OPUS, again, starts_s=14.0)

    tapes = [local(first, Source.MICROPHONE), local(second, Source.MICROPHONE)]
    _, (track,) = made(tmp_path, tapes)

    (gap,) = track.details["gaps"]
    assert gap["reason"] == "node_stopped"
    assert gap["start_ms"] == pytest.approx(10_030, abs=250)
    assert gap["end_ms"] == pytest.approx(15_030, abs=30)


def test_what_a_full_disk_kept_out_is_told_and_not_laid_to_the_node(
    tmp_path: Path, voice: list[bytes]
) -> None:
    """The first tape is torn because the disk refused its end."""
    first, second = tmp_path / "1", tmp_path / "2"
    arrivals = Network().arrivals(send_opus(Sender(), voice))
    write_tape(order(first, "microphone"), OPUS, arrivals, close=False)
    again = Network().arrivals(send_opus(Sender(ssrc=3, timestamp=77), voice, 15.0))
    write_tape(order(second, "microphone"), OPUS, again, starts_s=14.0)
    tapes = [local(first, Source.MICROPHONE), local(second, Source.MICROPHONE)]
    full = Interruption(10_100, 13_900, "disk")

    (track,) = _tracks(tmp_path, PersonTapes(tapes, ORIGIN_NS, [full]))
    assert [gap["reason"] for gap in track.details["gaps"]] == ["disk"]
    elsewhere = Interruption(40_000, 50_000, "disk")
    (track,) = _tracks(tmp_path, PersonTapes(tapes, ORIGIN_NS, [elsewhere]))
    assert [gap["reason"] for gap in track.details["gaps"]] == ["node_stopped"]


def _tracks(folder: Path, tapes: PersonTapes) -> tuple[MadeTrack, ...]:
    with Scratch(folder) as out:
        return PersonFiles(USER, tapes).write(FileKind.PERSON, out, "path", lambda _: None)


def test_a_torn_tape_gives_what_it_has(tmp_path: Path, voice: list[bytes]) -> None:
    arrivals = Network().arrivals(send_opus(Sender(), voice))
    write_tape(order(tmp_path / "m", "microphone"), OPUS, arrivals, close=False)
    content = (tmp_path / "m").read_bytes()
    (tmp_path / "m").write_bytes(content[: len(content) // 2])

    _, (track,) = made(tmp_path, [local(tmp_path / "m", Source.MICROPHONE)])

    assert 4_000 < track.duration_ms < 6_000


def test_the_screen_is_a_file_of_its_own(tmp_path: Path, pictures: list[bytes]) -> None:
    sent = send_vp8(Sender(), pictures[:60], 4.0)
    write_tape(order(tmp_path / "s", "screen"), VP8, Network().arrivals(sent))
    tapes = [local(tmp_path / "s", Source.SCREEN)]

    path, (track,) = made(tmp_path, tapes, FileKind.SCREEN)

    assert (track.source, track.start_ms) == (Source.SCREEN, 4030)
    assert len(decoded(path, "video")) == 60
    assert made(tmp_path, tapes)[1] == ()


def test_nothing_readable_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(b"not a tape")

    tapes = PersonTapes([local(tmp_path / "m", Source.MICROPHONE)], ORIGIN_NS)

    assert tapes.readings[0].ending == "unreadable"
    assert made(tmp_path, [local(tmp_path / "m", Source.MICROPHONE)])[1] == ()
