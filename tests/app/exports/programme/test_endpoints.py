"""A whole programme as tables: the same turns and codings as recording by recording, by the same
consents, and in the register of every group."""

import csv
import io
import zipfile
from collections.abc import Callable
from typing import Any
from uuid import UUID

import polars as pl
import pytest
from sqlmodel import col, select

from app.accounts.actor import Actor
from app.blinding.models import AssignmentState, CodingAssignment
from app.coding import comparing
from app.consent.models import Decision, Purpose
from app.exports import register
from app.exports.agreed import agreed
from app.exports.formats.parquet import codings_parquet, parquet
from app.exports.formats.rows import COLUMNS
from app.exports.listing import listing
from app.exports.models import Audience
from app.exports.programme import bundle
from app.exports.reader import reader_of
from app.kit.audit import AuditEntry, Deed
from app.meetings.models import Meeting
from app.meetings.naming import group_key
from app.recordings.models import Recording
from tests.app.exports.test_endpoints import Files, manifest_holds, sums
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.coded import problem_of
from tests.fixtures.coded_series import CodedSeries
from tests.fixtures.kept import Kept
from tests.fixtures.remembered import coded_series, two_series
from tests.fixtures.series import Series, decides


def path(cast: Cast, **asked: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"/api/v1/programmes/{cast.programme_id}/export?{query}"


def parquet_of(files: Files, name: str) -> pl.DataFrame:
    return pl.read_parquet(io.BytesIO(files[f"{name}.parquet"]))


def csv_of(files: Files, name: str) -> list[dict[str, str]]:
    text = files[f"{name}.csv"].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


async def exported(cast: Cast, **asked: str) -> Files:
    answer = await cast.coordinator.client.get(path(cast, **asked))
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
async def groups(running: Application, cast: Cast) -> list[Series]:
    return await two_series(running, cast)


@pytest.fixture
async def coded(running: Application, cast: Cast, groups: list[Series]) -> CodedSeries:
    return await coded_series(running, cast, groups, most=1)


async def one_by_one(running: Application, actor: Actor) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Turns and codings, as the exports of each recording have them."""
    turns, codings = [], []
    database, reader = running.context.database, reader_of(running.context, actor)
    async with database.reading() as db:
        query = select(Recording, Meeting).where(Recording.meeting_id == Meeting.id)
        for recording, meeting in (await db.exec(query)).all():
            people = await agreed(db, meeting.group_id, Audience.RESEARCH)
            found = await listing(database, db, meeting, recording, reader, people, ())
            turns.append(pl.read_parquet(io.BytesIO(parquet(found.turns))).select(COLUMNS))
            codings.append(pl.read_parquet(io.BytesIO(codings_parquet(found.turns))))
    return pl.concat(turns), pl.concat(codings)


async def test_it_is_what_the_recordings_are_one_by_one(
    running: Application, cast: Cast, coded: CodedSeries
) -> None:
    coordinator = cast.coordinator.actor
    async with running.context.database.transaction() as db:
        for recording_id in coded.recordings:
            own = (db, coordinator, recording_id, coded.version_id)
            for each in (await comparing.compare(*own)).differences[:5]:
                said = next(one.decision for one in each.said if one.decision)
                where = (each.row.turn.id, each.axis.id)
                await comparing.adjudicate(*own, *where, said.code_ids, "Näin")
    turns, codings = await one_by_one(running, coordinator)
    assert set(codings["coder"]) == {"coder1", "coder2", "decided"}

    files = await exported(cast)

    whole, said = parquet_of(files, "turns"), parquet_of(files, "codings")
    assert whole.schema == turns.schema
    assert whole.sort(pl.all()).equals(turns.sort(pl.all()))
    places = whole.select("group", "ordinal", "start_ms").rows()
    assert places == sorted(places), "by group, meeting and time"
    assert set(said["codebook"]) == {"codebook"}
    assert said.drop("codebook").sort(pl.all()).equals(codings.sort(pl.all()))


@pytest.mark.thorough
async def test_every_table_stands_as_csv_too(cast: Cast, coded: CodedSeries) -> None:
    files = await exported(cast)
    for name in ("turns", "codings"):
        table = parquet_of(files, name)
        table = table.with_columns(pl.col(pl.Boolean).cast(pl.Int8)).cast(pl.String)
        assert csv_of(files, name) == table.fill_null("").to_dicts()


async def test_it_holds_what_the_analysis_rests_on(cast: Cast, coded: CodedSeries) -> None:
    form = {"method": "random", "count": 3, "seed": 7}
    drawn = await cast.coordinator.client.post(
        f"/api/v1/programmes/{cast.programme_id}/samples", json=form
    )
    assert drawn.status_code == 201, drawn.text

    files = await exported(cast)

    sums(files)
    assert files.keys() == {
        *("turns.csv", "turns.parquet", "codings.csv", "codings.parquet", "recordings.csv"),
        *("codebook.csv", "codebook.qdc", "sample.csv", "consents.csv"),
        *("README.txt", "manifest.json", "SHA256SUMS"),
    }
    manifest = manifest_holds(files)
    assert (manifest["sampling"]["seed"], manifest["sampling"]["chosen"]) == (7, 3)
    assert [each["name"] for each in manifest["groups"]][:2] == ["Maanantairyhmä", "Ryhmä 1"]
    rows = csv_of(files, "recordings")
    assert len(rows) == 12
    assert sum(int(row["turns"]) for row in rows) == manifest["turns"]["count"]
    chosen = {row["recording_id"] for row in csv_of(files, "sample") if row["chosen"] == "1"}
    assert {row["recording_id"] for row in rows if row["sample"] == "chosen"} == chosen
    (rules,) = manifest["rules"]
    assert all(row["rules"].startswith(rules["version"]) for row in rows)
    readme = files["README.txt"].decode()
    assert "siemen 7" in readme
    for name in (
        *parquet_of(files, "turns").columns,
        *parquet_of(files, "codings").columns,
        *rows[0],
    ):
        assert f"\n  {name}: " in readme


@pytest.mark.parametrize(
    ("who", "status"),
    [
        *(("administrator", 200), ("coordinator", 200), ("researcher", 403)),
        *(("alice", 404), ("bob", 404), ("mallory", 404)),
    ],
)
async def test_who_may_export(who: str, status: int, kept: Kept) -> None:
    client = getattr(kept.cast, who).client
    assert (await client.get(path(kept.cast))).status_code == status


async def test_words_and_memos_are_in_the_teams_alone(both: Kept) -> None:
    ours, theirs = await exported(both.cast), await exported(both.cast, **{"for": "sharing"})
    for files in (ours, theirs):
        said = {row["pseudonym"]: row["words"] for row in csv_of(files, "turns") if row["words"]}
        assert said == {"J1": "tämä on salaista", "F1": "minun sanani"}
        marks = {(row["pseudonym"], row["may_quote"]) for row in csv_of(files, "turns")}
        assert marks == {("J1", "1"), ("F1", "0")}
    assert {row["group"] for row in csv_of(ours, "turns")} == {"Ryhmä 1"}
    assert "J1 vetäytyy tässä" in {row["memo"] for row in csv_of(ours, "codings")}
    key = f"group-{group_key(both.cast.group_id)}"
    assert {row["group"] for row in csv_of(theirs, "turns")} == {key}
    assert {row["memo"] for row in csv_of(theirs, "codings")} == {""}
    assert not any("Ryhmä 1".encode() in content for content in theirs.values())
    assert all(row["pseudonym"] != "J2" for row in csv_of(theirs, "consents"))


@pytest.mark.parametrize(
    ("purpose", "audience"), [(Purpose.SHARING, "sharing"), (Purpose.INDEXING, "research")]
)
async def test_nobody_is_in_it_who_does_not_agree(
    purpose: Purpose, audience: str, both: Kept
) -> None:
    await both.decide(both.cast.bob, purpose, Decision.WITHDRAWN)
    files = await exported(both.cast, **{"for": audience})
    for name in ("turns", "codings"):
        assert {row["pseudonym"] for row in csv_of(files, name)} == {"F1"}
    if audience == "sharing":
        (group,) = manifest_holds(files)["groups"]
        assert {"pseudonym": "J1", "reason": "withdrawn"} in group["left_out"]
        assert "Ryhmä" not in files["README.txt"].decode().split("group-")[0]


@pytest.mark.parametrize("audience", list(Audience))
async def test_register_log_and_manifest_say_the_same(both: Kept, audience: Audience) -> None:
    files = await exported(both.cast, **{"for": audience})
    (group,) = manifest_holds(files)["groups"]
    async with both.context.database.reading() as db:
        ((record, contents),) = await register.of_group(db, both.cast.group_id)
        query = select(AuditEntry).where(col(AuditEntry.deed).in_([Deed.EXPORTED, Deed.READ_CODES]))
        told = [(each.deed, each.object_id) for each in (await db.exec(query)).all()]
    key = group_key(both.cast.programme_id)
    shared = audience == Audience.SHARING
    name = f"emessi-{key}-for-sharing.zip" if shared else f"emessi-Naiset-johtajina-{key}.zip"
    assert (record.file_name, record.audience) == (name, audience)
    pseudonyms = {both.cast.bob.id: "J1", both.cast.alice.id: "F1"}
    assert group["purposes"] == {pseudonyms[each.user_id]: each.purposes for each in contents}
    assert {each.recording_id for each in contents} == {both.recording.id}
    also = ["sharing"] if audience == Audience.SHARING else []
    assert group["purposes"]["J1"] == sorted(
        ["audio", "indexing", "quotation", "transcript", *also]
    )
    assert told == [
        (Deed.READ_CODES, both.recording.id),
        (Deed.EXPORTED, both.cast.group_id),
    ]


@pytest.mark.thorough
async def test_each_group_has_it_in_its_register(
    running: Application, cast: Cast, groups: list[Series]
) -> None:
    files = await exported(cast)
    assert not any("codings" in name or "codebook" in name for name in files)
    async with running.context.database.reading() as db:
        for series in groups:
            ((record, contents),) = await register.of_group(db, series.group)
            assert record.file_name.startswith("emessi-Naiset-johtajina-")
            assert len({each.recording_id for each in contents}) == len(series.meetings)
        assert await register.of_group(db, cast.group_id) == [], "nothing of it is in there"


async def test_whoever_codes_a_recording_gets_no_codes_of_it(
    running: Application, cast: Cast, coded: CodedSeries
) -> None:
    blind = coded.recordings[0]
    async with running.context.database.transaction() as db:
        await reopen(db, blind, cast.coordinator.id)

    files = await exported(cast)

    meetings = {row["recording_id"]: row["meeting"] for row in csv_of(files, "recordings")}
    seen = {row["meeting"] for row in csv_of(files, "codings")}
    assert seen == {meetings[str(each)] for each in coded.recordings} - {meetings[str(blind)]}
    assert manifest_holds(files)["codes"]["withheld_from_coder"] == [str(blind)]
    assert "Koodaat vielä 1 taltiointia" in files["README.txt"].decode()


async def reopen(db: Any, recording_id: UUID, coder_id: UUID) -> None:
    query = select(CodingAssignment).where(
        CodingAssignment.recording_id == recording_id, CodingAssignment.coder_id == coder_id
    )
    (await db.exec(query)).one().state = AssignmentState.OPEN


Meanwhile = Callable[[int], Any]


def interrupted(monkeypatch: pytest.MonkeyPatch, decide: Meanwhile) -> None:
    """Somebody decides after each time that everything was read, before it is entered."""
    whole, times = bundle.of_programme, iter(range(100))

    async def then_decided(*args: Any) -> Any:
        found = await whole(*args)
        await decide(next(times))
        return found

    monkeypatch.setattr(bundle, "of_programme", then_decided)


async def test_who_withdraws_while_it_is_put_together_is_not_in_it(
    running: Application, cast: Cast, groups: list[Series], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def once(time: int) -> None:
        if time == 0:
            async with running.context.database.transaction() as db:
                await decides(db, groups[0], "J1", Purpose.INDEXING, Decision.WITHDRAWN)

    interrupted(monkeypatch, once)
    turns = parquet_of(await exported(cast), "turns")
    people = set(turns.select("group_id", "pseudonym").rows())
    assert (str(groups[1].group), "J1") in people
    assert (str(groups[0].group), "J1") not in people
    async with running.context.database.reading() as db:
        ((_, contents),) = await register.of_group(db, groups[0].group)
    assert groups[0].users["J1"] not in {each.user_id for each in contents}


@pytest.mark.thorough
async def test_while_people_go_on_deciding_nothing_goes_out(
    running: Application, cast: Cast, groups: list[Series], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def always(time: int) -> None:
        decision = Decision.WITHDRAWN if time % 2 == 0 else Decision.GRANTED
        async with running.context.database.transaction() as db:
            await decides(db, groups[0], "J1", Purpose.QUOTATION, decision)

    interrupted(monkeypatch, always)
    answer = await cast.coordinator.client.get(path(cast))
    assert problem_of(answer) == (409, "export_overtaken")
    async with running.context.database.reading() as db:
        assert await register.of_group(db, groups[0].group) == []


async def test_without_an_index_there_is_nothing_to_export(cast: Cast) -> None:
    answer = await cast.coordinator.client.get(path(cast))
    assert problem_of(answer) == (409, "nothing_to_export")
