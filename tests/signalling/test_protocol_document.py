"""PROTOCOL.md has an example of every message, and every example is one."""

import json
import re
from pathlib import Path

from pydantic import TypeAdapter

from signalling import asyncapi
from signalling.messages import ClientMessage, ServerMessage

TEXT = (Path(asyncapi.__file__).parent / "PROTOCOL.md").read_text(encoding="utf-8")
EXAMPLES = [json.loads(found) for found in re.findall(r"```json\n(.*?)\n```", TEXT, re.S)]


def test_every_message_has_its_example() -> None:
    models = asyncapi.members(ClientMessage) + asyncapi.members(ServerMessage)
    assert [example["type"] for example in EXAMPLES] == [asyncapi.name_of(m) for m in models]


def test_every_example_is_a_message() -> None:
    either: TypeAdapter[object] = TypeAdapter(ClientMessage | ServerMessage)
    for example in EXAMPLES:
        either.validate_json(json.dumps(example))


def test_the_asyncapi_document_describes_every_message_and_refers_to_nothing_missing() -> None:
    document = asyncapi.document()
    assert all(message["summary"] for message in document["components"]["messages"].values())
    text = json.dumps(document)
    for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', text)):
        place: object = document
        for part in reference.split("/"):
            assert isinstance(place, dict)
            place = place[part]
