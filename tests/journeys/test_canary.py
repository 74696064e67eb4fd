"""Who did not consent, who withdrew in the meeting (with what came before, and keeping it), who
withdrew afterwards: searched for in every byte that a running installation stores, opened with
every key that it holds.

Each person sends a tone and a picture that nobody else sends, and writes in the chat. Alice
consents and shows that the search finds what is there.
"""

import asyncio
import contextlib
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.simulation.demo import client
from app.simulation.participant import SimulatedPerson
from signalling.messages import DecideConsent, EndMeeting, GoOffRecord, Say, StartRecording
from tests.fixtures.canary import Canary, CanaryTrack
from tests.fixtures.hoard import Hoard, hoard, wrapped_keys
from tests.fixtures.installation import Installation, installation
from tests.fixtures.programme import Prepared, got, made, prepare

pytestmark = pytest.mark.timeout(400)

ROLES = dict.fromkeys(("alice", "bob", "carol", "dan", "erin"), "member") | {"alice": "facilitator"}
EVERYTHING = ("audio", "video", "indexing", "chat")
CONSENTS = dict.fromkeys(ROLES, EVERYTHING) | {"bob": ()}
CANARIES = {
    "alice": Canary(710, 1),
    "bob": Canary(1_130, 2),
    "carol": Canary(1_570, 3),
    "dan": Canary(2_290, 4),
    "erin": Canary(2_650, 6),
}
AFTERWARDS = {"carol": Canary(1_870, 5), "erin": Canary(3_010, 7)}
"""What they send from the moment of their withdrawal on. Carol's is searched for when all of hers
was erased; of erin's nothing is erased, so that no tape that ran on could be missed."""
WRITTEN = {name: f"kirjoittaa-{name}-9e41c7" for name in ROLES}
"""In the chat, while the recording runs."""
WRITTEN_TOO_EARLY = "ennen-taltiointia-9e41c7"
WRITTEN_AFTERWARDS = {name: f"perumisen-jälkeen-{name}-9e41c7" for name in AFTERWARDS}
WRITTEN_OFF_RECORD = "ei-nauhalle-9e41c7"
TALK_S = 3.0
DEADLINE_S = 120


@dataclass
class Gathered:
    running: Installation
    prepared: Prepared
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)
    people: dict[str, SimulatedPerson] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.running.data

    async def search(self) -> Hoard:
        return await hoard(self.data, said="\n".join(self.running.output))


@contextlib.asynccontextmanager
async def gathered(folder: Path) -> AsyncIterator[Gathered]:
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(installation(folder))
        prepared = await prepare(running, ROLES)
        stack.push_async_callback(prepared.api.aclose)
        meeting = Gathered(running, prepared)
        for name in ROLES:
            api = await stack.enter_async_context(client(running.url))
            await accept(api, prepared.links[name], name)
            meeting.clients[name] = api
        yield meeting


async def accept(api: httpx.AsyncClient, link: str, name: str) -> None:
    token = link.rsplit("/", 1)[1]
    seen = (await api.get(f"/api/v1/invitations/{token}", params={"language": "fi"})).json()
    decisions = {p: "granted" if p in CONSENTS[name] else "refused" for p in seen["purposes"]}
    await made(
        api,
        f"invitations/{token}/accept",
        name=name,
        language="fi",
        decisions=decisions,
        text_version=seen["text"]["version"],
        text_language="fi",
    )


async def meet(meeting: Gathered) -> None:
    """Carol and erin withdraw in the middle and go on talking; erin keeps what was before."""
    tracks: dict[str, list[CanaryTrack]] = {}
    try:
        for number, name in enumerate(ROLES):
            person = SimulatedPerson(number, name, meeting.clients[name], camera=True)
            tracks[name] = [CanaryTrack(kind, CANARIES[name]) for kind in ("audio", "video")]
            person.microphone, person._camera = tracks[name]  # type: ignore[assignment]
            meeting.people[name] = person
            await person.join(meeting.prepared.meeting_id)
            await asyncio.wait_for(person.publish(), 60)
        alice, carol = meeting.people["alice"], meeting.people["carol"]
        await alice.ask(Say, text=WRITTEN_TOO_EARLY)
        await alice.ask(StartRecording)
        for name, person in meeting.people.items():
            await person.ask(Say, text=WRITTEN[name])
        await asyncio.sleep(TALK_S)
        for name, afterwards in AFTERWARDS.items():
            for purpose in ("audio", "video", "chat"):
                form = {"text_version": 1, "text_language": "fi", "keeps_earlier": name == "erin"}
                decided = {"purpose": purpose, "decision": "withdrawn"} | form
                await meeting.people[name].ask(DecideConsent, **decided)
            for track in tracks[name]:
                track.canary = afterwards
            await meeting.people[name].ask(Say, text=WRITTEN_AFTERWARDS[name])
        await asyncio.sleep(TALK_S)
        for name, sent in tracks.items():
            assert all(track.sent > 20 for track in sent), name
        await carol.ask(GoOffRecord)
        await alice.ask(Say, text=WRITTEN_OFF_RECORD)
        await alice.ask(EndMeeting)
    finally:
        await asyncio.gather(*(person.leave() for person in meeting.people.values()))


