"""Whoever codes a recording is told nobody's name in its group, wherever they look, until done."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import httpx
import pytest

from app.blinding.models import AssignmentState, CodingAssignment
from app.kit.db import now
from app.meetings.models import Meeting
from app.recordings.models import FileKind, Recording, RecordingState
from tests.app.turns.test_edits import Desk, new
from tests.app.web.conftest import Browser
from tests.app.web.conftest import browser as browser
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast, Person
from tests.fixtures.coded import API, Coded, coded
from tests.fixtures.kept import keep
from tests.fixtures.observed import observe

PLACED = ("recording_id", "meeting_id")
PAGES = (
    "/recordings/{recording_id}",
    "/recordings/{recording_id}/workbench",
    "/recordings/{recording_id}/history",
    "/recordings/{recording_id}/codings/{version_id}",
    "/meetings/{meeting_id}",
    "/meetings/{meeting_id}/analysis",
)
NAMES = re.compile(r"\b(Alice|Bob|Carol|Olga)\b")


@pytest.fixture
async def work(running: Application, cast: Cast) -> Coded:
    return await coded(await keep(running, cast))


def addresses(schema: dict[str, Any], known: dict[str, list[str]]) -> Iterator[str]:
    """Every GET of the API about a recording or its meeting, with every value that a part of it
    may have."""
    for path, methods in schema["paths"].items():
        asked = [p for p in methods.get("get", {}).get("parameters", []) if p["in"] == "path"]
        if not any(each["name"] in PLACED for each in asked):
            continue
        values = [known.get(each["name"]) or _every(schema, each["schema"]) for each in asked]
        for chosen in product(*values):
            named = dict(zip((each["name"] for each in asked), chosen, strict=True))
            yield path.format(**named)


def _every(schema: dict[str, Any], of: dict[str, Any]) -> list[str]:
    if "$ref" in of:
        of = schema["components"]["schemas"][of["$ref"].rpartition("/")[2]]
    found: list[str] = of.get("enum") or [of["const"]]
    return found


def texts(answer: httpx.Response) -> Iterator[str]:
    """What an answer says; of an archive, what its files say."""
    if answer.content[:2] != b"PK":
        yield answer.content.decode("utf-16" if answer.content[:2] == b"\xff\xfe" else "latin-1")
        return
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        for name in archive.namelist():
            yield f"{name} {archive.read(name).decode('latin-1')}"


async def told_of(work: Coded) -> None:
    """Words of bob's, an edit and a step back, and a file with names in it."""
    kept, desk, edit = work.kept, Desk(work.kept), new()
    await observe(kept)
    line = {"user_id": str(kept.cast.bob.id), "start_ms": 0, "end_ms": 900, "text": "no niin"}
    written = await kept.cast.researcher.client.post(f"{kept.path}/transcript", json=line)
    assert written.status_code == 201, written.text
    turn = work.turns[6]
    times = {"start_ms": turn.start_ms + 20, "end_ms": turn.end_ms}
    await desk.send(edit, name="move", turn=str(turn.id), given=new(), **times)
    await desk.do(name="undo", edit=edit, given=[new()])
    async with kept.context.database.transaction() as db:
        await kept._file(db, FileKind.COMPOSITE, None, "shared", await kept.tapes())


async def elsewhere(work: Coded, coder: Person) -> CodingAssignment:
    """To code another recording of the group."""
    meeting = Meeting(group_id=work.kept.meeting.group_id, ordinal=9, starts_at=now())
    own = {"node_name": "node", "started_at": now(), "state": RecordingState.READY}
    recording = Recording(meeting_id=meeting.id, **own)
    mine = CodingAssignment(
        recording_id=recording.id,
        coder_id=coder.id,
        version_id=work.version.id,
        created_by=work.kept.cast.coordinator.id,
    )
    async with work.kept.context.database.transaction() as db:
        for row in (meeting, recording, mine):
            db.add(row)
            await db.flush()
    return mine


