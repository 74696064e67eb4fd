"""Text on the wire to commands, facts to text on the wire. The only caller of the validators."""

import json

from pydantic import TypeAdapter, ValidationError

from signalling.messages import ClientMessage, Error, ServerMessage

_commands: TypeAdapter[ClientMessage] = TypeAdapter(ClientMessage)

MAX_BYTES = 128 * 1024
"""An SDP offer with every codec a browser has stays below 20 KiB."""


class ProtocolError(Exception):
    """What came could not be understood. It carries the answer, and never what was said."""

    def __init__(self, answer: Error) -> None:
        super().__init__(answer.code)
        self.answer = answer


def decode(data: str | bytes) -> ClientMessage:
    """Raises ProtocolError, and nothing else, whatever comes."""
    if isinstance(data, bytes):
        raise ProtocolError(Error(code="not_json"))
    if len(data) > MAX_BYTES:
        raise ProtocolError(Error(code="too_large"))
    try:
        return _commands.validate_json(data)
    except ValidationError as error:
        kinds = {problem["type"] for problem in error.errors(include_input=False)}
    except (ValueError, RecursionError):
        raise ProtocolError(Error(code="not_json")) from None
    if "json_invalid" in kinds:
        raise ProtocolError(Error(code="not_json"))
    unknown = bool(kinds & {"union_tag_invalid", "union_tag_not_found"})
    raise ProtocolError(Error(code="unknown_type" if unknown else "malformed", ref=_ref(data)))


def encode(message: ServerMessage) -> str:
    return message.model_dump_json()


def _ref(data: str) -> int | None:
    """The `ref` of a command that is malformed otherwise, so that its sender need not wait."""
    try:
        ref = json.loads(data).get("ref")
    except (ValueError, AttributeError, RecursionError):
        return None
    return ref if type(ref) is int and 1 <= ref <= 2**31 else None