async def until(what: str, found: Callable[[], Awaitable[Any]]) -> Any:
    try:
        async with asyncio.timeout(DEADLINE_S):
            while not (answer := await found()):
                await asyncio.sleep(0.3)
            return answer
    except TimeoutError:
        raise AssertionError(f"never: {what}") from None


async def ready(meeting: Gathered) -> Any:
    query = {"group_id": meeting.prepared.group_id}
    (recording,) = (await got(meeting.prepared.api, "recordings", **query))["items"]
    return recording if recording["state"] == "ready" else None


async def composite(meeting: Gathered, recording_id: str) -> None:
    """The video of everybody in one picture, asked for and made."""
    path = f"recordings/{recording_id}/composite"
    await made(meeting.prepared.api, path)

    async def is_there() -> bool:
        return bool((await got(meeting.prepared.api, path))["state"] == "ready")

    await until("the composite is ready", is_there)


async def receipt(meeting: Gathered, name: str) -> Any:
    """The document of this person's newest receipt, once everything about it is attested."""
    own = (await got(meeting.clients[name], "erasures/me"))["items"]
    if not own or own[-1]["attested_at"] is None:
        return None
    signed = await meeting.clients[name].get(f"/api/v1/erasures/{own[-1]['id']}/receipt")
    checked = await made(meeting.prepared.api, "receipts/verification", receipt=signed.text)
    return checked["document"]


async def test_nothing_is_kept_of_those_who_did_not_agree_or_no_longer_do(tmp_path: Path) -> None:
    async with gathered(tmp_path / "data") as meeting:
        await meet(meeting)
        await until("the recording is ready", lambda: ready(meeting))
        carols = await until("carol's receipt", lambda: receipt(meeting, "carol"))
        recording = await ready(meeting)
        await composite(meeting, recording["id"])
        found = await meeting.search()
        check_search_finds_what_is_there(found)
        check_refused_and_withdrawn(found, carols)
        check_what_was_before_stays(found)

        export = await meeting.prepared.api.get(
            f"/api/v1/meetings/{meeting.prepared.meeting_id}/export"
        )
        assert export.is_success
        backup, keys = tmp_path / "backup", tmp_path / "keys"
        back_up(meeting.data, backup)
        shutil.copytree(meeting.data / "data-keys", keys / "data-keys")
        before = await own_files(meeting, recording["id"], "alice")
        await withdraw(meeting, "dan")
        dans = await until("dan's receipt", lambda: receipt(meeting, "dan"))
        found = await meeting.search()
        after = await own_files(meeting, recording["id"], "alice")

        assert found.finds(CANARIES["dan"]) == []
        assert places(found, WRITTEN["dan"]) == []
        assert places(found, WRITTEN["alice"]) != []
        assert found.finds(CANARIES["alice"]) != []
        assert after == before  # the very bytes
        check_tapes_of_others_are_untouched(found, await hoard(backup), meeting)
        await check_backup(backup, meeting.data, keys)
        check_keys_are_gone(found, meeting.data, keys)
        await check_exports(meeting, dans)


def check_search_finds_what_is_there(found: Hoard) -> None:
    text = "\n".join(found.finds(CANARIES["alice"]))
    for what in ("bytes in store", "tone in store", "picture in store"):
        assert what in text
    assert found.shut == set()
    for what in ("tone in store", "picture in store"):
        assert any(name.startswith(what) and "composite" in name for name in text.splitlines())
    assert any("preview" in name for name in found.finds(CANARIES["alice"]))
    assert "mixdown" in text
    for name in ("alice", "dan", "erin"):
        assert "the database, row by row" in places(found, WRITTEN[name])


def places(found: Hoard, written: str) -> list[str]:
    """Where a line of the chat is: in rows, free pages, logs, in what opened of sealed files."""
    return [name for name, data in found.plain.items() if written.encode() in data]


