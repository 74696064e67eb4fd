"""Machine against people over a programme: the sums of its recordings, and intervals by these."""

import csv
import io
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlmodel import col, select

from app.agreement import boundaries
from app.agreement.boundaries import Lane, Sums, agreement
from app.consent.models import Decision, Purpose
from app.kit.audit import AuditEntry, Deed
from app.kit.intervals import Interval
from app.meetings.naming import group_key
from app.recordings.models import Recording
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.judged import judge
from tests.fixtures.registered import holdings
from tests.fixtures.series import Series, decides

LENGTH_MS = 60_000


def path(cast: Cast, ending: str = "") -> str:
    return f"/api/v1/programmes/{cast.programme_id}/boundaries{ending}"


async def pooled(cast: Cast) -> dict[str, Any]:
    answer = await cast.researcher.client.get(path(cast))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
async def judged(running: Application, cast: Cast, series: Series) -> list[UUID]:
    """All six recordings of the series, each corrected more than the one before."""
    async with running.context.database.transaction() as db:
        query = select(Recording.id).where(col(Recording.meeting_id).in_(series.meetings))
        ids = list((await db.exec(query.order_by(col(Recording.started_at)))).all())
        for place, id_ in enumerate(ids):
            await judge(db, id_, cast.researcher.id, 0.95 - 0.1 * place)
    return ids


async def test_it_is_the_sum_of_the_recordings(cast: Cast, judged: list[UUID]) -> None:
    singles = []
    for id_ in judged:
        answer = await cast.researcher.client.get(f"/api/v1/recordings/{id_}/boundaries")
        singles.append(answer.json()["rows"][0])

    whole = await pooled(cast)

    assert whole["recordings"] == len(judged) == 6
    counts = ("matched", "one_boundaries", "other_boundaries", "one_turns", "other_turns")
    for name in (*counts, "unjudged"):
        assert whole[name] == sum(each[name] for each in singles), name
    edges = whole["one_boundaries"] + whole["other_boundaries"]
    assert whole["f1"] == pytest.approx(2 * whole["matched"] / edges)
    for name in ("binary_alpha", "f1"):
        lowest, highest = (fold(each[name] for each in singles) for fold in (min, max))
        low, high = whole[f"{name}_low"], whole[f"{name}_high"]
        assert lowest < low < whole[name] < high < highest, name
    assert whole["rules"] == singles[0]["rules"]


@pytest.mark.thorough
async def test_below_five_recordings_there_is_no_interval(
    running: Application, cast: Cast, series: Series
) -> None:
    async with running.context.database.transaction() as db:
        query = select(Recording.id).where(col(Recording.meeting_id).in_(series.meetings))
        for id_ in (await db.exec(query)).all()[:4]:
            await judge(db, id_, cast.researcher.id, 0.8)
    whole = await pooled(cast)
    assert whole["recordings"] == 4
    assert 0 < whole["binary_alpha"] < 1
    assert [whole[f"{name}_low"] for name in ("binary_alpha", "f1")] == [None, None]


async def test_who_withdrew_is_not_in_it(
    running: Application, cast: Cast, series: Series, judged: list[UUID]
) -> None:
    before = await pooled(cast)
    async with running.context.database.transaction() as db:
        await decides(db, series, "F1", Purpose.INDEXING, Decision.WITHDRAWN)
    after = await pooled(cast)
    assert after["one_turns"] < before["one_turns"]
    out = await cast.researcher.client.get(path(cast, ".csv"))
    assert out.status_code == 200
    ((name, _, held),) = await holdings(running.context, series.group)
    assert name == f"boundaries-pooled-{group_key(series.group)}.csv"
    assert series.users["F1"] not in {user for _, user, _ in held}
    assert {recording for recording, _, _ in held} == set(judged)


async def test_the_table_is_the_answer_and_who_looked_is_told(
    running: Application, cast: Cast, judged: list[UUID]
) -> None:
    whole = await pooled(cast)
    text = (await cast.researcher.client.get(path(cast, ".csv"))).text
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert row.keys() == whole.keys()
    assert float(row["f1_low"]) == pytest.approx(whole["f1_low"], abs=1e-6)
    async with running.context.database.reading() as db:
        query = select(AuditEntry).where(AuditEntry.object_kind == "agreement")
        told = [(each.deed, each.object_id) for each in (await db.exec(query)).all()]
    assert told == [
        (Deed.READ_FIGURES, cast.programme_id),
        (Deed.DOWNLOADED, cast.programme_id),
    ]


@pytest.mark.parametrize(("who", "status"), [("coordinator", 200), ("bob", 404), ("mallory", 404)])
async def test_who_may_see_it(who: str, status: int, cast: Cast, judged: list[UUID]) -> None:
    client = getattr(cast, who).client
    for ending in ("", ".csv"):
        assert (await client.get(path(cast, ending))).status_code == status


async def test_before_anything_is_accepted_there_is_nothing(cast: Cast, series: Series) -> None:
    answer = await cast.researcher.client.get(path(cast))
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("no_turns_accepted")


def cut(*spans: tuple[int, int]) -> list[Interval]:
    return [Interval(*span) for span in spans]


def test_of_one_recording_it_is_what_is_said_of_that() -> None:
    lanes = {
        "J1": Lane(cut((0, 4_000), (9_000, 12_000)), cut((0, 4_500), (9_000, 12_000))),
        "J2": Lane(cut((5_000, 6_000)), cut((5_000, 6_000), (20_000, 21_000))),
    }
    _, whole = agreement(LENGTH_MS, lanes)
    found = boundaries.pooled([boundaries.sums(LENGTH_MS, lanes)])
    assert found.alpha.value == pytest.approx(whole.alpha)
    assert (found.f1.value, found.matched) == (whole.f1, whole.matched)
    assert (found.boundaries, found.turns) == (whole.boundaries, whole.turns)
    assert np.isnan(found.alpha.low)


def test_of_recordings_one_after_another_it_is_one_long_one() -> None:
    """The continua of all speakers of all recordings stand one after another."""
    first = {"a": Lane(cut((0, 4_000)), cut((0, 5_000)))}
    second = {"b": Lane(cut((1_000, 9_000)), cut((2_000, 9_000), (30_000, 31_000)))}
    _, whole = agreement(LENGTH_MS, first | second)
    apart: list[Sums] = [boundaries.sums(LENGTH_MS, each) for each in (first, second)]
    found = boundaries.pooled(apart)
    assert found.alpha.value == pytest.approx(whole.alpha)
    assert found.f1.value == pytest.approx(whole.f1)
