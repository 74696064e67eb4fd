"""Exports: a ZIP that opens, whose hashes match, and that holds only what may be used."""

import csv
import hashlib
import io
import json
import zipfile
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlmodel import select

from app.consent.models import Decision, Purpose
from app.exports.formats.offered import FORMATS, Format
from app.groups.models import Membership
from app.kit.db import now
from app.meetings.models import Meeting, MeetingKind, MeetingState
from app.meetings.naming import group_key
from app.recordings.models import FileKind
from tests.fixtures import refi
from tests.fixtures.cast import Cast, Person
from tests.fixtures.coded import problem_of
from tests.fixtures.kept import Kept

Files = dict[str, bytes]
MEDIA = {
    "J1.webm", "J1-peaks.json", "F1.webm", "F1-peaks.json", "mixdown.json", "peaks.json"
}  # fmt: skip
"""After the name of the meeting."""
LISTS = {f"turns.{form}" for form in Format}
ABOUT = {"consents.csv", "manifest.json", "SHA256SUMS", "README.txt"} | LISTS


def media(kept: Kept, names: set[str] = MEDIA) -> set[str]:
    return {f"media/{kept.stem}-{name}" for name in names}


async def export(kept: Kept, path: str = "", who: Person | None = None) -> Files:
    client = (who or kept.cast.coordinator).client
    answer = await client.get(path or f"/api/v1/meetings/{kept.meeting.id}/export")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def sums(files: Files) -> None:
    """As `sha256sum --check` does it."""
    lines = files["SHA256SUMS"].decode().splitlines()
    listed = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    assert listed.keys() == files.keys() - {"SHA256SUMS"}
    for name, digest in listed.items():
        assert hashlib.sha256(files[name]).hexdigest() == digest


def manifest_holds(files: Files, folder: str = "") -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(files[f"{folder}manifest.json"])
    for entry in manifest["files"]:
        content = files[folder + entry["path"]]
        assert (len(content), hashlib.sha256(content).hexdigest()) == (
            entry["bytes"],
            entry["sha256"],
        )
    inside = {name.removeprefix(folder) for name in files if name.startswith(folder)}
    listed = {entry["path"] for entry in manifest["files"]}
    assert listed == inside - {"manifest.json", "SHA256SUMS"}
    return manifest


async def test_no_cell_of_a_table_is_a_formula(kept: Kept) -> None:
    """Pseudonyms are given by the product today; a table must hold whoever gives them tomorrow."""
    async with kept.context.database.transaction() as db:
        for member in await db.exec(select(Membership)):
            member.pseudonym = f"=SUM({member.pseudonym})"

    files = await export(kept)

    for name in ("turns.csv", "consents.csv"):
        rows = list(csv.DictReader(io.StringIO(files[name].decode("utf-8-sig")), delimiter=";"))
        assert rows
        assert all(row["pseudonym"].startswith("'=SUM(") for row in rows)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("administrator", 200),
        ("coordinator", 200),
        ("researcher", 403),
        ("alice", 403),
        ("olga", 403),
        ("bob", 403),
        ("mallory", 404),
    ],
)
async def test_who_may_export(who: str, status: int, kept: Kept) -> None:
    client = getattr(kept.cast, who).client
    for path in (f"meetings/{kept.meeting.id}", f"groups/{kept.cast.group_id}"):
        assert (await client.get(f"/api/v1/{path}/export")).status_code == status


async def test_a_meeting_is_exported_whole(kept: Kept) -> None:
    files = await export(kept)

    assert files.keys() == media(kept) | ABOUT
    sums(files)
    manifest = manifest_holds(files)
    bobs = await kept.file(FileKind.PERSON, kept.cast.bob)
    assert files[f"media/{kept.stem}-J1.webm"] == kept.contents[bobs.id]
    tracks = {(t["pseudonym"], t["source"]) for t in manifest["recording"]["tracks"]}
    assert tracks == {("J1", "microphone"), ("J1", "camera"), ("F1", "microphone")}
    assert manifest["turns"]["count"] == 3
    assert files["turns.csv"].decode("utf-8-sig").count("J1") == 3


async def test_media_is_stored_as_it_is_and_the_rest_deflated(kept: Kept) -> None:
    path = f"/api/v1/meetings/{kept.meeting.id}/export"
    answer = await kept.cast.coordinator.client.get(path)

    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        for entry in archive.infolist():
            stored = entry.filename.startswith("media/")
            wanted = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            assert entry.compress_type == wanted


