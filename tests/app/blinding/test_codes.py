"""Whatever tells others' codes is in the audit log as reading them, and tells no coder.

Codes are changed in the database, and every address is asked before and after: an answer that
differs tells codes, in whatever form. So an endpoint that is added is found by this test.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from itertools import count, product
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlmodel import col, select, update

from app import analysis
from app.coding.models import Coding
from app.kit.audit import AuditEntry, Deed
from app.programmes.models import ProgrammeRole, ProgrammeStaff
from app.web import pages
from app.web.visit import PageRoute
from tests.app.blinding.test_service import _every
from tests.app.coding.test_mapping import edit, mappings, redefine
from tests.app.coding.test_reopening import both
from tests.app.web.conftest import Browser
from tests.app.web.conftest import browser as browser
from tests.fixtures.answered import bring, text_of
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast, Person
from tests.fixtures.coded import API, Coded, coded
from tests.fixtures.kept import keep

VOLATILE = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\d:.]*(Z|\+00:00)?"  # moments
    r"|\b[0-9a-f]{64}\b"  # sums
    r'|"bytes": \d+'  # of an archive that holds moments, packed
    r'|"fresh": .*'  # ids for codes to come, in the codebook's page
    r"|\d{1,2}\.\d{1,2}\.\d{4} klo \d\d\.\d\d"
)
NEVER_THE_SAME = re.compile(r"/(audit|exports|my-data|me/data|analysis)\b")
"""Lists of what was done: each look adds to them. Of one's own data `app/coding/test_seeing.py`
tells. Group dynamics, most of all addresses: they know no codes."""
OF_OTHER_THINGS = {
    *("token", "version", "erasure_id", "user_id", "line_id", "sample_id", "file_id"),
}
"""What codes can't be behind. Whoever adds another says here whether they can."""


@pytest.fixture
async def work(running: Application, cast: Cast) -> Coded:
    return await coded(await keep(running, cast))


def addresses(running: Application, known: dict[str, str]) -> Iterator[str]:
    """Of every GET, of the API and of pages."""
    schema = running.app.openapi()
    for path, methods in schema["paths"].items():
        asked = [p for p in methods.get("get", {}).get("parameters", []) if p["in"] == "path"]
        if "get" in methods:
            literal = {each["name"]: _offered(schema, each["schema"]) for each in asked}
            literal = {name: offered for name, offered in literal.items() if offered}
            yield from _filled(path, known, literal)
    for route in (route for part in pages.PARTS for route in part.router.routes):
        if isinstance(route, PageRoute) and "GET" in route.methods:
            yield from _filled(route.path, known, {})


def _offered(schema: dict[str, Any], of: dict[str, Any]) -> list[str]:
    """What a part of an address may be, where that is a few words."""
    if "anyOf" in of:
        return [word for each in of["anyOf"] for word in _offered(schema, each)]
    return _every(schema, of) if {"$ref", "enum", "const"} & of.keys() else []


def _filled(path: str, known: dict[str, str], literal: dict[str, list[str]]) -> Iterator[str]:
    names = re.findall(r"{(\w+)}", path)
    if not all(name in known or name in literal for name in names):
        strange = {*names} - known.keys() - literal.keys() - OF_OTHER_THINGS
        assert not strange, f"{path}: may codes be behind {strange}?"
        return
    values = [literal.get(name) or [known[name]] for name in names]
    for chosen in product(*values):
        yield path.format(**dict(zip(names, chosen, strict=True)))


def said(content: bytes) -> str:
    """What an answer says; of an archive, what its files say."""
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "".join(said(archive.read(name)) for name in sorted(archive.namelist()))
    encoding = "utf-16" if content[:2] == b"\xff\xfe" else "latin-1"
    return VOLATILE.sub("", content.decode(encoding))


class Walk:
    def __init__(self, person: Person, pages: httpx.AsyncClient, asked: list[str]) -> None:
        self.person, self.pages, self.asked = person, pages, asked

    async def get(self, address: str) -> httpx.Response:
        client = self.person.client if address.startswith(API) else self.pages
        answer = await client.get(address)
        assert answer.status_code < 500, address
        return answer

    async def hear(self) -> dict[str, str]:
        answers = [(each, await self.get(each)) for each in self.asked]
        return {each: said(answer.content) for each, answer in answers if answer.is_success}


