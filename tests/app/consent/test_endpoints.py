"""Consent over HTTP: reading the text, deciding for oneself, and looking into the ledger."""

import asyncio
from datetime import datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.consent import service as consent
from app.consent.models import Purpose
from app.kit.db import now
from app.programmes.models import Programme
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.meddled import opened

EVERYBODY = ["administrator", "coordinator", "researcher", "alice", "olga", "bob", "mallory"]
COORDINATION = {"administrator", "coordinator"}
INSIDE = {"alice", "olga", "bob"}
NEW = {"fi": "Uusi teksti: {controller}", "sv": "Ny text: {controller}", "en": "New: {controller}"}


def group(cast: Cast, rest: str) -> str:
    return f"/api/v1/groups/{cast.group_id}/{rest}"


def programme(cast: Cast, rest: str = "") -> str:
    return f"/api/v1/programmes/{cast.programme_id}/consent-texts{rest}"


def form(purpose: str = "audio", decision: str = "granted", version: int = 1) -> dict[str, Any]:
    return {
        "purpose": purpose,
        "decision": decision,
        "text_version": version,
        "text_language": "fi",
    }


def client_of(cast: Cast, who: str) -> httpx.AsyncClient:
    client: httpx.AsyncClient = getattr(cast, who).client
    return client


@pytest.mark.parametrize("who", EVERYBODY)
async def test_who_may_do_what(who: str, cast: Cast) -> None:
    client = client_of(cast, who)
    outside = 404 if who == "mallory" else 403

    read = await client.get(group(cast, "consent-text"))
    assert read.status_code == (404 if who == "mallory" else 200)
    for answer in (
        await client.get(group(cast, "consents/me")),
        await client.post(group(cast, "consents/me"), json=form()),
    ):
        assert answer.is_success == (who in INSIDE)
        assert answer.is_success or answer.status_code == outside
    for rest in ("consents", "consents/verification"):
        looked = await client.get(group(cast, rest))
        assert looked.status_code == (200 if who in COORDINATION else outside)
    written = await client.post(programme(cast), json=NEW)
    strange = 404 if who in INSIDE | {"mallory"} else 403
    assert written.status_code == (201 if who in COORDINATION else strange)


@pytest.mark.parametrize(
    ("language", "heading"),
    [("fi", "# Suostumus"), ("sv", "# Samtycke"), ("en", "# Consent")],
)
async def test_the_text_is_read_filled_in(language: str, heading: str, cast: Cast) -> None:
    answer = await cast.bob.client.get(group(cast, "consent-text"), params={"language": language})

    shown = answer.json()
    assert (shown["version"], shown["language"]) == (1, language)
    assert shown["body"].startswith(heading)
    assert "Esimerkkiyliopisto" in shown["body"]
    assert "365" in shown["body"]
    assert "{" not in shown["body"]


async def test_nobody_is_asked_twice_about_one_text(cast: Cast) -> None:
    mine = group(cast, "consents/me")
    everything = [str(purpose) for purpose in Purpose]
    assert (await cast.bob.client.get(mine)).json() == {"decisions": [], "undecided": everything}

    for purpose in everything:
        decision = "granted" if purpose == "audio" else "refused"
        assert (await cast.bob.client.post(mine, json=form(purpose, decision))).is_success
    found = (await cast.bob.client.get(mine)).json()
    assert found["undecided"] == []
    assert {d["purpose"]: d["decision"] for d in found["decisions"]}["audio"] == "granted"

    await cast.coordinator.client.post(programme(cast), json=NEW)
    assert (await cast.bob.client.get(mine)).json()["undecided"] == everything
    await cast.bob.client.post(mine, json=form(version=2))
    assert "audio" not in (await cast.bob.client.get(mine)).json()["undecided"]


async def test_a_new_version_comes_in_every_language_and_leaves_the_old(cast: Cast) -> None:
    client = cast.coordinator.client
    for missing in NEW:
        partial = {name: body for name, body in NEW.items() if name != missing}
        refused = await client.post(programme(cast), json=partial)
        assert (refused.status_code, refused.json()["field"]) == (422, missing)

    made = await client.post(programme(cast), json=NEW)
    assert (made.status_code, made.json()["version"]) == (201, 2)

    for language, body in NEW.items():
        query = {"language": language}
        new = await cast.bob.client.get(group(cast, "consent-text"), params=query)
        assert new.json()["body"] == body.replace("{controller}", "Esimerkkiyliopisto")
        old = await client.get(programme(cast, "/1"), params=query)
        assert old.json()["body"].startswith("# ")
    assert (await client.get(programme(cast, "/3"))).status_code == 404


