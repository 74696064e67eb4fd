"""What stands in an export's README.txt of how its speech was found."""

import io
import zipfile

import pytest

from app.turns import service as turns
from media.audio.echo_ways import EchoRules
from media.audio.speech import Thresholds
from tests.fixtures.kept import DETECTOR, Kept


async def readme(kept: Kept) -> str:
    answer = await kept.cast.coordinator.client.get(f"/api/v1/meetings/{kept.meeting.id}/export")
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return archive.read("README.txt").decode()


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
async def test_every_parameter_of_the_detector_is_explained(kept: Kept, language: str) -> None:
    rules = {"speech": Thresholds().parameters(), "echo": EchoRules().parameters()}
    async with kept.context.database.transaction() as db:
        (await db.merge(kept.cast.coordinator.user)).language = language
        await turns.store(db, kept.recording.id, DETECTOR, rules, [])

    _, _, after = (await readme(kept)).partition("\n  speech: ")
    _, _, explained = after.partition("\n\n")

    assert [name for name in Thresholds().parameters() if name not in explained] == ["detector"]


async def test_nothing_is_explained_that_no_machine_heard(kept: Kept) -> None:
    assert "forgets_ms" not in await readme(kept)
