"""Drafts and versions over the API: who may, two who write at once, what is never changed."""

from typing import Any

import httpx
import pytest
from sqlmodel import select

from app.codebooks.csv_file import written
from app.codebooks.document import CodebookDocument
from app.codebooks.qdc import written as qdc_written
from app.codebooks.starter import starter
from app.kit import audit
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast

API = "/api/v1"


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


async def begin(cast: Cast, **fields: Any) -> str:
    form = {"name": "Koodisto"} | fields
    path = f"{API}/programmes/{cast.programme_id}/codebooks"
    answer = await cast.researcher.client.post(path, json=form)
    assert answer.status_code == 201, answer.text
    return f"{API}/codebooks/{answer.json()['id']}"


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 404), ("bob", 404), ("olga", 404), ("mallory", 404)]
)
async def test_only_the_research_team_has_codebooks(who: str, status: int, cast: Cast) -> None:
    book = await begin(cast)
    client: httpx.AsyncClient = getattr(cast, who).client
    form: dict[str, Any] = {"document": starter().model_dump(mode="json"), "revision": 1}
    for answer in (
        await client.get(f"{API}/programmes/{cast.programme_id}/codebooks"),
        await client.post(f"{API}/programmes/{cast.programme_id}/codebooks", json={"name": "x"}),
        await client.get(book),
        await client.get(f"{book}/draft"),
        await client.put(f"{book}/draft", json=form),
        await client.put(f"{book}/draft/csv", content=b"kind,axis\n"),
        await client.delete(f"{book}/draft"),
        await client.post(f"{book}/versions", json={"revision": 1}),
        await client.get(f"{book}/mappings"),
    ):
        assert answer.status_code == status


async def test_one_press_gives_the_starter_as_a_draft_that_may_be_published(
    cast: Cast, running: Application
) -> None:
    book, client = await begin(cast, bales=True), cast.researcher.client
    draft = (await client.get(f"{book}/draft")).json()
    assert (draft["revision"], draft["faults"]) == (1, [])
    assert CodebookDocument.model_validate(draft["document"]) == starter(with_bales=True)

    published = await client.post(f"{book}/versions", json={"revision": 1})
    assert (published.status_code, published.json()["version"]) == (201, 1)
    version = await client.get(f"{API}/codebook-versions/{published.json()['id']}")
    assert version.json()["document"] == draft["document"]
    assert (await client.get(f"{book}/draft")).json()["revision"] == 0, "the draft is used up"
    async with running.context.database.reading() as db:
        entries = (await db.exec(select(audit.AuditEntry))).all()
    assert [entry.deed for entry in entries] == ["codebook_published"]


async def test_a_draft_may_be_unfinished_but_not_published(cast: Cast) -> None:
    book, client = await begin(cast, starter=False), cast.researcher.client
    half = {"axes": [{"label": "Teema", "codes": [{"label": ""}]}]}
    saved = await client.put(f"{book}/draft", json={"document": half, "revision": 1})
    assert {fault["code"] for fault in saved.json()["faults"]} == {"label", "no_name"}
    answer = await client.post(f"{book}/versions", json={"revision": 2})
    assert problem(answer) == (422, "codebook_not_ready")
    assert "mend" in answer.json()["title"]


async def test_two_who_write_at_once_do_not_undo_each_other(cast: Cast) -> None:
    book = await begin(cast)
    form = {"document": starter().model_dump(mode="json"), "revision": 1}
    assert (await cast.researcher.client.put(f"{book}/draft", json=form)).is_success
    late = await cast.coordinator.client.put(f"{book}/draft", json=form)
    assert problem(late) == (409, "codebook_draft_changed")
    late = await cast.coordinator.client.post(f"{book}/versions", json={"revision": 1})
    assert problem(late) == (409, "codebook_draft_changed")


async def test_the_same_again_is_no_new_version(cast: Cast) -> None:
    book, client = await begin(cast), cast.researcher.client
    await client.post(f"{book}/versions", json={"revision": 1})
    assert problem(await client.post(f"{book}/versions", json={"revision": 0})) == (
        409,
        "codebook_unchanged",
    )
    form: dict[str, Any] = {"document": starter().model_dump(mode="json"), "revision": 0}
    await client.put(f"{book}/draft", json=form)
    again = await client.post(f"{book}/versions", json={"revision": 1})
    assert problem(again) == (409, "codebook_unchanged")
    form["document"]["axes"].pop()
    await client.put(f"{book}/draft", json=form | {"revision": 1})
    newer = await client.post(f"{book}/versions", json={"revision": 2})
    assert newer.json()["version"] == 2
    assert [v["version"] for v in (await client.get(book)).json()["versions"]] == [2, 1]


async def test_what_was_never_published_goes_with_its_draft(cast: Cast) -> None:
    book, client = await begin(cast), cast.researcher.client
    assert (await client.delete(f"{book}/draft")).status_code == 204
    assert (await client.get(book)).status_code == 404

    kept = await begin(cast)
    await client.post(f"{kept}/versions", json={"revision": 1})
    for _ in "ab":
        assert (await client.delete(f"{kept}/draft")).status_code == 204
    assert (await client.get(kept)).is_success


async def test_files_go_out_and_come_back(cast: Cast) -> None:
    book, client = await begin(cast), cast.researcher.client
    version = (await client.post(f"{book}/versions", json={"revision": 1})).json()["id"]
    for form, content in (("csv", written(starter())), ("qdc", qdc_written(starter(), "sv"))):
        path = f"{API}/codebook-versions/{version}/codebook.{form}?language=sv"
        file = await client.get(path)
        assert file.content == content
        assert f'filename="codebook-Koodisto-1.{form}"' in file.headers["content-disposition"]
        headers = {"Content-Type": "application/octet-stream"}
        draft = await client.put(
            f"{book}/draft/{form}?language=sv", content=file.content, headers=headers
        )
        assert draft.status_code == 200, draft.text
        assert CodebookDocument.model_validate(draft.json()["document"]) == starter()


@pytest.mark.parametrize("form", ["csv", "qdc"])
async def test_a_file_that_is_none_says_what_to_do(form: str, cast: Cast) -> None:
    book = await begin(cast)
    headers = {"Content-Type": "application/octet-stream"}
    answer = await cast.researcher.client.put(
        f"{book}/draft/{form}", content=b"no such thing", headers=headers
    )
    assert problem(answer) == (422, "codebook_file")
    assert "DTD" in answer.json()["title"]


async def test_a_file_that_is_too_large_is_refused(cast: Cast) -> None:
    book = await begin(cast)
    headers = {"Content-Type": "application/octet-stream"}
    answer = await cast.researcher.client.put(
        f"{book}/draft/csv", content=b"x" * 1_000_001, headers=headers
    )
    assert answer.status_code == 413
