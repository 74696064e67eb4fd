"""Finished files in a real browser: they play, they can be searched, and not all is fetched."""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import pytest

from app.recordings.models import FileKind, Source
from media.recorder.containers import WEBM, form_of
from media.recorder.frame import Frame, in_columns
from media.recorder.muxer import mux
from media.recorder.person import PersonFiles
from media.recorder.scratch import Scratch
from media.recorder.tapes import LocalTape, PersonTapes
from tests.fixtures.packetisers import pictures
from tests.fixtures.peers import Stage
from tests.fixtures.screening import screening
from tests.fixtures.senders import opus_packets, order, speech
from tests.fixtures.tabs import Browser, OpenTab

PICTURE = "{ width: 320, height: 240, frameRate: 15 }"
SENT_S = 8
MINUTES = 10


def decoded(path: Path) -> int:
    """By ffprobe, which decodes every picture; errors are failures."""
    command = ["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v:0"]
    command += ["-show_entries", "stream=nb_read_frames", "-of", "json", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stderr == ""
    return int(json.loads(done.stdout)["streams"][0]["nb_read_frames"])


def finish(folder: Path, tapes: list[LocalTape]) -> tuple[Path, str]:
    """The person's first file and its codec."""
    writer = PersonFiles(UUID(int=7), PersonTapes(tapes, 0))
    (codec,) = writer.codecs(FileKind.PERSON)
    path = folder / f"out.{form_of(codec).name}"
    with Scratch(folder) as out:
        assert writer.write(FileKind.PERSON, out, "path", lambda _: None, codec)
        out.seek(0)
        path.write_bytes(out.read())
    return path, codec


@pytest.mark.browser
@pytest.mark.parametrize(
    "mime_type",
    [
        *("video/VP8", "video/H264"),
        pytest.param("video/VP9", marks=pytest.mark.thorough),
        pytest.param("video/AV1", marks=pytest.mark.thorough),
    ],
)
async def test_what_a_browser_sends_becomes_a_file_that_browsers_play(
    stage: Stage, open_tab: OpenTab, tmp_path: Path, mime_type: str
) -> None:
    alice = Browser(stage, "alice", await open_tab())
    offer = await alice.tab.evaluate(f"peer.offer({PICTURE}, [{{}}], '{mime_type}')")
    published = await stage.room.publish("alice", offer["sdp"], offer["sources"])
    tapes = []
    for one in published.publications.values():
        stage.room.attach_tape(one.id, order(tmp_path / one.source, one.source))
        tapes.append(LocalTape(uuid4(), Source(one.source), tmp_path / one.source, bytes(32)))
    await alice.tab.evaluate(f"peer.answered({json.dumps(published.answer)})")
    await alice.until("peer.shown().then((n) => n > 5)")
    await asyncio.sleep(SENT_S)
    sent = await alice.tab.evaluate("peer.shown()")
    for one in published.publications.values():
        stage.room.detach_tape(one.id)

    path, codec = await asyncio.to_thread(finish, tmp_path, tapes)

    assert codec == mime_type.lower().partition("/")[2]
    assert await asyncio.to_thread(decoded, path) == pytest.approx(sent, rel=0.02)
    async with screening(tmp_path, path, form_of(codec).media_type) as shown:
        loaded = await shown.load()
        assert loaded["duration"] == pytest.approx(SENT_S, abs=3)
        middle = await shown.seek(loaded["duration"] / 2)
        assert middle["time"] == pytest.approx(loaded["duration"] / 2, abs=0.2)
        assert middle["light"] > 0.2
        assert (await shown.page.evaluate("screen_.play()"))["corrupted"] == 0


@pytest.mark.browser
async def test_pictures_that_change_their_size_play_on(tmp_path: Path) -> None:
    """What H.264 senders do when the network is slow: other parameters from a key frame on."""
    small, large = pictures("h264", 60), pictures("h264", 60, (320, 240))
    path = tmp_path / "out.mp4"
    frames = [
        Frame(n / 30, data, n % 30 == 0, 0.0, codec="h264") for n, data in enumerate(small + large)
    ]
    with Scratch(tmp_path) as out:
        mux(out, iter(()), in_columns(frames), lambda _: None, form_of("h264"))
        out.seek(0)
        path.write_bytes(out.read())

    assert decoded(path) == 120
    async with screening(tmp_path, path, "video/mp4") as shown:
        await shown.load()
        assert (await shown.seek(1.5))["width"] == 160
        assert (await shown.seek(3.5))["width"] == 320
        assert (await shown.seek(0.5))["width"] == 160


def long_voice() -> Iterator[Frame]:
    packets = opus_packets(speech(10, [(1, 3), (5, 8)]))
    for number in range(MINUTES * 60 * 50):
        yield Frame(number * 0.02, packets[number % len(packets)], True, 0.02)


def long_picture(codec: str) -> Iterator[Frame]:
    """A megabit a second: what is fetched and what is not can be told apart."""
    made, dice = pictures(codec, 300, (640, 360), 60), Random(1)
    for number in range(MINUTES * 60 * 30):
        picture = made[number % 300]
        filling = dice.randint(3000, 5000)
        if codec == "h264":  # a unit of filler data, which decoders pass over (§7.4.2.7)
            picture += b"\x00\x00\x00\x01\x0c" + bytes([255]) * filling + b"\x80"
        else:  # the last partition is as long as there are bytes (RFC 6386 §9.5)
            picture += bytes(filling)
        yield Frame(number / 30, picture, number % 60 == 0, 0.0, codec=codec)


@pytest.mark.browser
@pytest.mark.parametrize("codec", ["h264", "vp8"])
async def test_a_jump_into_a_long_file_fetches_what_is_there(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "long"
    with Scratch(tmp_path) as out:
        mux(
            out,
            in_columns(long_voice()),
            in_columns(long_picture(codec)),
            lambda _: None,
            form_of(codec),
        )
        out.seek(0)
        path.write_bytes(out.read())
    whole = path.stat().st_size

    async with screening(tmp_path, path, form_of(codec).media_type) as shown:
        loaded = await shown.load()
        assert loaded["duration"] == pytest.approx(MINUTES * 60, abs=1)
        before = shown.served.bytes
        found = await shown.seek(450.2)
        fetched = shown.served.bytes - before
    assert found["time"] == pytest.approx(450.2, abs=0.1)
    assert fetched < whole / 4


def test_the_index_stands_before_the_media(tmp_path: Path) -> None:
    for form, index, media in ((WEBM, "1c53bb6b", "1f43b675"), (form_of("h264"), b"moov", b"mdat")):
        codec = "vp8" if form is WEBM else "h264"
        with Scratch(tmp_path) as out:
            frames = [
                Frame(n / 30, data, n % 30 == 0, 0.0, codec=codec)
                for n, data in enumerate(pictures(codec, 90))
            ]
            mux(out, iter(()), in_columns(frames), lambda _: None, form)
            out.seek(0)
            content = out.read()
        places = [bytes.fromhex(x) if isinstance(x, str) else x for x in (index, media)]
        assert 0 < content.find(places[0]) < content.find(places[1])
