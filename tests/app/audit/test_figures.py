"""Whoever looks at figures that tell of people is in the log, with what and as what."""

import pytest
from sqlmodel import col, select

from app.kit.audit import AuditEntry
from tests.app.analysis.test_endpoints import paths
from tests.app.web.conftest import Browser
from tests.app.web.conftest import browser as browser
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.coded import coded
from tests.fixtures.kept import Kept
from tests.fixtures.remembered import one_series


async def log(running: Application) -> list[AuditEntry]:
    async with running.context.database.reading() as db:
        query = select(AuditEntry).order_by(col(AuditEntry.at), col(AuditEntry.id))
        return list((await db.exec(query)).all())


async def test_group_dynamics_are_told_as_read_and_as_downloaded(
    running: Application, cast: Cast
) -> None:
    series = await one_series(running, cast)
    before = len(await log(running))
    for path in paths(series):
        assert (await cast.researcher.client.get(path)).status_code == 200, path
        assert (await cast.mallory.client.get(path)).status_code == 404, path
    assert (await cast.researcher.client.get("/api/v1/meetings/x/analysis")).status_code == 422

    found = (await log(running))[before:]

    # Of the meeting, then of the group: its figures, and a table and a picture as one use.
    assert [(row.deed, row.object_kind, row.object_id) for row in found] == [
        ("read_figures", "analysis", series.meetings[0]),
        ("downloaded", "analysis", series.meetings[0]),
        ("read_figures", "analysis", series.group),
        ("downloaded", "analysis", series.group),
    ]
    assert {(row.actor_id, row.actor_role) for row in found} == {(cast.researcher.id, "researcher")}
    assert [row.meeting_id for row in found] == [*[series.meetings[0]] * 2, None, None]


async def test_the_quality_log_and_what_was_coded_are_told_too(
    running: Application, kept: Kept
) -> None:
    work = await coded(kept)
    client, before = kept.cast.researcher.client, len(await log(running))
    version = f"/api/v1/codebook-versions/{work.version.id}"
    asked = [
        f"/api/v1/meetings/{kept.meeting.id}/quality",
        f"/api/v1/meetings/{kept.meeting.id}/quality.csv",
        f"{version}/agreement",
        f"{version}/content/frequencies.csv",
    ]
    for path in asked:
        assert (await client.get(path)).status_code == 200, path

    assert [(row.deed, row.object_kind) for row in (await log(running))[before:]] == [
        ("read_figures", "quality"),
        ("downloaded", "quality"),
        ("read_figures", "agreement"),
        ("downloaded", "content"),
    ]


@pytest.mark.parametrize("page", ["meetings/{meeting}", "groups/{group}"])
async def test_a_page_of_figures_is_told_of_and_found_by_who_is_in_it(
    browser: Browser, running: Application, kept: Kept, page: str
) -> None:
    path = page.format(meeting=kept.meeting.id, group=kept.cast.group_id)
    visitor = await browser(kept.cast.researcher)
    assert (await visitor.get(f"/{path}/analysis")).status_code == 200

    (row,) = await log(running)
    assert (row.deed, row.object_kind) == ("read_figures", "analysis")
    bobs = (await (await browser(kept.cast.bob, "en")).get("/my-data")).text
    assert "Read figures</b>: group dynamics" in bobs


async def test_who_read_what_somebody_said_is_found_by_that_person(
    browser: Browser, kept: Kept
) -> None:
    assert (await kept.cast.researcher.client.get(f"{kept.path}/transcript")).status_code == 200

    assert "Read a transcript" in (await (await browser(kept.cast.bob, "en")).get("/my-data")).text