@dataclass
class Looker:
    """Asks for everything about a recording."""

    work: Coded
    coder: Person
    seen: httpx.AsyncClient
    asked: list[str]
    pages: list[str]

    async def naming(self) -> set[str]:
        """What answers with somebody's name."""
        found = set()
        for address in self.asked + self.pages:
            client = self.coder.client if address.startswith(API) else self.seen
            answer = await client.get(address)
            assert answer.status_code < 500, address
            if any(NAMES.search(text) for text in texts(answer)):
                found.add(address)
        return found


async def looker(work: Coded, browser: Browser, running: Application) -> Looker:
    kept, coder = work.kept, work.second
    lines = (await coder.client.get(f"{kept.path}/transcript")).json()["items"]
    known = {
        "recording_id": [str(kept.recording.id)],
        "meeting_id": [str(kept.meeting.id)],
        "version_id": [str(work.version.id)],
        "file_id": [str(file.id) for file in await kept.files()],
        "line_id": [line["line_id"] for line in lines],
    }
    asked = list(addresses(running.app.openapi(), known))
    assert len(asked) > 20
    pages = [page.format(**{name: value[0] for name, value in known.items()}) for page in PAGES]
    return Looker(work, coder, await browser(coder), asked, pages)


async def test_no_answer_about_a_recording_names_anybody_to_who_codes_it(
    work: Coded, browser: Browser, running: Application
) -> None:
    await told_of(work)
    kept, coder = work.kept, work.second
    mine = await work.assign(coder)
    look = await looker(work, browser, running)
    seen, pages = look.seen, look.pages

    assert await look.naming() == set()
    page = (await seen.get(f"/recordings/{kept.recording.id}")).text
    assert "Puhujilla on peitenimet" in page
    composite = await kept.file(FileKind.COMPOSITE)
    refused = await coder.client.get(f"{kept.path}/files/{composite.id}")
    assert refused.status_code == 409

    await work.code_all(coder, mine, ["values"])

    named = await look.naming()
    assert {f"{kept.path}/turns", f"{kept.path}/workbench", f"{kept.path}/transcript"} <= named
    assert {*pages[:3]} <= named
    assert (await coder.client.get(f"{kept.path}/files/{composite.id}")).status_code == 200
    assert "Puhujilla on peitenimet" not in (await seen.get(pages[0])).text


async def test_nor_to_who_codes_another_recording_of_the_group(
    work: Coded, browser: Browser, running: Application
) -> None:
    """A pseudonym is the same person in all of them."""
    await told_of(work)
    look = await looker(work, browser, running)
    assert f"{work.kept.path}/turns" in await look.naming()
    mine = await elsewhere(work, work.second)
    assert await look.naming() == set()

    async with work.kept.context.database.transaction() as db:
        (await db.get_one(CodingAssignment, mine.id)).state = AssignmentState.DONE
    assert f"{work.kept.path}/turns" in await look.naming()


async def test_names_are_withheld_from_the_coder_alone(work: Coded) -> None:
    await work.assign(work.first)
    path = f"{work.kept.path}/turns"
    names = {
        who: {turn["name"] for turn in (await person.client.get(path)).json()["items"]}
        for who, person in (("coder", work.first), ("other", work.second))
    }
    assert names == {"coder": {"J1", "F1"}, "other": {"Bob", "Alice"}}


async def test_members_have_pseudonyms_before_who_codes_and_does_not_run_the_group(
    work: Coded, browser: Browser
) -> None:
    """A researcher who codes; a coordinator who does, too, and works with people by name."""
    for coder in (work.first, work.second):
        await work.assign(coder)
    group = work.kept.cast.group_id
    for person, named in ((work.first, set()), (work.second, {"Alice", "Bob", "Carol", "Olga"})):
        page = (await (await browser(person)).get(f"/groups/{group}")).text
        assert {*NAMES.findall(page)} == named
        assert ("Jäsenillä on peitenimet" in page) == (not named)
        told = (await person.client.get(f"{API}/groups/{group}/members")).json()
        assert {*NAMES.findall(str(told))} == named
