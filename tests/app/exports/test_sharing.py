"""What is given on to others holds only those who agreed to that, and says for whom it is."""

import csv
import io
import json
import zipfile

import polars as pl
import pytest
from openpyxl import load_workbook
from sqlmodel import select

from app.consent.models import Decision, Purpose
from app.erasures import copies
from app.exports import register
from app.kit.audit import AuditEntry, Deed
from app.meetings.naming import group_key
from tests.app.exports.test_endpoints import Files, export, manifest_holds, sums
from tests.app.web.test_erasures import page
from tests.fixtures.coded import problem_of
from tests.fixtures.kept import Kept

SECRETS = ("salaista", "kuiskaten", "yksikseen")
"""What bob said, wrote and answered."""


async def shared(kept: Kept, *, group: bool = False) -> Files:
    path = f"meetings/{kept.meeting.id}/export?for=sharing"
    if group:
        path = f"groups/{kept.cast.group_id}/export?for=sharing&answers=true"
    return await export(kept, f"/api/v1/{path}")


def told(name: str, content: bytes) -> str:
    """All that a file says, out of whatever it is packed in."""
    match name.rpartition(".")[2]:
        case "xlsx":
            book = load_workbook(io.BytesIO(content))
            return repr([cell.value for sheet in book for row in sheet.rows for cell in row])
        case "parquet":
            return repr(pl.read_parquet(io.BytesIO(content)).rows())
        case "qdpx":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return "".join(archive.read(each).decode() for each in archive.namelist())
    return content.decode()


def table(content: bytes) -> list[dict[str, str]]:
    text = content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


@pytest.mark.parametrize("decision", [Decision.REFUSED, Decision.WITHDRAWN])
@pytest.mark.parametrize("group", [False, True])
async def test_nothing_of_who_did_not_agree_is_in_it(
    both: Kept, decision: Decision, group: bool
) -> None:
    await both.decide(both.cast.bob, Purpose.SHARING, decision)
    files = await shared(both, group=group)
    sums(files)
    for name, content in files.items():
        assert "J1" not in name
        assert "mixdown" not in name, "he is heard in it"
        said = told(name, content)
        if name.rpartition("/")[2] not in ("README.txt", "manifest.json"):
            assert "J1" not in said, name
        assert not any(secret in said for secret in SECRETS), name
    assert not {b for b in both.contents.values() if b.startswith(b"mixdown")} & {*files.values()}
    folder = "01-mentoring-3/" if group else ""
    assert {row["pseudonym"] for row in table(files[f"{folder}turns.csv"])} == {"F1"}
    assert {row["pseudonym"] for row in table(files[f"{folder}codings.csv"])} == {"F1"}
    assert {row["pseudonym"] for row in table(files[f"{folder}chat.csv"])} == {"F1"}
    assert {row["pseudonym"] for row in table(files[f"{folder}consents.csv"])} == {"F1"}
    called = {row["group"] for row in table(files[f"{folder}turns.csv"])}
    assert called == {f"group-{group_key(both.cast.group_id)}"}
    assert not any("Ryhmä 1" in told(name, content) for name, content in files.items())
    manifest = manifest_holds(files, folder)
    assert manifest["made_for"] == "sharing"
    assert {"pseudonym": "J1", "reason": str(decision)} in manifest["left_out"]
    assert {"pseudonym": "H1", "reason": "undecided"} in manifest["left_out"]
    assert [each["pseudonym"] for each in manifest["participants"]] == ["F1"]
    assert manifest["purposes"].keys() == {"F1"}
    if group:
        assert {row["pseudonym"] for row in table(files["answers.csv"])} == {"F1"}
        assert json.loads(files["manifest.json"])["purposes"] == {"F1": ["indexing", "sharing"]}


async def test_whoever_agreed_is_in_it_and_memos_stay_at_home(both: Kept) -> None:
    files = await shared(both)
    assert {row["pseudonym"] for row in table(files["turns.csv"])} == {"J1", "F1"}
    assert f"media/{both.stem}-mixdown.json" in files
    assert {row["memo"] for row in table(files["codings.csv"])} == {""}
    assert not any("vetäytyy".encode() in content for content in files.values())
    ours = await export(both)
    assert "J1 vetäytyy tässä" in {row["memo"] for row in table(ours["codings.csv"])}
    async with both.context.database.reading() as db:
        query = select(AuditEntry).where(AuditEntry.deed == Deed.EXPORTED)
        told = [entry.details for entry in (await db.exec(query)).all()]
    assert told == [{"for_sharing": 1}, {}]


async def test_who_withdrew_it_and_keeps_what_there_was_is_given_on_no_more(both: Kept) -> None:
    await both.decide(both.cast.bob, Purpose.SHARING, Decision.WITHDRAWN, keeps_earlier=True)
    files = await shared(both)
    assert {row["pseudonym"] for row in table(files["turns.csv"])} == {"F1"}


