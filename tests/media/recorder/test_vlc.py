"""VLC plays what we finish, whole and from the middle, and has nothing to complain of."""

import asyncio
import re
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from sqlmodel import select

from app.consent.models import Purpose
from app.kit.settings import Settings
from app.recordings.models import FileKind, RecordingFile
from tests.fixtures.recorded_meeting import RecordedMeeting, Speaker, record, start_worker
from tests.fixtures.vlc import Played, light, play, sound
from tests.media.recorder.composite.test_workflow import ask, finished, is_over, plain, until

LENGTH_S, START_S = 75.0, 60.0
LIKE = 1.5
"""Of 255: most pictures of a film are further apart, and a conversion changes one by less."""
SKIPPED = 3
"""So many pictures on end a player that is short of time may not show."""
BLOCK_HEAD = 9
"""Bytes of a block's name and size: VLC counts from before them, FFmpeg from after."""
SPEAKERS = [
    Speaker("vp8", [(1, 30), (61, 70)], video=True),
    Speaker("h264", [(5, 9), (62, 72)], pitch=20, joins_s=1.5, video=True, codec="h264"),
    Speaker("vp9", [(10, 20), (61, 64)], pitch=70, video=True, codec="vp9"),
    Speaker("av1", [(20, 30), (65, 74)], pitch=30, video=True, codec="av1"),
    Speaker("sound", [(2, 3), (62, 74)], purposes=[Purpose.AUDIO], pitch=80),
]
pytestmark = [pytest.mark.thorough, pytest.mark.timeout(900)]


async def test_vlc_plays_all_files_from_begin_and_middle_to_their_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMESSI_WORKER__VIDEO_NICENESS", "0")  # tests do not give way
    meeting = await record(Settings(data=tmp_path / "data"), LENGTH_S, SPEAKERS)
    worker = start_worker(meeting.settings.data)
    try:
        await finished(meeting)
        await ask(meeting)
        await until(meeting, is_over)
    finally:
        worker.terminate()
        worker.wait()
    films = await written(meeting, tmp_path)
    await meeting.context.database.close()
    assert sorted(path.stem for path in films) == [
        *("av1", "composite", "h264", "mixdown", "sound", "vp8", "vp9")
    ]

    for start_s in (0.0, START_S):
        played = await asyncio.gather(
            *(asyncio.to_thread(play, f, LENGTH_S, start_s, pictures=shows(f)) for f in films)
        )
        for film, came in zip(films, played, strict=True):
            check(film, came, start_s)


async def written(meeting: RecordedMeeting, folder: Path) -> list[Path]:
    """Everything that can be played, named by who or what is in it."""
    names = {user: name for name, user in meeting.users.items()}
    async with meeting.context.database.reading() as db:
        files = (await db.exec(select(RecordingFile))).all()
    films = []
    for file in files:
        if file.kind in (FileKind.PERSON, FileKind.MIXDOWN, FileKind.COMPOSITE):
            name = names[file.user_id] if file.user_id else str(file.kind)
            films.append(folder / f"{name}.{file.media_type.partition('/')[2]}")
            films[-1].write_bytes(await plain(meeting, file))
    return films


def shows(film: Path) -> bool:
    with av.open(str(film), "r") as container:
        return bool(container.streams.video)


def check(film: Path, came: Played, start_s: float) -> None:
    """Beside what FFmpeg decodes of the same file."""
    assert came.complaints == [], film.name
    assert came.corrupted == 0, film.name
    with av.open(str(film), "r") as container:
        length_s = (container.duration or 0) / 1e6
    assert came.length_s == pytest.approx(length_s, abs=1), film.name  # it tells whole seconds
    heard = sound(film)[round(start_s * 48_000) :]
    assert len(came.sound) == pytest.approx(len(heard), abs=0.1 * 48_000), film.name
    assert apart_ms(came.sound, heard) <= 20, film.name
    if shows(film):
        check_pictures(film, came.light, start_s)
    if start_s and film.suffix == ".webm":
        check_jump(film, came.log)


def apart_ms(one: NDArray[np.float32], other: NDArray[np.float32]) -> int:
    """How far one has to be moved to fit the other best, by how loud they are each 10 ms."""
    loud, wanted = (np.abs(x[: len(x) // 480 * 480]).reshape(-1, 480).mean(1) for x in (one, other))
    fits = np.correlate(loud - loud.mean(), wanted - wanted.mean(), "full")
    assert fits.max() > 0.8 * np.std(loud) * np.std(wanted) * min(len(loud), len(wanted))
    return 10 * abs(int(fits.argmax()) - (len(wanted) - 1))


def check_pictures(film: Path, shown: list[float], start_s: float) -> None:
    """From the very picture on, in their order. A busy machine skips one, or shows one again."""
    with av.open(str(film), "r") as container:
        times = [float(frame.time or 0) for frame in container.decode(video=0)]
        container.seek(0)
        wanted = light(container)
    wanted = [each for each, at in zip(wanted, times, strict=True) if at >= start_s - 0.001]
    place = seen = 0
    for each in shown:
        near = range(max(0, place - 1), min(place + SKIPPED, len(wanted)))
        like = [number for number in near if abs(each - wanted[number]) < LIKE]
        assert like, (film.name, place)
        if like[-1] >= place:
            place, seen = next(n for n in like if n >= place) + 1, seen + 1
    assert len(wanted) - place < SKIPPED, (film.name, place, len(wanted))
    assert seen >= 0.98 * len(wanted), (film.name, seen, len(wanted))


def check_jump(film: Path, log: str) -> None:
    """Straight to what may be decoded alone, shortly before the place."""
    *_, told = re.findall(r"start-fpos: (\d+)", log)
    with av.open(str(film)) as container:
        at_s = [
            float(packet.pts * packet.time_base)
            for packet in container.demux()
            if packet.pts is not None
            and packet.is_keyframe
            and packet.pos is not None
            and 0 <= packet.pos - int(told) <= BLOCK_HEAD
        ]
    assert len(at_s) == 1, film.name
    assert START_S - 6 < at_s[0] <= START_S, film.name
