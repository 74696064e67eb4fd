"""The signalling protocol as an AsyncAPI 3.0 document, made from the messages themselves.

https://www.asyncapi.com/docs/reference/specification/v3.0.0
"""

from importlib.metadata import version
from inspect import cleandoc
from typing import Any, get_args

from pydantic.json_schema import models_json_schema

from app.kit.messages import Message
from signalling.messages import SUBPROTOCOL, ClientMessage, ServerMessage

REFERENCE = "#/components/schemas/{model}"
DESCRIPTION = """The websocket of one meeting. Commands go from the browser to the node; facts come
back. A command carries `ref` and is answered by exactly one fact, or by `refused`, with the same
`ref`. Get `url` and `token` from `POST /api/v1/meetings/{id}/join`; the token is good for 60
seconds. After a lost connection `?resume=<resume_token>` brings the same participant back within
30 seconds."""


def document() -> dict[str, Any]:
    commands, facts = members(ClientMessage), members(ServerMessage)
    _, definitions = models_json_schema(
        [(model, "validation") for model in commands + facts], ref_template=REFERENCE
    )
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "eMessi signalling",
            "version": version("emessi"),
            "description": " ".join(DESCRIPTION.split()),
        },
        "defaultContentType": "application/json",
        "channels": {
            "meeting": {
                "address": "/ws/meetings/{meeting_id}",
                "description": f"Websocket subprotocol `{SUBPROTOCOL}`.",
                "parameters": {"meeting_id": {"description": "Id of the meeting."}},
                "messages": {
                    name_of(model): {"$ref": f"#/components/messages/{name_of(model)}"}
                    for model in commands + facts
                },
            }
        },
        "operations": {
            "command": _operation("receive", commands, "What the browser asks of the node."),
            "fact": _operation("send", facts, "What the node tells the browser."),
        },
        "components": {
            "messages": {name_of(model): _message(model) for model in commands + facts},
            "schemas": definitions["$defs"],
        },
    }


def members(union: Any) -> list[type[Message]]:
    """The classes of an annotated union, in the order of their file."""
    return list(get_args(get_args(union)[0]))


def name_of(model: type[Message]) -> str:
    return str(model.model_fields["type"].default)


def _operation(action: str, models: list[type[Message]], summary: str) -> dict[str, Any]:
    return {
        "action": action,
        "summary": summary,
        "channel": {"$ref": "#/channels/meeting"},
        "messages": [{"$ref": f"#/channels/meeting/messages/{name_of(m)}"} for m in models],
    }


def _message(model: type[Message]) -> dict[str, Any]:
    return {
        "name": name_of(model),
        "summary": cleandoc(model.__doc__ or ""),
        "payload": {"$ref": REFERENCE.format(model=model.__name__)},
    }
