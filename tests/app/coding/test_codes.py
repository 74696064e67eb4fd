"""The codes of a recording as exports hold them, read back from each file."""

import csv
import io
import json
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import polars as pl
from openpyxl import load_workbook
from pympi.Elan import Eaf
from sqlmodel import select

from app.codebooks import csv_file, qdc
from app.coding.models import Coding, CodingMemo
from app.exports.formats.codings import COLUMNS
from tests.app.coding.test_comparing import both, decide
from tests.fixtures import refi
from tests.fixtures.coded import API, Coded


async def bundle(work: Coded) -> dict[str, bytes]:
    client = work.kept.cast.coordinator.client
    answer = await client.get(f"{API}/meetings/{work.kept.meeting.id}/export")
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rows_of(files: dict[str, bytes]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files["turns.csv"].decode("utf-8-sig")), delimiter=";"))


async def test_each_coder_stands_by_number_and_what_was_decided_beside(work: Coded) -> None:
    await both(work)
    await decide(work, 2, "strain", "life")
    files = await bundle(work)
    rows = [row for row in rows_of(files) if row["is_backchannel"] == "0"]

    def column(name: str) -> list[str]:
        return [row[name] for row in rows]

    assert column("theme_coder1") == ["values"] * 8
    assert column("theme_coder2") == ["values", "values", "life", *["values"] * 5]
    assert column("theme_coder2_also") == ["", "", "", "", "strain", "", "", ""]
    assert column("theme_decided") == ["", "", "strain", "", "", "", "", ""]
    assert column("theme_decided_also")[2] == "life"
    assert column("function_coder2") == ["opinion"] * 8
    assert "function_coder1_also" not in rows[0], "a single axis has nothing beside"
    for name in (work.first.user.name, work.second.user.name):
        assert not any(name.encode() in content for content in files.values())


async def test_the_long_table_has_each_code_with_how_sure_its_coder_was(work: Coded) -> None:
    first, second = await both(work)
    await decide(work, 2, "strain", "life")
    async with work.kept.context.database.transaction() as db:
        (sure,) = (
            await db.exec(
                select(Coding)
                .where(Coding.assignment_id == first, Coding.turn_id == work.turns[0].id)
                .where(Coding.axis_id == work.code("theme", "values")[0])
            )
        ).all()
        sure.confidence = 1
        memo = CodingMemo(assignment_id=second, turn_id=work.turns[1].id, body="=epävarmaa")
        db.add(memo)
    files = await bundle(work)
    text = io.StringIO(files["codings.csv"].decode("utf-8-sig"), newline="")
    rows = list(csv.DictReader(text, delimiter=";"))
    assert tuple(rows[0]) == COLUMNS
    said = [row for row in rows if row["turn"] == str(work.turns[0].id) and row["axis"] == "theme"]
    assert [(r["coder"], r["code"], r["is_primary"], r["confidence"]) for r in said] == [
        ("coder1", "values", "1", "1"),
        ("coder2", "values", "1", ""),
    ]
    assert said[0]["decided_at"] == sure.decided_at.isoformat(timespec="seconds")
    memos = {(r["turn"], r["coder"], r["memo"]) for r in rows if r["memo"]}
    assert memos == {(str(work.turns[1].id), "coder2", "'=epävarmaa")}
    decided = [(r["turn"], r["code"], r["is_primary"]) for r in rows if r["coder"] == "decided"]
    assert decided == [
        (str(work.turns[2].id), "strain", "1"),
        (str(work.turns[2].id), "life", "0"),
    ]
    assert all(r["decided_at"] == "" for r in rows if r["coder"] == "decided")
    typed = pl.read_parquet(io.BytesIO(files["codings.parquet"]))
    assert typed.columns == list(COLUMNS)
    assert typed["code"].to_list() == [r["code"] for r in rows]
    assert typed["confidence"].to_list() == [int(r["confidence"] or 0) or None for r in rows]
    assert typed["memo"].to_list() == [r["memo"].removeprefix("'") for r in rows]
    assert [t for t in rows_of(files) if t["turn"] == said[0]["turn"]], "the two tables join"


async def test_the_workbook_says_the_same_and_explains_every_column(work: Coded) -> None:
    await both(work)
    files = await bundle(work)
    book = load_workbook(io.BytesIO(files["turns.xlsx"]))
    head, *lines = [[cell.value for cell in row] for row in book["turns"].rows]
    asked = [name for name in rows_of(files)[0] if name.startswith(("theme_", "function_"))]
    for line, row in zip(lines, rows_of(files), strict=True):
        held = dict(zip(head, line, strict=True))
        assert {name: held[name] or "" for name in asked} == {name: row[name] for name in asked}
    explained = [row[0].value for row in book["variables"].rows]
    assert explained == head
    assert all(row[1].value for row in book["variables"].rows)