async def test_consents_are_listed_by_person_and_purpose(kept: Kept) -> None:
    table = (await export(kept))["consents.csv"].decode("utf-8-sig")

    rows = list(csv.DictReader(io.StringIO(table), delimiter=";"))
    states = {(row["pseudonym"], row["purpose"]): row["decision"] for row in rows}
    assert len(states) == len(rows) == 4 * len(Purpose)
    assert states["J1", "video"] == "granted"
    assert states["J2", "audio"] == "refused"
    assert states["F1", "video"] == "undecided"


async def test_no_name_leaves_the_house(kept: Kept) -> None:
    everything = b"".join((await export(kept)).values())
    for person in (kept.cast.alice, kept.cast.bob, kept.cast.carol, kept.cast.olga):
        for word in (person.user.name, person.user.email or "-@-"):
            assert word.encode() not in everything


@pytest.mark.parametrize(
    ("purpose", "missing"),
    [
        (Purpose.VIDEO, {"J1.webm"}),
        (Purpose.AUDIO, {name for name in MEDIA if "F1" not in name}),
        (Purpose.INDEXING, set()),
        (Purpose.QUOTATION, set()),
    ],
)
async def test_an_export_holds_what_the_consents_allow(
    purpose: Purpose, missing: set[str], kept: Kept
) -> None:
    await kept.decide(kept.cast.bob, purpose, Decision.WITHDRAWN)

    files = await export(kept)

    assert files.keys() == media(kept, MEDIA - missing) | ABOUT
    sums(files)
    manifest = manifest_holds(files)
    studied = purpose not in (Purpose.AUDIO, Purpose.INDEXING)
    assert manifest["turns"]["count"] == (3 if studied else 0)
    assert ("J1" in files["turns.csv"].decode()) == studied
    tracks = {t["pseudonym"] for t in manifest["recording"]["tracks"]}
    assert tracks == ({"F1"} if missing else {"F1", "J1"})


async def test_a_group_is_exported_meeting_by_meeting(kept: Kept) -> None:
    training = Meeting(
        group_id=kept.cast.group_id, ordinal=1, kind=MeetingKind.TRAINING, starts_at=now()
    )
    async with kept.context.database.transaction() as db:
        db.add(training)

    files = await export(kept, f"/api/v1/groups/{kept.cast.group_id}/export")

    sums(files)
    held, bare = "01-mentoring-3/", "02-training-1/"
    whole = {held + name for name in media(kept) | (ABOUT - {"SHA256SUMS"})}
    assert files.keys() == whole | {
        f"{bare}consents.csv",
        f"{bare}manifest.json",
        "project.qdpx",
        "manifest.json",
        "SHA256SUMS",
    }
    (source,) = sources(files["project.qdpx"])
    assert source.get("path") == f"relative:///{held}media/{kept.stem}-mixdown.json"
    assert manifest_holds(files, held)["meeting"]["ordinal"] == 3
    assert manifest_holds(files, bare)["recording"] is None


def sources(project: bytes) -> list[ElementTree.Element]:
    with zipfile.ZipFile(io.BytesIO(project)) as archive:
        root = ElementTree.fromstring(archive.read("project.qde"))
    refi.check(root)
    return root.findall(f"*/{refi.NAMESPACE}AudioSource")


@pytest.mark.parametrize(
    ("who", "status"),
    [("coordinator", 200), ("researcher", 200), ("alice", 403), ("bob", 403), ("mallory", 404)],
)
async def test_who_may_have_the_project_of_a_group(who: str, status: int, kept: Kept) -> None:
    client = getattr(kept.cast, who).client
    path = f"/api/v1/groups/{kept.cast.group_id}/project.qdpx"
    assert (await client.get(path)).status_code == status