async def test_who_may_be_read_and_not_quoted_is_marked(both: Kept) -> None:
    files = await export(both)
    for name in ("turns.csv", "chat.csv"):
        marks = {(row["pseudonym"], row["may_quote"]) for row in table(files[name])}
        assert marks == {("J1", "1"), ("F1", "0")}, name
    said = {row["pseudonym"]: row["words"] for row in table(files["turns.csv"]) if row["words"]}
    assert said == {"J1": "tämä on salaista", "F1": "minun sanani"}
    assert manifest_holds(files)["may_be_quoted"] == ["J1"]
    assert "Sanasta sanaan saa lainata: J1." in files["README.txt"].decode()


async def test_notes_are_not_given_on(both: Kept) -> None:
    client = both.cast.coordinator.client
    path = f"/api/v1/meetings/{both.meeting.id}/export?for=sharing&notes=true"
    assert problem_of(await client.get(path)) == (422, "notes_not_shared")
    path = f"/api/v1/meetings/{both.meeting.id}/export?for=everybody"
    assert (await client.get(path)).status_code == 422
    async with both.context.database.reading() as db:
        assert await register.of_group(db, both.cast.group_id) == []


@pytest.mark.parametrize("audience", ["research", "sharing"])
async def test_the_manifest_names_the_purposes_that_the_register_names(
    both: Kept, audience: str
) -> None:
    files = await export(both, f"/api/v1/meetings/{both.meeting.id}/export?for={audience}")
    manifest = manifest_holds(files)
    async with both.context.database.reading() as db:
        ((record, contents),) = await register.of_group(db, both.cast.group_id)
    pseudonyms = {both.cast.bob.id: "J1", both.cast.alice.id: "F1"}
    assert record.audience == audience
    assert manifest["purposes"] == {pseudonyms[each.user_id]: each.purposes for each in contents}
    also = ["sharing"] if audience == "sharing" else []
    spoken = ["audio", "chat", "indexing"]
    assert manifest["purposes"] == {
        "J1": sorted([*spoken, "quotation", "transcript", "video", *also]),
        "F1": sorted([*spoken, "transcript", *also]),
    }
    assert {name: manifest[name]["rests_on"] for name in ("media", "turns", "codes", "words")} == {
        "media": sorted(["audio", "video", *also]),
        "turns": sorted(["audio", "indexing", *also]),
        "codes": sorted(["audio", "indexing", *also]),
        "words": sorted(["audio", "transcript", *also]),
    }


async def test_a_withdrawal_names_the_copies_that_were_given_on(both: Kept) -> None:
    path = f"/groups/{both.cast.group_id}/exports"
    await export(both)
    await shared(both)
    assert "Nobody whose material" in (await page(both, both.cast.coordinator, path))[1]

    await both.decide(both.cast.bob, Purpose.SHARING, Decision.WITHDRAWN)
    async with both.context.database.reading() as db:
        found = await copies.of_withdrawn(db, both.cast.group_id)
    assert found.keys() == {both.cast.bob.id}
    names = [each.record.file_name for each in found[both.cast.bob.id].exports]
    assert names == [given := f"emessi-{both.stem}-for-sharing.zip"]
    _, text = await page(both, both.cast.coordinator, path)
    to_do, _, rest = text.partition("Every download")
    assert "withdrew: Further research use" in to_do
    assert given in to_do
    assert (own := f"emessi-Ryhmä-1-{both.stem}.zip") not in to_do
    assert own in rest

    await both.decide(both.cast.bob, Purpose.QUOTATION, Decision.WITHDRAWN)
    async with both.context.database.reading() as db:
        found = await copies.of_withdrawn(db, both.cast.group_id)
    assert found[both.cast.bob.id].purposes == {Purpose.SHARING, Purpose.QUOTATION}
    assert len(found[both.cast.bob.id].exports) == 2, "both say that he may be quoted"


async def test_a_copy_made_under_a_new_grant_is_not_to_be_deleted(both: Kept) -> None:
    await shared(both)
    await both.decide(both.cast.bob, Purpose.SHARING, Decision.WITHDRAWN)
    await both.decide(both.cast.bob, Purpose.SHARING, Decision.GRANTED)
    await shared(both)
    async with both.context.database.reading() as db:
        found = await copies.of_withdrawn(db, both.cast.group_id)
        everything = await register.of_group(db, both.cast.group_id)
    assert len(everything) == 2
    assert [each.record.id for each in found[both.cast.bob.id].exports] == [everything[1].record.id]


async def test_who_keeps_what_there_was_leaves_the_copies_too(both: Kept) -> None:
    await shared(both)
    await both.decide(both.cast.bob, Purpose.SHARING, Decision.WITHDRAWN, keeps_earlier=True)
    async with both.context.database.reading() as db:
        assert await copies.of_withdrawn(db, both.cast.group_id) == {}