async def test_elan_has_a_tier_below_each_speaker_for_each_axis_and_coder(work: Coded) -> None:
    await both(work)
    files = await bundle(work)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "turns.eaf"
        path.write_bytes(files["turns.eaf"])
        found = Eaf(path, suppress_version_warning=True)
    assert "code" in found.get_linguistic_type_names()
    held: dict[tuple[int, int], Any] = {}
    for speaker in ("J1", "F1"):
        tier = f"{speaker} theme_coder2"
        assert found.get_parameters_for_tier(tier)["PARENT_REF"] == speaker
        for start, end, value, *_ in found.get_ref_annotation_data_for_tier(tier):
            held[start, end] = value
    wanted = [work.turns[n] for n in range(8)]
    assert held == {
        (turn.start_ms, turn.end_ms): "life" if n == 2 else "values"
        for n, turn in enumerate(wanted)
    }


async def test_the_codebook_comes_along_and_is_named_in_the_manifest(work: Coded) -> None:
    assert "codebook.csv" not in await bundle(work), "nothing is coded yet"
    await both(work)
    files = await bundle(work)
    assert csv_file.read(files["codebook.csv"]) == work.document
    assert qdc.read(files["codebook.qdc"], work.document, "fi").axes[0].label == "theme"
    codes = json.loads(files["manifest.json"])["codes"]
    assert codes["codebooks"] == [{"id": str(work.version.codebook_id), "version": 1}]
    assert "theme_coder1" in codes["columns"]
    for name in codes["columns"]:
        assert f"  {name}: " in files["README.txt"].decode()


def project(content: bytes) -> Element:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = ElementTree.fromstring(archive.read("project.qde"))
    refi.check(root)
    return root


async def test_a_project_holds_each_coders_codes_and_memos(work: Coded) -> None:
    _, two = await both(work)
    await decide(work, 2, "strain", "life")
    noted = CodingMemo(assignment_id=two, turn_id=work.turns[2].id, body="<Kysy> äänestä & muusta")
    async with work.kept.context.database.transaction() as db:
        db.add(noted)
    root = project((await bundle(work))["turns.qdpx"])
    ns = refi.NAMESPACE
    users = {user.get("guid"): user.get("name") for user in root.iter(f"{ns}User")}
    names = {code.get("guid"): code.get("name") for code in root.iter(f"{ns}Code")}
    theme = work.document.axes[0]
    assert names[str(theme.id)] == theme.name.fi
    given: dict[tuple[str | None, int], list[str | None]] = {}
    notes = []
    for selection in root.iter(f"{ns}AudioSelection"):
        by = users[selection.get("creatingUser")]
        codes = [ref.get("targetGUID") for ref in selection.iter(f"{ns}CodeRef")]
        given[by, int(selection.get("begin", ""))] = codes
        notes += [(by, ref.get("targetGUID")) for ref in selection.iter(f"{ns}NoteRef")]
    third = work.turns[2].start_ms
    _, values = work.code("theme", "values")
    _, strain = work.code("theme", "strain")
    _, life = work.code("theme", "life")
    assert str(values) in given["coder1", third]
    assert str(life) in given["coder2", third]
    assert given["decided", third] == [str(strain), str(life)], "the first leads"
    assert ("eMessi", third) not in given
    bodies = {n.get("guid"): n.findtext(f"{ns}PlainTextContent") for n in root.iter(f"{ns}Note")}
    assert [(by, bodies[id_]) for by, id_ in notes] == [("coder2", "<Kysy> äänestä & muusta")]


async def test_who_still_codes_gets_a_project_without_codes(work: Coded) -> None:
    mine = await work.assign(work.second)
    other = await work.assign(work.first)
    await work.code_all(work.first, other, ["life"])
    path = f"{work.kept.path}/turns/qdpx"
    blind = project((await work.second.client.get(path)).content)
    assert next(blind.iter(f"{refi.NAMESPACE}Coding"), None) is None
    await work.code_all(work.second, mine, ["values"])
    seeing = project((await work.second.client.get(path)).content)
    assert next(seeing.iter(f"{refi.NAMESPACE}Coding"), None) is not None


async def test_one_coders_codes_go_out_and_unfinished_ones_do_not(work: Coded) -> None:
    mine = await work.assign(work.first)
    await work.code_all(work.first, mine, ["life"], finish=False)
    assert "theme_coder1" not in rows_of(await bundle(work))[0]
    await work.first.client.post(f"{API}/coding-assignments/{mine}/finish")
    row = rows_of(await bundle(work))[0]
    assert (row["theme_coder1"], "theme_decided" in row) == ("life", False)
