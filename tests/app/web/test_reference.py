"""The API's reference page names everything the document does, and needs nothing from elsewhere."""

import re

from app.web.reference import kind, schemas, sections
from tests.fixtures.application import Application


async def test_every_operation_and_schema_is_on_the_page(running: Application) -> None:
    client = await running.client()
    document = (await client.get("/api/v1/openapi.json")).json()
    page = (await client.get("/api/v1/docs")).text

    for path, methods in document["paths"].items():
        assert path in page
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in page
    for name in document["components"]["schemas"]:
        assert f'id="schema-{name}"' in page
    for target in re.findall(r'href="#([\w-]+)"', page):
        assert f'id="{target}"' in page, target


async def test_the_page_loads_nothing_from_another_host(running: Application) -> None:
    page = (await (await running.client()).get("/api/v1/docs")).text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert "<style" not in page
    assert not re.findall(r"<script(?![^>]*src=)", page)


def test_kinds_read_like_words() -> None:
    assert kind({"type": "string", "format": "uuid"}).text == "uuid"
    assert kind({"type": "array", "items": {"$ref": "#/x/Turn"}}).text == "list of Turn"
    assert kind({"anyOf": [{"$ref": "#/x/Turn"}, {"type": "null"}]}).schema == "Turn"
    assert kind({}).text == "anything"


def test_operations_are_grouped_by_tag_and_fields_say_their_limits() -> None:
    document = {
        "paths": {
            "/a": {"get": {"tags": ["x"], "operationId": "a", "summary": "A", "responses": {}}},
            "/b": {"post": {"tags": ["x"], "operationId": "b", "summary": "B", "responses": {}}},
        },
        "components": {
            "schemas": {
                "S": {
                    "properties": {"n": {"type": "integer", "minimum": 1, "maximum": 9}},
                    "required": ["n"],
                }
            }
        },
    }
    (section,) = sections(document)
    assert [operation.method for operation in section.operations] == ["GET", "POST"]
    (field,) = schemas(document)["S"][1]
    assert (field.required, field.limits) == (True, "from 1, to 9")