def check_refused_and_withdrawn(found: Hoard, receipt: dict[str, Any]) -> None:
    """Neither whom nobody ever taped, nor who withdrew in the meeting: before and after."""
    assert found.finds(CANARIES["bob"]) == []
    assert found.finds(AFTERWARDS["carol"]) == []
    assert found.finds(CANARIES["carol"]) == []
    for never in (WRITTEN["bob"], WRITTEN_TOO_EARLY, WRITTEN_OFF_RECORD):
        assert places(found, never) == []
    for never in (WRITTEN["carol"], *WRITTEN_AFTERWARDS.values()):
        assert places(found, never) == []
    assert receipt["chat_lines_deleted"] == 1
    assert {w["purpose"] for w in receipt["withdrawals"]} == {"audio", "video", "chat"}
    assert {key["scope"] for key in receipt["keys_destroyed"]} == {"audio", "video"}
    assert len(receipt["objects_deleted"]) == 2


def check_what_was_before_stays(found: Hoard) -> None:
    """Of erin: her tapes and files, up to her withdrawal and not a packet further."""
    text = "\n".join(found.finds(CANARIES["erin"]))
    for what in ("tone in store", "picture in store"):
        assert what in text
    assert ".tape" in text
    assert "mixdown" in text
    assert found.finds(AFTERWARDS["erin"]) == []


async def withdraw(meeting: Gathered, name: str) -> None:
    path = f"groups/{meeting.prepared.group_id}/consents/me"
    for purpose in EVERYTHING:
        form = {"purpose": purpose, "decision": "withdrawn"}
        await made(meeting.clients[name], path, **form, text_version=1, text_language="fi")


def back_up(data: Path, to: Path) -> None:
    """As an administrator does it: the store, the installation's keys and the database."""
    for folder in ("store", "keys"):
        shutil.copytree(data / folder, to / folder)
    with sqlite3.connect(data / "emessi.db") as source, sqlite3.connect(to / "emessi.db") as target:
        source.backup(target)


async def own_files(meeting: Gathered, recording_id: str, name: str) -> dict[str, str]:
    """Kind → hash of the plain file."""
    members = await got(meeting.prepared.api, f"groups/{meeting.prepared.group_id}/members")
    user = next(member["user_id"] for member in members if member["name"] == name)
    files = (await got(meeting.prepared.api, f"recordings/{recording_id}"))["files"]
    return {file["kind"]: file["sha256"] for file in files if file["user_id"] == user}


def check_tapes_of_others_are_untouched(now: Hoard, before: Hoard, meeting: Gathered) -> None:
    tapes = {name for name in now.plain if name.startswith("raw store") and ".tape" in name}
    assert len(tapes) == 4  # alice's and erin's voices and pictures
    for name in tapes:
        assert now.plain[name] == before.plain[name]


async def check_backup(backup: Path, data: Path, keys: Path) -> None:
    """A backup of database, store and installation's key opens nothing by itself, and nothing of
    who was erased by today's keys. By a copy of the keys from before it does, which is why such
    copies are kept for days only. What he wrote lies in the database's backup as a row."""
    alone = await hoard(backup)
    assert alone.opened == set()
    assert alone.finds(CANARIES["dan"]) == alone.finds(CANARIES["alice"]) == []
    with_todays_keys = await hoard(backup, keys_of=data)
    assert with_todays_keys.finds(CANARIES["dan"]) == []
    assert with_todays_keys.finds(CANARIES["alice"]) != []
    assert len(with_todays_keys.shut) >= 3  # two tapes, his file
    with_keys_from_before = await hoard(backup, keys_of=keys)
    assert with_keys_from_before.finds(CANARIES["dan"]) != []
    assert with_keys_from_before.shut == set()
    assert "the database, row by row" in places(alone, WRITTEN["dan"])


def check_keys_are_gone(now: Hoard, data: Path, before: Path) -> None:
    """Not as files only: their bytes are nowhere."""
    old, left = wrapped_keys(before), wrapped_keys(data)
    gone = old.keys() - left.keys()
    assert len(gone) >= 3
    for name in gone:
        assert [place for place, bytes_ in now.plain.items() if old[name] in bytes_] == []
    kept = next(iter(old.keys() & left.keys()))
    assert f"raw data-keys/{kept}" in [p for p, bytes_ in now.plain.items() if old[kept] in bytes_]


async def check_exports(meeting: Gathered, receipt: dict[str, Any]) -> None:
    path = f"groups/{meeting.prepared.group_id}/exports"
    (out,) = (await got(meeting.prepared.api, path))["items"]
    (told,) = receipt["exports_before"]
    assert told["id"] == out["id"]
    assert told["manifest_sha256"] == out["manifest_sha256"]
    assert {"exports", "database_backups", "key_backups"} <= set(receipt["not_reached"])
