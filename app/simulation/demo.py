"""The demonstration: a programme with one group and a meeting that is finished, indexed and coded.

Everything goes through the REST API and the signalling, as it would for people.
"""

import asyncio
import secrets
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from app.consent.models import Purpose
from app.simulation.meeting import Progress, Report, simulate
from app.simulation.participant import SimulatedPerson
from app.simulation.research import Coder, Said, sentences_of, study
from app.simulation.script import Line, conversation

PROGRAMME = "Demohanke: vertaismentorointi järjestöissä"
EVERYTHING = tuple(Purpose)


@dataclass(frozen=True)
class Part:
    """Someone in the demonstration, and what they agree to."""

    name: str
    role: str
    consents: tuple[str, ...]


CAST = (
    Part("Aino Vetäjä", "facilitator", EVERYTHING),
    Part("Bertta Mäkelä", "member", EVERYTHING),
    Part("Cecilia Nyström", "member", ("audio", "indexing")),
    Part("Daavid Salo", "member", ("audio", "video", "indexing")),
    Part("Eero Lehto", "member", ()),
)
SURVEYS = (("Alkukysely", "before"), ("Loppukysely", "after"))
ANSWERS = {
    "J1": ((5, "vaihtelee"), (8, "virkeä")),
    "J2": ((7, "virkeä"), (7, "virkeä")),
    "J3": ((4, "väsynyt"), (6, "vaihtelee")),
    "J4": ((6, "vaihtelee"), (5, "väsynyt")),
}
"""Of each pseudonym, to the first survey and to the second. Ours, nobody's findings."""
RESEARCHERS = ("Riikka Tutkija", "Tuomas Tutkija")
NOTES = (
    (0.1, "observation", "Aloituskierros: kaikki pääsevät ääneen, tunnelma on rauhallinen."),
    (0.5, "technical", "Eerolla ei ole kameraa; jatketaan äänellä."),
    (0.8, "observation", "Ryhmä palaa itse työn rajaamiseen, vetäjän ei tarvitse ohjata."),
)
"""Of the facilitator: at which share of the conversation, of what kind, in what words."""
CHAT = (
    (0.15, 1, "Laitan tänne ne kysymykset, jotka sovimme viimeksi."),
    (0.3, 2, "Hyvä! Tulen mukaan, kun ääni alkaa taas toimia."),
    (0.6, 0, "Muistakaa: puolen tunnin kuluttua pidämme tauon."),
)
"""At which share of the conversation, by whom of the cast, in what words. Cecilia did not agree to
have hers kept."""
READY_S = 300
HTTP_S = 30


@dataclass(frozen=True)
class Login:
    name: str
    role: str
    email: str
    password: str


@dataclass(frozen=True)
class Demonstration:
    logins: list[Login]
    programme_id: str
    meeting_id: str
    recording_id: str


async def demonstrate(
    url: str, set_up_token: str, length_s: int, progress: Progress
) -> Demonstration:
    """Makes the first administrator by the set-up token, then everything else. Raises
    httpx.HTTPStatusError or TimeoutError when the installation does not do as it should."""
    async with AsyncExitStack() as stack:
        administrator = await stack.enter_async_context(client(url))
        logins = [_login("Ylläpitäjä", "administrator", "admin@demo.example")]
        await _made(administrator, "set-up", token=set_up_token, **_account(logins[0]))
        programme = await _made(
            administrator,
            "programmes",
            name=PROGRAMME,
            controller="Demojärjestö ry",
            contact="tietosuoja@demo.example",
        )
        group = await _made(administrator, "groups", programme_id=programme["id"], name="Demoryhmä")
        people, apis = list[SimulatedPerson](), list[httpx.AsyncClient]()
        for number, part in enumerate(CAST):
            api = await stack.enter_async_context(client(url))
            logins.append(await _invited(administrator, api, group["id"], part))
            apis.append(api)
            camera = number < 4
            people.append(SimulatedPerson(number, part.name, api, camera=camera))
        starts_at = datetime.now(UTC) + timedelta(minutes=5)
        series = await _made(
            administrator,
            "meetings",
            group_id=group["id"],
            count=6,
            starts_at=starts_at.isoformat(),
            every_days=28,
        )
        meeting_id = series["items"][0]["id"]
        script = conversation(len(CAST), length_s)
        script.chat = [
            Line(person=who, at_ms=round(share * length_s * 1000), text=text)
            for share, who, text in CHAT
        ]
        report = await simulate(people, meeting_id, script, progress)
        recording_id, started_at = await finished(administrator, group["id"], progress)
        await _noted(apis[0], meeting_id, report)
        said = sentences_of(script, round((report.began_at - started_at.timestamp()) * 1000))
        logins += await _studied(administrator, programme["id"], recording_id, said)
        await _answered(administrator, programme["id"])
    return Demonstration(logins, programme["id"], meeting_id, recording_id)


