"""What holds for every answer of the application, and for the document that describes it."""

import pytest

from app.kit.limits import LARGEST_BYTES
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast

PUBLIC = {
    "/api/v1/set-up",
    "/api/v1/sign-in",
    "/api/v1/refresh",
    "/api/v1/sign-out",
    "/api/v1/invitations/{token}",
    "/api/v1/invitations/{token}/accept",
    "/api/v1/invitations/{token}/re-enter",
    "/api/v1/signing-key",
    "/api/v1/receipts/verification",
}


async def test_it_answers_while_the_database_does(running: Application) -> None:
    client = await running.client()
    assert (await client.get("/healthz")).json() == {"status": "ok"}


async def test_every_answer_carries_the_security_policy(running: Application) -> None:
    client = await running.client()
    for path in ("/healthz", "/api/v1/me", "/api/v1/nowhere"):
        headers = (await client.get(path)).headers
        policy = headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


async def test_a_route_is_for_the_signed_in_unless_it_is_listed_here(
    running: Application,
) -> None:
    client = await running.client()
    document = (await client.get("/api/v1/openapi.json")).json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert ("security" in operation) is (path not in PUBLIC), (method, path)


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("fi", "Kirjaudu sisään ja yritä uudelleen."),
        ("sv-FI,sv;q=0.9", "Logga in och försök igen."),
        ("de, en;q=0.5", "Sign in and try again."),
        ("", "Kirjaudu sisään ja yritä uudelleen."),
    ],
)
async def test_a_problem_speaks_the_readers_language(
    language: str, title: str, running: Application
) -> None:
    client = await running.client()
    answer = await client.get("/api/v1/me", headers={"Accept-Language": language})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:emessi:problem:not_signed_in",
        "title": title,
        "status": 401,
    }


async def test_what_is_wrong_with_a_form_is_named(cast: Cast) -> None:
    form = {"name": "", "retention_days": 0}
    answer = await cast.administrator.client.post("/api/v1/programmes", json=form)
    problem = answer.json()
    assert problem["type"] == "urn:emessi:problem:invalid"
    assert problem["field"] == "name"
    assert [error["field"] for error in problem["errors"]] == ["name", "retention_days"]


async def test_a_body_that_is_too_large_is_refused(cast: Cast) -> None:
    form = {"name": "X", "description": "x" * LARGEST_BYTES}
    answer = await cast.administrator.client.post("/api/v1/programmes", json=form)
    assert answer.status_code == 413
    assert answer.json()["type"] == "urn:emessi:problem:too_large"
