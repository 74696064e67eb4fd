"""The same columns from PostgreSQL, whose ids have dashes: turns, codings and what was decided."""

import asyncio
from pathlib import Path

import pytest

from app.agreement import material
from app.agreement import service as agreement
from app.coding.models import Adjudication
from app.content import service as content
from app.content.service import Scope
from app.kit import migrate
from tests.app.turns.test_columns import told
from tests.fixtures.application import application, settings_at
from tests.fixtures.cast import assemble
from tests.fixtures.coded_series import code_series
from tests.fixtures.postgres import Server
from tests.fixtures.series import play_series


@pytest.mark.postgres
async def test_a_series_is_studied_alike(postgres_server: Server, tmp_path: Path) -> None:
    settings = settings_at(tmp_path, postgres_server.new_database())
    await asyncio.to_thread(migrate.upgrade, settings)
    async with application(settings) as running:
        cast = await assemble(running)
        coders = [cast.researcher.actor, cast.coordinator.actor]
        async with running.context.database.transaction() as db:
            series = await play_series(running.context, db, cast.programme_id)
            own = (cast.programme_id, [series], coders)
            coded = await code_series(db, cast.coordinator.actor, *own, most=2)

        at_once, apart = await told(running)
        assert at_once == apart
        async with running.context.database.transaction() as db:
            asked = (running.context.database, db, cast.coordinator.actor, coded.version_id)
            report = agreement.report(await material.of_version(*asked, least=2))
            assert len(report.moments) > 300
            assert report.decided.all()
            axis, moment = report.axes[0], report.moments[0]
            db.add(
                Adjudication(
                    version_id=coded.version_id,
                    turn_id=moment.turn_id,
                    axis_id=axis.axis.id,
                    decided_by=cast.coordinator.id,
                )
            )
            await db.flush()
            one, _ = await content.of_axes(*asked, Scope(), axis.axis.label)
        assert len(one.coded.leading) == len(report.moments)
        assert (~one.coded.is_coded).sum() == 1  # the turn of which it was decided that none fits