async def test_a_project_holds_what_the_consents_allow_and_no_sound(kept: Kept) -> None:
    client = kept.cast.researcher.client
    path = f"/api/v1/groups/{kept.cast.group_id}/project.qdpx"
    answer = await client.get(path)
    key = group_key(kept.cast.group_id)
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="emessi-Ryhma-1-{key}.qdpx"; '
        f"filename*=UTF-8''emessi-Ryhm%C3%A4-1-{key}.qdpx"
    )
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["project.qde"], "nobody's words are written down"
    (source,) = sources(answer.content)
    assert source.get("path") == f"relative:///{kept.stem}-mixdown.json"
    said = source.findall(f"{refi.NAMESPACE}AudioSelection")
    assert [each.get("name") for each in said] == ["J1"] * 3, "alice is not indexed"

    await kept.decide(kept.cast.alice, Purpose.AUDIO, Decision.WITHDRAWN)
    (source,) = sources((await client.get(path)).content)
    assert source.get("path") is None, "her voice was in the common sound track"

    await kept.decide(kept.cast.bob, Purpose.INDEXING, Decision.WITHDRAWN)
    (source,) = sources((await client.get(path)).content)
    assert source.findall(f"{refi.NAMESPACE}AudioSelection") == []
    asked = {"programme_id": str(kept.cast.programme_id), "deed": "downloaded"}
    told = (await kept.cast.coordinator.client.get("/api/v1/audit", params=asked)).json()["items"]
    assert {(each["object_kind"], each["object_id"]) for each in told} == {
        ("turns", str(kept.recording.id))
    }


async def test_without_an_index_there_is_no_project(cast: Cast) -> None:
    client = cast.coordinator.client
    form = {"name": "Toinen", "programme_id": str(cast.programme_id)}
    group = await client.post("/api/v1/groups", json=form)
    answer = await client.get(f"/api/v1/groups/{group.json()['id']}/project.qdpx")
    assert problem_of(answer) == (409, "nothing_indexed")


@pytest.mark.parametrize("form", Format)
async def test_turns_are_handed_out_to_other_programs(kept: Kept, form: Format) -> None:
    """Bob's alone: alice did not agree to be studied."""
    async with kept.context.database.transaction() as db:
        for member in await db.exec(select(Membership)):
            member.pseudonym += "-person"  # "F1" alone stands in a workbook anyway: it is a cell
    answer = await kept.cast.researcher.client.get(f"{kept.path}/turns/{form}")

    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == FORMATS[form].media_type
    assert (
        answer.headers["content-disposition"] == f'attachment; filename="turns-{kept.stem}.{form}"'
    )
    whole = answer.content
    if form in (Format.XLSX, Format.QDPX):
        with zipfile.ZipFile(io.BytesIO(whole)) as book:
            whole = b"".join(book.read(name) for name in book.namelist())
    assert b"J1-person" in whole
    assert b"F1-person" not in whole
    for name in (kept.cast.bob.user.name, kept.cast.alice.user.name):
        assert name.encode() not in whole


@pytest.mark.parametrize("form", Format)
async def test_members_get_no_lists_of_turns(kept: Kept, form: Format) -> None:
    answer = await kept.cast.bob.client.get(f"{kept.path}/turns/{form}")
    assert answer.status_code == 403


async def test_a_format_that_nobody_knows_is_refused(kept: Kept) -> None:
    answer = await kept.cast.researcher.client.get(f"{kept.path}/turns/docx")
    assert answer.status_code == 422


async def test_the_readme_speaks_the_language_of_who_exports(kept: Kept) -> None:
    assert "peitetunnuksin" in (await export(kept))["README.txt"].decode()


async def test_it_tells_how_it_was_decided_what_is_indexed(kept: Kept) -> None:
    nothing = await export(kept)
    assert json.loads(nothing["manifest.json"])["sampling"] is None
    assert "Otosta ei ole päätetty." in nothing["README.txt"].decode()
    async with kept.context.database.transaction() as db:
        (await db.get_one(Meeting, kept.meeting.id)).state = MeetingState.ENDED
    form = {"method": "random", "count": 1, "seed": 7, "reason": "Ainoa"}
    path = f"/api/v1/programmes/{kept.cast.programme_id}/samples"
    made = await kept.cast.coordinator.client.post(path, json=form)
    assert made.status_code == 201, made.text

    files = await export(kept)

    told = json.loads(files["manifest.json"])["sampling"]
    assert (told["method"], told["seed"], told["this_recording"]) == ("random", 7, "chosen")
    assert (told["chosen"], told["population"], told["reason"]) == (1, 1, "Ainoa")
    assert "siemen 7" in files["README.txt"].decode()
    assert "Tämä taltiointi on otoksessa." in files["README.txt"].decode()
