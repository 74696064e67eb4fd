"""What stands in the way of publishing, each said by its code and place."""

from collections.abc import Callable

import pytest
from hypothesis import given

from app.codebooks.checks import RESERVED_KEYS, faults
from app.codebooks.document import Axis, Choice, Code, CodebookDocument, Name
from app.codebooks.starter import starter
from tests.fixtures.codebooks import codebooks


@given(codebooks())
def test_a_whole_codebook_has_no_faults(document: CodebookDocument) -> None:
    assert faults(document, document) == []


def test_the_starter_may_be_published() -> None:
    assert faults(starter(with_bales=True)) == []


def break_(document: CodebookDocument, how: Callable[[Axis, Code], None]) -> set[str]:
    axis = document.axes[0]
    how(axis, axis.codes[1])
    return {fault.code for fault in faults(document, starter())}


def _twice(axis: Axis, code: Code) -> None:
    code.id = axis.codes[0].id


def _wrong_parent(axis: Axis, code: Code) -> None:
    code.parent_id = axis.codes[-1].id


def _no_codes(axis: Axis, code: Code) -> None:
    axis.codes = []


def _single(axis: Axis, code: Code) -> None:
    axis.choice = Choice.SINGLE


BREAKS: list[tuple[str, Callable[[Axis, Code], None]]] = [
    ("label", lambda axis, code: setattr(code, "label", "Työ")),
    ("label", lambda axis, code: setattr(axis, "label", "")),
    ("label_twice", lambda axis, code: setattr(code, "label", axis.codes[0].label)),
    ("label_twice", lambda axis, code: setattr(axis, "label", "function")),
    ("no_name", lambda axis, code: setattr(code, "name", Name())),
    ("no_name", lambda axis, code: setattr(axis, "name", Name())),
    ("key_twice", lambda axis, code: setattr(code, "key", axis.codes[0].key)),
    ("key_taken", lambda axis, code: setattr(code, "key", "m")),
    ("key_taken", lambda axis, code: setattr(code, "key", "Q")),
    ("id_twice", _twice),
    ("parent", _wrong_parent),
    ("no_codes", _no_codes),
    ("choice", _single),
]


@pytest.mark.parametrize(("fault", "how"), BREAKS, ids=[name for name, _ in BREAKS])
def test_each_fault_is_found_and_no_other(fault: str, how: Callable[[Axis, Code], None]) -> None:
    assert break_(starter(), how) == {fault}


def test_a_codebook_without_axes_is_none() -> None:
    assert [fault.code for fault in faults(CodebookDocument())] == ["no_axes"]


def test_no_key_of_the_starter_is_taken_by_the_page() -> None:
    keys = {code.key for _, code in starter(with_bales=True).codes()}
    assert not keys & RESERVED_KEYS
