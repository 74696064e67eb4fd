"""The signalling protocol as an AsyncAPI 3.0 document, made from the messages themselves.

https://www.asyncapi.com/docs/reference/specification/v3.0.0
"""

from importlib.metadata import version
from inspect import cleandoc
from typing import Any, get_args

from pydantic.json_schema import models_json_schema

from app.kit.messages import Message
from signalling.messages import (
    SUBPROTOCOL,
    AnswerDownlink,
    ClientMessage,
    Done,
    DownlinkOffered,
    Error,
    Publish,
    Published,
    Refused,
    ServerMessage,
    TrialOpened,
)

REFERENCE = "#/components/schemas/{model}"
DESCRIPTION = """The websocket of one meeting. Commands go from the browser to the node; facts come
back. A command carries `ref` and is answered by exactly one fact, or by `refused`, with the same
`ref`. Get `url` and `token` from `POST /api/v1/meetings/{id}/join`; the token is good for 60
seconds. After a lost connection `?resume=<resume_token>` brings the same participant back within
30 seconds."""

TRIAL_COMMANDS: list[type[Message]] = [Publish, AnswerDownlink]
TRIAL_FACTS: list[type[Message]] = [TrialOpened, Published, DownlinkOffered, Done, Refused, Error]


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
                "messages": _references([m for m in commands + facts if m is not TrialOpened]),
            },
            "trial": {
                "address": "/ws/trial",
                "description": "A room of one, open to everyone, to find out which ways are open.",
                "messages": _references([*TRIAL_COMMANDS, *TRIAL_FACTS]),
            },
        },
        "operations": {
            "command": _operation("meeting", "receive", commands, "What the browser asks."),
            "fact": _operation(
                "meeting",
                "send",
                [m for m in facts if m is not TrialOpened],
                "What the node tells.",
            ),
            "trial_command": _operation(
                "trial", "receive", TRIAL_COMMANDS, "What the browser asks during a trial."
            ),
            "trial_fact": _operation(
                "trial", "send", TRIAL_FACTS, "What the node tells during a trial."
            ),
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


def _references(models: list[type[Message]]) -> dict[str, Any]:
    return {name_of(m): {"$ref": f"#/components/messages/{name_of(m)}"} for m in models}


def _operation(
    channel: str, action: str, models: list[type[Message]], summary: str
) -> dict[str, Any]:
    return {
        "action": action,
        "summary": summary,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name_of(m)}"} for m in models],
    }


def _message(model: type[Message]) -> dict[str, Any]:
    return {
        "name": name_of(model),
        "summary": cleandoc(model.__doc__ or ""),
        "payload": {"$ref": REFERENCE.format(model=model.__name__)},
    }
