"""Answers leave with a group's export only when asked for, and only of those who may be studied."""

import csv
import io

import pytest
from sqlmodel import select

from app.consent.models import Purpose
from app.kit.audit import AuditEntry, Deed
from tests.app.erasures.test_attesting import withdraw
from tests.app.exports.test_endpoints import Files, export, sums
from tests.fixtures.answered import Rows, bring, text_of
from tests.fixtures.kept import Kept

ROWS: Rows = [
    ["Tunnus", "Muutos", "Mielipide", "Avoin"],
    ["J1", "-1,5", "4 = samaa mieltä", "=J2 auttoi"],
    ["J2", "2", "1 = eri mieltä", "ei"],
]


@pytest.fixture
async def answered(kept: Kept) -> Kept:
    """Bob (J1) agrees to be studied, Carol (J2) does not."""
    made = await bring(kept.cast.researcher, kept.cast.programme_id, text_of(ROWS))
    assert made.status_code == 201, made.text
    return kept


async def asked(kept: Kept) -> Files:
    return await export(kept, f"/api/v1/groups/{kept.cast.group_id}/export?answers=true")


def rows(files: Files) -> list[dict[str, str]]:
    text = files["answers.csv"].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


async def test_unasked_they_stay_at_home(answered: Kept) -> None:
    files = await export(answered, f"/api/v1/groups/{answered.cast.group_id}/export")
    assert not any("answers" in name for name in files)
    assert not any(b"auttoi" in content for content in files.values())


async def test_asked_for_they_go_under_pseudonyms_with_what_they_mean(answered: Kept) -> None:
    files = await asked(answered)
    sums(files)
    own = [(r["question"], r["kind"], r["answer"], r["number"]) for r in rows(files)]
    assert own == [
        ("Muutos", "decimal", "-1,5", "-1,5"),
        ("Mielipide", "scale", "4 = samaa mieltä", "4"),
        ("Avoin", "text", "'=J2 auttoi", ""),
    ]
    assert {(r["survey"], r["moment"], r["pseudonym"]) for r in rows(files)} == {
        ("Alkukysely", "before", "J1")
    }
    readme = files["answers-README.txt"].decode()
    assert "  Mielipide [asteikko, n = 1]: 4 = samaa mieltä\n" in readme
    assert "  pseudonym: vastaajan pseudonyymi ryhmässä\n" in readme
    assert "auttoi" not in readme
    async with answered.context.database.reading() as db:
        query = select(AuditEntry).where(AuditEntry.deed == Deed.EXPORTED)
        (entry,) = (await db.exec(query)).all()
    assert entry.details == {"with_answers": 1}


async def test_whoever_withdraws_is_in_it_no_longer(answered: Kept) -> None:
    await withdraw(answered, answered.cast.bob, Purpose.INDEXING)
    assert rows(await asked(answered)) == []


async def test_a_group_is_given_nobody_elses(answered: Kept) -> None:
    path = f"/api/v1/groups/{answered.cast.group_id}/export?answers=true"
    assert (await answered.cast.researcher.client.get(path)).status_code == 403
