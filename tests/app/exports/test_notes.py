"""Notes leave with an export only when asked for, and never with the name of their author."""

import csv
import io
from datetime import timedelta

import pytest
from sqlmodel import select

from app.kit.audit import AuditEntry, Deed
from tests.app.exports.test_endpoints import Files, export, manifest_holds, sums
from tests.fixtures.kept import Kept
from tests.fixtures.noted import jot


@pytest.fixture
async def noted(kept: Kept) -> Kept:
    at = kept.recording.started_at + timedelta(seconds=12)
    await jot(kept.context, kept.meeting, kept.cast.olga, "=J1 vetäytyy", at)
    return kept


def rows(files: Files, name: str = "notes.csv") -> list[dict[str, str]]:
    return list(
        csv.DictReader(io.StringIO(files[name].decode("utf-8-sig"), newline=""), delimiter=";")
    )


async def test_unasked_they_stay_at_home_and_the_export_says_so(noted: Kept) -> None:
    files = await export(noted)
    assert "notes.csv" not in files
    assert manifest_holds(files)["notes"] == {"included": False}
    assert "notes.csv" in files["README.txt"].decode()
    assert not any(b"vet\xc3\xa4ytyy" in content for content in files.values())


async def test_asked_for_they_go_under_a_pseudonym_and_the_log_says_so(noted: Kept) -> None:
    files = await export(noted, f"/api/v1/meetings/{noted.meeting.id}/export?notes=true")
    sums(files)
    (row,) = rows(files)
    assert (row["author"], row["text"], row["position_ms"]) == ("H1", "'=J1 vetäytyy", "12000")
    assert manifest_holds(files)["notes"] == {"included": True, "count": 1}
    assert b"Olga" not in b"".join(files[name] for name in ("notes.csv", "README.txt"))
    async with noted.context.database.reading() as db:
        query = select(AuditEntry).where(AuditEntry.deed == Deed.EXPORTED)
        (entry,) = (await db.exec(query)).all()
    assert entry.details == {"with_notes": 1}


async def test_a_groups_export_has_them_in_each_meetings_folder(noted: Kept) -> None:
    group = noted.cast.group_id
    files = await export(noted, f"/api/v1/groups/{group}/export?notes=true")
    assert [row["text"] for row in rows(files, "01-mentoring-3/notes.csv")] == ["'=J1 vetäytyy"]
    assert "01-mentoring-3/notes.csv" not in await export(noted, f"/api/v1/groups/{group}/export")
