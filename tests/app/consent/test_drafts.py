"""Writing the next text: a draft, its publishing, and what that does."""

from typing import Any

import httpx
import pytest

from app.consent import service
from app.consent.models import Purpose
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast

NEW = {"fi": "Uusi: {controller}", "sv": "Ny: {controller}", "en": "New: {controller}"}


def path(cast: Cast, rest: str = "") -> str:
    return f"/api/v1/programmes/{cast.programme_id}/consent-texts{rest}"


async def publish(cast: Cast, **fields: Any) -> httpx.Response:
    return await cast.coordinator.client.post(path(cast), json=NEW | fields)


def problem(answer: httpx.Response) -> tuple[int, str, str | None]:
    body = answer.json()
    return answer.status_code, body["type"].rpartition(":")[2], body.get("field")


@pytest.mark.parametrize("who", ["researcher", "alice", "bob", "mallory"])
async def test_only_those_who_coordinate_see_a_draft(who: str, cast: Cast) -> None:
    client: httpx.AsyncClient = getattr(cast, who).client
    status = 403 if who == "researcher" else 404
    for answer in (
        await client.get(path(cast, "/draft")),
        await client.put(path(cast, "/draft"), json=NEW),
        await client.delete(path(cast, "/draft")),
        await client.get(path(cast, "/effect")),
    ):
        assert answer.status_code == status
    assert (await client.get(path(cast))).is_success == (who == "researcher")


async def test_a_draft_may_be_unfinished_and_is_kept_until_it_is_published(cast: Cast) -> None:
    client = cast.coordinator.client
    assert (await client.get(path(cast, "/draft"))).status_code == 404
    half = {"fi": "Kesken {jotain}", "sv": "", "en": ""}
    saved = await client.put(path(cast, "/draft"), json=half)
    assert (saved.status_code, saved.json()["revision"]) == (200, 1)
    kept = (await client.get(path(cast, "/draft"))).json()
    assert {each: kept[each] for each in half} == half

    text = await cast.bob.client.get(f"/api/v1/groups/{cast.group_id}/consent-text")
    assert "Kesken" not in text.text, "nobody is asked about a draft"
    assert (await publish(cast)).status_code == 201
    assert (await client.get(path(cast, "/draft"))).status_code == 404


async def test_two_who_write_at_once_do_not_undo_each_other(cast: Cast) -> None:
    one, other = cast.coordinator.client, cast.administrator.client
    await one.put(path(cast, "/draft"), json=NEW)
    assert (await other.put(path(cast, "/draft"), json=NEW | {"revision": 1})).is_success

    late = await one.put(path(cast, "/draft"), json=NEW | {"revision": 1})
    assert problem(late)[:2] == (409, "consent_draft_changed")
    await publish(cast)
    outdated = await publish(cast, fi="Kolmas", replaces=1)
    assert problem(outdated)[:2] == (409, "consent_text_outdated")
    assert (await publish(cast, fi="Kolmas", replaces=2)).json()["version"] == 3


async def test_a_draft_can_be_thrown_away(cast: Cast) -> None:
    client = cast.coordinator.client
    await client.put(path(cast, "/draft"), json=NEW)
    for _ in "ab":
        assert (await client.delete(path(cast, "/draft"))).status_code == 204
    assert (await client.get(path(cast, "/draft"))).status_code == 404


@pytest.mark.parametrize(
    "bad", ["{kontrolleri}", "{}", "{ controller }", "{controller }", "{CONTROLLER}"]
)
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
async def test_a_blank_that_nothing_fills_is_refused(language: str, bad: str, cast: Cast) -> None:
    answer = await publish(cast, **{language: f"Kysy {bad}."})
    assert problem(answer) == (422, "consent_text_placeholder", language)
    assert "retention_days" in answer.json()["title"]


@pytest.mark.parametrize("empty", ["", "  \n "])
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
async def test_a_missing_language_is_refused(language: str, empty: str, cast: Cast) -> None:
    answer = await publish(cast, **{language: empty})
    assert problem(answer) == (422, "consent_text_missing", language)
    assert "Swedish" in answer.json()["title"]


async def test_the_same_text_again_is_not_asked_about_again(cast: Cast) -> None:
    assert (await publish(cast)).is_success
    assert problem(await publish(cast))[:2] == (409, "consent_text_unchanged")


