"""Files of figures stand in the register: who is counted in them, by what consents."""

import hashlib
from uuid import UUID

import pytest
from sqlmodel import col, select

from app.consent.models import Decision, Purpose
from app.erasures import copies
from app.meetings.naming import group_key
from app.recordings.models import Recording
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.coded_series import CodedSeries
from tests.fixtures.registered import registered
from tests.fixtures.remembered import coded_series, two_series
from tests.fixtures.series import COUNT, Series, decides

STUDIED = ("F1", "J1", "J2", "J3", "J4")
MEETINGS = 2
"""Of each group that are coded."""


@pytest.fixture
async def groups(running: Application, cast: Cast) -> list[Series]:
    return await two_series(running, cast)


@pytest.fixture
async def coded(running: Application, cast: Cast, groups: list[Series]) -> CodedSeries:
    return await coded_series(running, cast, groups, most=MEETINGS)


async def recordings(running: Application, series: Series, count: int) -> set[UUID]:
    query = select(Recording.id).where(col(Recording.meeting_id).in_(series.meetings[:count]))
    async with running.context.database.reading() as db:
        return set((await db.exec(query)).all())


@pytest.mark.parametrize("file", ["people.csv", "timeline.svg"])
async def test_a_meetings_figures_are_of_everybody_who_is_counted(
    file: str, running: Application, cast: Cast, groups: list[Series]
) -> None:
    """J3 said nothing in the fifth meeting, and stands in its table with nothing."""
    series = groups[0]
    meeting = series.meetings[4]
    answer = await cast.researcher.client.get(f"/api/v1/meetings/{meeting}/analysis/{file}")
    assert answer.headers["cache-control"] == "no-store"

    ((record, contents),) = await registered(running.context, series.group)
    assert record.file_name == file.replace(".", f"-5-{group_key(series.group)}.")
    assert (record.meeting_id, record.exported_by) == (meeting, cast.researcher.id)
    assert record.manifest_sha256 == hashlib.sha256(answer.content).hexdigest()
    held = {each.user_id: each.purposes for each in contents}
    assert held == {series.users[name]: ["audio", "indexing"] for name in STUDIED}
    assert await registered(running.context, groups[1].group) == []


async def test_a_programmes_table_stands_in_the_register_of_each_group(
    running: Application, cast: Cast, groups: list[Series]
) -> None:
    path = f"/api/v1/programmes/{cast.programme_id}/analysis/by_order.csv"
    assert (await cast.researcher.client.get(path)).is_success
    for series in groups:
        ((record, contents),) = await registered(running.context, series.group)
        assert (record.file_name, record.meeting_id) == ("programme-by_order.csv", None)
        held = {each.recording_id for each in contents}
        assert held == await recordings(running, series, COUNT)
        assert {each.user_id for each in contents} == {series.users[name] for name in STUDIED}


@pytest.mark.parametrize(
    "file", ["agreement/coefficients.csv", "content/frequencies.csv", "content/river.svg"]
)
async def test_so_do_those_of_what_was_coded(
    file: str, running: Application, cast: Cast, groups: list[Series], coded: CodedSeries
) -> None:
    path = f"/api/v1/codebook-versions/{coded.version_id}/{file}"
    assert (await cast.researcher.client.get(path)).is_success
    for series in groups:
        ((record, contents),) = await registered(running.context, series.group)
        assert record.file_name == file.replace("/", "-")
        assert {e.recording_id for e in contents} == await recordings(running, series, MEETINGS)
        assert {each.user_id for each in contents} <= {series.users[name] for name in STUDIED}
        assert {tuple(each.purposes) for each in contents} == {("audio", "indexing")}


async def test_a_withdrawal_names_the_tables_that_had_gone_out(
    running: Application, cast: Cast, groups: list[Series]
) -> None:
    series = groups[0]
    path = f"/api/v1/groups/{series.group}/analysis/"
    assert (await cast.researcher.client.get(path + "spread.csv")).is_success
    async with running.context.database.transaction() as db:
        await decides(db, series, "J1", Purpose.INDEXING, Decision.WITHDRAWN)
    assert (await cast.researcher.client.get(path + "people.csv")).is_success

    async with running.context.database.reading() as db:
        found = await copies.of_withdrawn(db, series.group)
    (copy,) = found[series.users["J1"]].exports
    name = f"group-spread-{group_key(series.group)}.csv"
    assert (copy.record.file_name, set(found)) == (name, {series.users["J1"]})


async def test_what_is_looked_at_or_refused_is_not_in_it(
    running: Application, cast: Cast, groups: list[Series]
) -> None:
    path = f"/api/v1/groups/{groups[0].group}/analysis"
    assert (await cast.researcher.client.get(path)).is_success
    assert (await cast.alice.client.get(path + "/spread.csv")).status_code == 404
    assert await registered(running.context, groups[0].group) == []