async def test_a_decision_names_a_version_that_exists(cast: Cast) -> None:
    answer = await cast.bob.client.post(group(cast, "consents/me"), json=form(version=2))

    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:emessi:problem:text_version_unknown"
    assert answer.json()["field"] == "text_version"


async def test_agreeing_again_changes_nothing(cast: Cast) -> None:
    answers = [await cast.bob.client.post(group(cast, "consents/me"), json=form()) for _ in "ab"]

    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["user_id"] == answers[0].json()["decided_by"] == str(cast.bob.id)


async def test_a_yes_takes_back_the_no_that_it_names_and_no_other(cast: Cast) -> None:
    """Two pages of one person: what the first says after the second's no was shown to nobody."""
    client, mine = cast.bob.client, group(cast, "consents/me")
    first = (await client.post(mine, json=form(decision="refused"))).json()
    no = (await client.post(mine, json=form(decision="refused"))).json()
    assert no["sequence"] == first["sequence"] + 1  # a no is written, whatever stands

    late = await client.post(mine, json=form() | {"seen": first["sequence"]})
    assert late.status_code == 409
    assert late.json()["type"] == "urn:emessi:problem:answered_since"
    (stands,) = (await client.get(mine)).json()["decisions"]
    assert (stands["decision"], stands["id"]) == ("refused", no["id"])

    yes = await client.post(mine, json=form() | {"seen": stands["sequence"]})
    assert (yes.status_code, yes.json()["decision"]) == (201, "granted")


