"""The shape of a codebook."""

import pytest
from pydantic import ValidationError

from app.codebooks.document import Axis, Code, CodebookDocument, Name


def test_a_missing_language_is_stood_in_for() -> None:
    assert Name(sv="Tema").said("en") == "Tema"
    assert Name(fi="Teema", en="Theme").said("en") == "Theme"
    assert Name().said("fi") == ""


def test_a_parent_that_does_not_stand_before_counts_for_none() -> None:
    child = Code(label="child")
    parent = Code(label="parent", parent_id=child.id)
    child.parent_id = parent.id
    assert list(Axis(codes=[parent, child]).depths().values()) == [0, 1]
    own = Code(label="own")
    own.parent_id = own.id
    assert Axis(codes=[own]).depths() == {own.id: 0}


def test_what_is_required_is_known() -> None:
    axes = [Axis(is_required=True), Axis()]
    assert CodebookDocument(axes=axes).required == {axes[0].id}


@pytest.mark.parametrize(
    "fields",
    [{"colour": "red"}, {"key": "ab"}, {"name": {"de": "x"}}, {"label": "x" * 41}, {"more": 1}],
)
def test_what_no_code_can_be_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Code.model_validate(fields)