async def test_the_same_text_with_other_details_is_asked_about(cast: Cast) -> None:
    """Longer retention under the same words is another promise."""
    client, mine = cast.coordinator.client, f"/api/v1/groups/{cast.group_id}/consents/me"
    await publish(cast, fi="{retention_days} päivää", sv="{retention_days} dagar")
    form = {"purpose": "audio", "decision": "granted", "text_version": 2, "text_language": "fi"}
    await cast.bob.client.post(mine, json=form)
    (before,) = (await client.get(path(cast, "/effect"))).json()
    change = {"retention_days": 3650, "warning_days": 30}
    period = f"/api/v1/programmes/{cast.programme_id}/retention"
    assert (await client.put(period, json=change)).is_success

    (after,) = (await client.get(path(cast, "/effect"))).json()
    assert (before["read_otherwise"], after["read_otherwise"]) == (0, 1)
    again = await publish(cast, fi="{retention_days} päivää", sv="{retention_days} dagar")
    assert (again.status_code, again.json()["version"]) == (201, 3)
    (asked,) = (await client.get(path(cast, "/effect"))).json()
    assert asked["read_otherwise"] == 0
    assert "audio" in (await cast.bob.client.get(mine)).json()["undecided"]


async def test_the_versions_are_listed_and_stay_readable(cast: Cast) -> None:
    await publish(cast)
    listed = (await cast.researcher.client.get(path(cast))).json()

    assert [row["version"] for row in listed] == [2, 1]
    assert [row["published_at"] is None for row in listed] == [False, True]
    for row in listed:
        assert (await cast.researcher.client.get(path(cast, f"/{row['version']}"))).is_success


async def test_the_effect_counts_those_who_are_in_the_group(
    cast: Cast, running: Application
) -> None:
    mine = f"/api/v1/groups/{cast.group_id}/consents/me"
    for person, purpose, decision in (
        (cast.bob, "audio", "granted"),
        (cast.carol, "audio", "refused"),
        (cast.alice, "indexing", "granted"),
    ):
        form = {"purpose": purpose, "decision": decision}
        await person.client.post(mine, json=form | {"text_version": 1, "text_language": "fi"})
    (effect,) = (await cast.coordinator.client.get(path(cast, "/effect"))).json()
    assert (effect["people"], effect["answered"], effect["recorded"]) == (4, 3, 1)

    await cast.alice.client.delete(f"/api/v1/groups/{cast.group_id}/members/{cast.bob.id}")
    (effect,) = (await cast.coordinator.client.get(path(cast, "/effect"))).json()
    assert (effect["people"], effect["answered"], effect["recorded"]) == (3, 2, 0)


async def test_a_grant_under_an_older_text_holds_until_the_next_answer(
    cast: Cast, running: Application
) -> None:
    mine = f"/api/v1/groups/{cast.group_id}/consents/me"
    form = {"purpose": "audio", "text_language": "fi"}
    await cast.bob.client.post(mine, json=form | {"decision": "granted", "text_version": 1})
    await publish(cast)

    async def recorded() -> bool:
        async with running.context.database.reading() as db:
            return bool((await service.in_force(db, cast.group_id)).get(cast.bob.id))

    assert await recorded()
    await cast.bob.client.post(mine, json=form | {"decision": "withdrawn", "text_version": 2})
    assert not await recorded()
    latest = (await cast.bob.client.get(mine)).json()
    assert "audio" not in latest["undecided"]


async def test_an_answer_on_an_old_page_does_not_ask_again(cast: Cast) -> None:
    """A page left open from before the new text: the newer answer is not forgotten."""
    mine = f"/api/v1/groups/{cast.group_id}/consents/me"
    form = {"purpose": "audio", "text_language": "fi"}
    await publish(cast)
    await cast.bob.client.post(mine, json=form | {"decision": "granted", "text_version": 2})
    await cast.bob.client.post(mine, json=form | {"decision": "withdrawn", "text_version": 1})

    found = (await cast.bob.client.get(mine)).json()
    assert "audio" not in found["undecided"]
    assert {d["purpose"]: d["decision"] for d in found["decisions"]} == {"audio": "withdrawn"}


async def test_a_draft_says_what_it_is_to_ask_for(cast: Cast) -> None:
    client = cast.coordinator.client
    first = await client.put(path(cast, "/draft"), json=NEW)
    assert first.json()["purposes"] == [*Purpose], "as the text in use"
    fewer = {"revision": 1, "purposes": ["sharing", "audio"]}
    assert (await client.put(path(cast, "/draft"), json=NEW | fewer)).is_success
    kept = await client.put(path(cast, "/draft"), json=NEW | {"revision": 2})
    assert kept.json()["purposes"] == ["audio", "sharing"]
