"""The pages of coding, looked at: a queue, a coder's work, what differs, and what changed since."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from playwright.async_api import Page, expect
from sqlmodel import col, select

from app.accounts.actor import Actor
from app.accounts.models import User
from app.blinding.models import AssignmentState, CodingAssignment
from app.codebooks import service as codebooks
from app.codebooks.document import Axis
from app.coding import following, seeing
from app.coding.models import Coding
from app.kit.db import now
from app.programmes.models import ProgrammeRole, ProgrammeStaff
from app.turns.models import Turn, TurnIndex
from tests.browser.conftest import Site
from tests.browser.test_coding import ToCode, to_code
from tests.browser.test_pages import WIDTHS, check, listen, take
from tests.browser.test_workbench import colleague

pytestmark = [pytest.mark.browser, pytest.mark.thorough, pytest.mark.timeout(600)]

CODES = 4
"""Of each axis, in turn; the second coder takes the next one for every twentieth turn."""


async def look(
    page: Page, site: Site, path: str, name: str, wait: str = "main h1", *, whole: bool = True
) -> None:
    """At both widths."""
    for width, (wide, high) in WIDTHS.items():
        await page.set_viewport_size({"width": wide, "height": high})
        answer = await page.goto(site.url + path)
        assert answer is not None
        assert answer.ok, path
        await expect(page.locator(wait).first).to_be_visible()
        await check(page)
        await take(page, f"{name}-{width}", whole=whole)
        across = await page.evaluate("document.documentElement.scrollWidth")
        assert across <= wide, (path, across)


async def finish(site: Site, work: ToCode, place: int) -> None:
    """As if that coder had coded everything a minute ago."""
    async with site.context.database.transaction() as db:
        assignment = await db.get_one(CodingAssignment, work.coders[place][1])
        version = await codebooks.version(
            db, Actor(site.played.administrator.id, True, "fi"), work.version
        )
        newest = select(TurnIndex.id).where(TurnIndex.version == "test 60").scalar_subquery()
        turns = select(Turn).where(Turn.index_id == newest).order_by(col(Turn.start_ms))
        for number, turn in enumerate((await db.exec(turns)).all()):
            shift = place if number % 20 == 0 else 0
            for axis in codebooks.said(version).axes[:2]:
                db.add(_said(assignment.id, turn.id, axis, number // 7 + shift))
        moment = now() - timedelta(minutes=1)
        assignment.state, assignment.finished_at = AssignmentState.DONE, moment


def _said(assignment: UUID, turn: UUID, axis: Axis, number: int) -> Coding:
    codes = [code for code in axis.codes if code.is_codable][:CODES]
    at = now() - timedelta(minutes=5)
    own = {"assignment_id": assignment, "turn_id": turn, "axis_id": axis.id, "decided_at": at}
    return Coding(code_id=codes[number % CODES].id, **own)


async def seen_by_another(site: Site, work: ToCode) -> None:
    another = User(name="Liisa Lukija")
    async with site.context.database.transaction() as db:
        db.add(another)
        await db.flush()
        role = ProgrammeRole.RESEARCHER
        programme = site.played.programme
        db.add(ProgrammeStaff(programme_id=programme, user_id=another.id, role=role))
        await db.flush()
        own = (db, Actor(another.id, False, "fi"), [work.recording])
        await seeing.told(site.context.database, *own)


async def test_the_pages_of_coding_are_fit_to_be_looked_at(site: Site) -> None:
    work = await to_code(site)
    (one, first), (two, second) = work.coders
    queue = f"/programmes/{site.played.programme}/coding"
    async with site.visitor(one) as context, site.visitor(two) as other:
        page, page_of_two = await context.new_page(), await other.new_page()
        faults = listen(page)
        await look(page, site, f"/coding/{first}", "coding_work", ".coder h2", whole=False)
        await look(page_of_two, site, f"/groups/{site.played.group}", "group_coder")
        await expect(page_of_two.locator("main")).to_contain_text("Jäsenillä on peitenimet")
        for place in (0, 1):
            await finish(site, work, place)
        differences = f"/recordings/{work.recording}/codings/{work.version}"
        await look(page, site, differences, "adjudication", ".difference")
        await seen_by_another(site, work)
        bench = f"/recordings/{work.recording}/workbench"
        await look(page, site, bench, "workbench_finished", ".bench-field:focus")
        async with colleague(site) as other_bench:
            turn = (await other_bench.turns())[3]
            halves = {"at_ms": turn["start_ms"] + 100, "given": [str(uuid4()), str(uuid4())]}
            await other_bench.do(name="split", turn=turn["id"], **halves)
        await following.follow(site.context.database, {})
        await look(page, site, queue, "coding")
        await look(page_of_two, site, f"/coding/{second}", "coding_again", ".coder h2", whole=False)
        assert faults == []