async def test_the_ledger_is_read_page_by_page(cast: Cast) -> None:
    for purpose in Purpose:
        await cast.bob.client.post(group(cast, "consents/me"), json=form(purpose))

    seen: list[int] = []
    query: dict[str, Any] = {"limit": 4}
    while True:
        page = (await cast.coordinator.client.get(group(cast, "consents"), params=query)).json()
        seen += [row["sequence"] for row in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert sorted(seen) == list(range(1, len(Purpose) + 1))


async def test_a_change_behind_our_back_is_found(running: Application, cast: Cast) -> None:
    for purpose in ("audio", "video", "indexing"):
        await cast.bob.client.post(group(cast, "consents/me"), json=form(purpose, "refused"))
    client, path = cast.coordinator.client, group(cast, "consents/verification")
    whole = (await client.get(path)).json()
    assert (whole["whole"], whole["broken_at"], whole["length"]) == (True, None, 3)

    async with running.context.database.transaction() as db:
        change = "UPDATE consent_decisions SET decision = 'granted' WHERE sequence = 2"
        await opened(db)
        await (await db.connection()).execute(text(change))

    broken = (await client.get(path)).json()
    assert (broken["whole"], broken["broken_at"]) == (False, 2)


async def test_who_has_left_the_group_may_withdraw_and_no_more(cast: Cast) -> None:
    client, own = cast.bob.client, group(cast, "consents/me")
    assert (await client.post(own, json=form())).status_code == 201
    removed = await cast.alice.client.delete(group(cast, f"members/{cast.bob.id}"))
    assert removed.is_success

    again = await client.post(own, json=form(purpose="video"))
    assert (again.status_code, (await client.get(group(cast, "consent-text"))).status_code) == (
        404,
        404,
    )
    (standing,) = (await client.get(own)).json()["decisions"]
    assert standing["decision"] == "granted"
    withdrawn = await client.post(own, json=form(decision="withdrawn"))
    assert (withdrawn.status_code, withdrawn.json()["decision"]) == (201, "withdrawn")
    assert (await cast.mallory.client.post(own, json=form(decision="withdrawn"))).status_code == 404


async def test_a_programme_of_before_asks_for_no_chat_until_it_takes_a_text_that_does(
    running: Application, cast: Cast
) -> None:
    """Programmes keep the document that they began with, and so do the people in them."""
    async with running.context.database.transaction() as db:
        (await db.get_one(Programme, cast.programme_id)).text_document = 1
    bob, mine = cast.bob.client, group(cast, "consents/me")
    text = (await bob.get(group(cast, "consent-text"))).json()
    assert "Viestit" not in text["body"]
    assert text["purposes"] == [p for p in Purpose if p not in ("chat", "feedback")]
    for purpose in text["purposes"]:
        assert (await bob.post(mine, json=form(purpose))).is_success
    assert (await bob.get(mine)).json()["undecided"] == []
    refused = await bob.post(mine, json=form("chat"))
    assert (refused.status_code, refused.json()["field"]) == (422, "purpose")
    receipt = (await bob.get(group(cast, "consents/me/receipt"))).json()["receipt"]
    assert "chat" not in {record["purpose"] for record in receipt["purposes"]}

    asked = NEW | {"purposes": [*text["purposes"], "chat"]}
    assert (await cast.coordinator.client.post(programme(cast), json=asked)).status_code == 201
    assert (await bob.get(mine)).json()["undecided"] == [p for p in Purpose if p != "feedback"]
    assert (await bob.post(mine, json=form("chat"))).status_code == 422, "version 1 never asked"
    assert (await bob.post(mine, json=form("chat", version=2))).status_code == 201


async def test_what_a_text_asks_no_more_is_not_asked_and_can_be_withdrawn(cast: Cast) -> None:
    bob, mine = cast.bob.client, group(cast, "consents/me")
    assert (await bob.post(mine, json=form("chat"))).status_code == 201
    without = [purpose for purpose in Purpose if purpose != "chat"]
    published = await cast.coordinator.client.post(
        programme(cast), json=NEW | {"purposes": without}
    )
    assert published.json()["purposes"] == without

    own = (await bob.get(mine)).json()
    assert own["undecided"] == without
    assert [row["decision"] for row in own["decisions"]] == ["granted"]
    receipt = (await bob.get(group(cast, "consents/me/receipt"))).json()["receipt"]
    assert "chat" in {record["purpose"] for record in receipt["purposes"]}
    assert (await bob.post(mine, json=form("chat", "withdrawn", 2))).status_code == 201
    assert (await bob.post(mine, json=form("chat", version=2))).status_code == 422


async def test_a_text_asks_for_something_and_the_next_for_the_same_unless_told(cast: Cast) -> None:
    client = cast.coordinator.client
    nothing = await client.post(programme(cast), json=NEW | {"purposes": []})
    assert (nothing.status_code, nothing.json()["field"]) == (422, "purposes")
    await client.post(programme(cast), json=NEW | {"purposes": ["indexing", "audio"]})
    again = {language: body + "!" for language, body in NEW.items()}
    assert (await client.post(programme(cast), json=again)).json()["purposes"] == [
        "audio",
        "indexing",
    ]
    same = await client.post(programme(cast), json=again | {"purposes": ["audio", "indexing"]})
    assert same.status_code == 409
    other = await client.post(programme(cast), json=again | {"purposes": ["audio"]})
    assert other.status_code == 201, "the words are the same, and people are asked for less"


async def test_it_was_decided_when_the_request_came_however_long_others_write(
    running: Application, cast: Cast
) -> None:
    async with running.context.database.transaction() as db:
        await consent.hold(db, cast.group_id)
        asked = now()
        waiting = asyncio.create_task(cast.bob.client.post(group(cast, "consents/me"), json=form()))
        await asyncio.sleep(0.5)
        assert not waiting.done()
        written = now()
    decided_at = datetime.fromisoformat((await waiting).json()["decided_at"])

    assert asked <= decided_at < written


async def test_whoever_reads_the_ledger_is_in_the_log_for_those_in_it_to_see(cast: Cast) -> None:
    await cast.bob.client.post(group(cast, "consents/me"), json=form())

    assert (await cast.coordinator.client.get(group(cast, "consents"))).is_success
    assert (await cast.bob.client.get(group(cast, "consents"))).status_code == 403

    for person, expected in ((cast.bob, ["read_consents"]), (cast.carol, [])):
        log = (await person.client.get("/api/v1/me/data")).json()["log"]
        assert [look["deed"] for look in log["by_others"]] == expected