async def recode(work: Coded, one: str, other: str) -> None:
    """What had the theme `one` has `other`."""
    async with work.kept.context.database.transaction() as db:
        theme, before = work.code("theme", one)
        its = Coding.code_id == before, Coding.axis_id == theme
        await db.exec(update(Coding).where(*its).values(code_id=work.code("theme", other)[1]))


def test_group_dynamics_know_no_codes() -> None:
    web = Path(pages.__file__).parent
    sources = [*Path(analysis.__file__).parent.glob("*.py"), *web.glob("*analysis.py")]
    assert len(sources) > 10
    assert [each.name for each in sources if "app.coding" in each.read_text()] == []


numbers = count(1)


async def colleague(running: Application, work: Coded) -> Person:
    """A coordinator who has looked at nothing yet."""
    user = await running.user(f"Kolmas{next(numbers)}")
    async with running.context.database.transaction() as db:
        programme, role = work.kept.cast.programme_id, ProgrammeRole.COORDINATOR
        db.add(ProgrammeStaff(programme_id=programme, user_id=user.id, role=role))
    return Person(user, await running.client(user))


async def have_read(running: Application, recording_id: UUID) -> set[UUID | None]:
    query = select(AuditEntry.actor_id).where(
        AuditEntry.deed == Deed.READ_CODES, col(AuditEntry.object_id) == recording_id
    )
    async with running.context.database.reading() as db:
        return set((await db.exec(query)).all())


async def surveyed(work: Coded) -> str:
    """Bob answered a question, beside which his codes may be laid."""
    cast = work.kept.cast
    rows = [["Ryhmä", "Tunnus", "Jaksan"], ["Ryhmä 1", "J1", 3]]
    made = await bring(cast.researcher, cast.programme_id, text_of(rows))
    assert made.status_code == 201, made.text
    column = made.json()["questions"][0]["id"]
    version = work.version.id
    return f"?column={column}&measure=theme/values&version_id={version}&version={version}"


async def assigned(work: Coded, coder: Person) -> UUID:
    """With the newest version, so that all who code with the older one are done."""
    (offer,) = (await work.second.client.get(mappings(work))).json()
    form = {
        "recording_ids": [str(work.kept.recording.id)],
        "coder_id": str(coder.id),
        "version_id": offer["to_version_id"],
    }
    client = work.kept.cast.administrator.client
    made = await client.post(f"{API}/coding-assignments", json=form)
    assert made.status_code == 201, made.text
    return UUID(made.json()[0]["id"])


async def everything(running: Application, work: Coded, assignment: UUID) -> list[str]:
    kept, cast, query = work.kept, work.kept.cast, await surveyed(work)
    known = {
        "recording_id": kept.recording.id,
        "meeting_id": kept.meeting.id,
        "group_id": cast.group_id,
        "programme_id": cast.programme_id,
        "codebook_id": work.version.codebook_id,
        "version_id": work.version.id,
        "assignment_id": assignment,
    }
    asked = addresses(running, {name: str(id_) for name, id_ in known.items()})
    linked = (f"{each}{query}" if "/linkage" in each else each for each in asked)
    return [each for each in linked if not NEVER_THE_SAME.search(each)]


TELLING = {
    *(f"{table}.csv" for table in ("frequencies", "together", "follows")),
    *("coefficients.csv", "confusions.csv", "differences", "mappings", "linkage", "people.csv"),
    *("agreement", "content", "xlsx", "qdpx", "project.qdpx", "eaf", "export"),
}


@pytest.mark.timeout(400)  # two hundred answers, on a machine that others use
async def test_what_tells_codes_is_told_of_and_tells_no_coder(
    work: Coded, browser: Browser, running: Application
) -> None:
    coder, spy = await colleague(running, work), await colleague(running, work)
    await both(work)
    await edit(work, redefine)
    asked = await everything(running, work, await assigned(work, coder))
    assert len(asked) > 60

    async def telling_to(person: Person, asked: Iterable[str]) -> set[str]:
        walk = Walk(person, await browser(person), sorted(asked))
        before = await walk.hear()
        await recode(work, "values", "community")
        after = await walk.hear()
        await recode(work, "community", "values")
        return {each for each in before if after.get(each) != before[each]}

    telling = await telling_to(spy, asked)
    assert await telling_to(coder, telling) == set()
    assert {re.sub(r".*/", "", each.partition("?")[0]) for each in telling} >= TELLING
    for address in telling:
        reader = await colleague(running, work)
        await Walk(reader, await browser(reader), []).get(address)
        assert reader.id in await have_read(running, work.kept.recording.id), address
