"""What comes over the wire is understood, or answered by one of the documented errors."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalling.codec import MAX_BYTES, ProtocolError, decode, encode
from signalling.messages import Done, Say


def answer(data: str | bytes) -> tuple[str, int | None]:
    with pytest.raises(ProtocolError) as caught:
        decode(data)
    return caught.value.answer.code, caught.value.answer.ref


@given(st.binary(max_size=400) | st.text(max_size=400))
def test_garbage_is_refused_and_nothing_else_is_raised(data: str | bytes) -> None:
    with suppress(ProtocolError):
        decode(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["type", "ref", "text", "offer", "sources", "x"]), JSON))
def test_json_of_the_wrong_shape_is_refused_too(fields: dict[str, object]) -> None:
    with suppress(ProtocolError):
        decode(json.dumps(fields))


def test_each_mistake_has_its_code_and_keeps_the_ref() -> None:
    assert answer(b"\x00") == ("not_json", None)
    assert answer("{") == ("not_json", None)
    assert answer("[" * 5000) == ("not_json", None)
    assert answer('{"type": "dance", "ref": 3}') == ("unknown_type", 3)
    assert answer('{"ref": 3}') == ("unknown_type", 3)
    assert answer('{"type": "say", "ref": 3}') == ("malformed", 3)
    assert answer('{"type": "say", "ref": "3", "text": "a"}') == ("malformed", None)
    assert answer('{"type": "say", "ref": 3, "text": "a", "role": "facilitator"}') == (
        "malformed",
        3,
    )
    assert answer(" " * (MAX_BYTES + 1)) == ("too_large", None)


def test_a_command_and_a_fact_go_through() -> None:
    assert decode('{"type": "say", "ref": 1, "text": "Hyvää päivää"}') == Say(
        ref=1, text="Hyvää päivää"
    )
    assert json.loads(encode(Done(ref=1))) == {"type": "done", "ref": 1}