def client(url: str) -> httpx.AsyncClient:
    """A browser's worth of cookies; `Origin` shows that the requests are our own page's."""
    place = urlsplit(url)
    headers = {"Origin": f"{place.scheme}://{place.netloc}"}
    return httpx.AsyncClient(base_url=url, headers=headers, timeout=HTTP_S, trust_env=False)


async def finished(
    api: httpx.AsyncClient, group_id: str, progress: Progress
) -> tuple[str, datetime]:
    """Waits until the newest recording is ready; its id, and when it began. RuntimeError if it
    failed."""
    async with asyncio.timeout(READY_S):
        while True:
            answer = await api.get("/api/v1/recordings", params={"group_id": group_id})
            answer.raise_for_status()
            for recording in reversed(answer.json()["items"]):
                if recording["state"] == "ready":
                    return str(recording["id"]), datetime.fromisoformat(recording["started_at"])
                if recording["state"] == "failed":
                    raise RuntimeError(
                        f"the recording could not be finished: {recording['failure']}"
                    )
                progress("", recording["progress"] / 100)
                break
            await asyncio.sleep(0.5)


async def _noted(facilitator: httpx.AsyncClient, meeting_id: str, report: Report) -> None:
    """As if written while it went on: each begins with the utterance after its share of them."""
    for share, kind, text in NOTES:
        _, start_ms, _ = report.spoken[int(share * (len(report.spoken) - 1))]
        ago_ms = round(1000 * (time.time() - report.began_at)) - start_ms
        note = {"id": str(uuid4()), "kind": kind, "text": text, "ago_ms": ago_ms}
        await _made(facilitator, f"meetings/{meeting_id}/notes", **note)


async def _invited(
    administrator: httpx.AsyncClient, api: httpx.AsyncClient, group_id: str, part: Part
) -> Login:
    link = await _made(
        administrator, "invitations", group_id=group_id, role=part.role, name=part.name
    )
    token = link["url"].rsplit("/", 1)[1]
    preview = await api.get(f"/api/v1/invitations/{token}", params={"language": "fi"})
    preview.raise_for_status()
    seen = preview.json()
    decisions = {
        purpose: "granted" if purpose in part.consents else "refused"
        for purpose in seen["purposes"]
    }
    login = _login(part.name, part.role, f"{part.name.split()[0].lower()}@demo.example")
    await _made(
        api,
        f"invitations/{token}/accept",
        decisions=decisions,
        text_version=seen["text"]["version"],
        text_language="fi",
        **_account(login),
    )
    return login


async def _studied(
    administrator: httpx.AsyncClient, programme_id: str, recording_id: str, said: list[Said]
) -> list[Login]:
    """By two researchers, who are appointed for it."""
    async with AsyncExitStack() as stack:
        logins: list[Login] = []
        coders: list[Coder] = []
        for name in RESEARCHERS:
            api = await stack.enter_async_context(client(str(administrator.base_url)))
            login, coder = await _appointed(administrator, api, programme_id, name)
            logins.append(login)
            coders.append(coder)
        to_words = [part.name for part in CAST if "transcript" in part.consents]
        await study(administrator, programme_id, recording_id, coders, said, to_words)
    return logins


async def _answered(administrator: httpx.AsyncClient, programme_id: str) -> None:
    """Two surveys come in, as a Finnish spreadsheet saves them."""
    for place, (name, moment) in enumerate(SURVEYS):
        rows = [f"{who};{said[place][0]};{said[place][1]}" for who, said in ANSWERS.items()]
        table = "\r\n".join(["Tunnus;Jaksan työssäni (1–10);Vireys", *rows])
        asked = {"name": name, "moment": moment, "file_name": f"{name.lower()}.csv"}
        path = f"/api/v1/programmes/{programme_id}/surveys"
        answer = await administrator.post(path, params=asked, content=table.encode("cp1252"))
        answer.raise_for_status()


async def _appointed(
    administrator: httpx.AsyncClient, api: httpx.AsyncClient, programme_id: str, name: str
) -> tuple[Login, Coder]:
    """A researcher of the programme, who signs in."""
    login = _login(name, "researcher", f"{name.split()[0].lower()}@demo.example")
    user = await _made(administrator, "users", **_account(login))
    await _made(
        administrator, f"programmes/{programme_id}/staff", email=login.email, role="researcher"
    )
    await _made(api, "sign-in", email=login.email, password=login.password)
    return login, Coder(user["id"], api)


def _login(name: str, role: str, email: str) -> Login:
    return Login(name, role, email, secrets.token_urlsafe(12))


def _account(login: Login) -> Mapping[str, Any]:
    return {
        "name": login.name,
        "email": login.email,
        "password": login.password,
        "language": "fi",
    }


async def _made(api: httpx.AsyncClient, path: str, **fields: Any) -> Any:
    answer = await api.post(f"/api/v1/{path}", json=fields)
    answer.raise_for_status()
    return answer.json()
