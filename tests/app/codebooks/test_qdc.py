"""REFI-QDA codebooks, read by another library and by ours; and what may not be in an upload."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyrefiqda import RefiCodebook

from app.codebooks.csv_file import NotACodebook
from app.codebooks.descriptions import WORDS, described
from app.codebooks.document import Axis, Code, CodebookDocument, Name, Prose
from app.codebooks.qdc import DEEPEST, read, written
from app.codebooks.starter import starter
from app.kit.languages import LANGUAGES
from tests.fixtures.codebooks import codebooks

EMPTY = CodebookDocument()


def by_others(content: bytes) -> Any:
    """As pyrefiqda reads it, whose types are made of the published XSD."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "codebook.qdc"
        path.write_bytes(content)
        return RefiCodebook.load(path)


@settings(max_examples=40)
@given(codebooks(), st.sampled_from(LANGUAGES))
def test_another_library_reads_the_same_tree(document: CodebookDocument, language: str) -> None:
    found = by_others(written(document, language))
    assert found.origin == "eMessi"
    for axis, there in zip(document.axes, found.codes.code, strict=True):
        assert UUID(there.guid) == axis.id
        assert not there.is_codable
        assert there.name == axis.name.said(language)
        seen = dict(_walk(there, None))
        assert seen.keys() == {code.id for code in axis.codes}
        for code in axis.codes:
            other, parent = seen[code.id]
            assert parent == code.parent_id
            assert (other.name, other.color) == (code.name.said(language), code.colour)
            assert other.is_codable == code.is_codable
            assert (other.description or "").strip() == described(code, language)


def _walk(element: Any, parent: UUID | None) -> Any:
    for each in element.code:
        yield UUID(each.guid), (each, parent)
        yield from _walk(each, UUID(each.guid))


@given(codebooks(), st.sampled_from(LANGUAGES))
def test_over_its_own_codebook_nothing_is_lost_but_order(
    document: CodebookDocument, language: str
) -> None:
    found = read(written(document, language), document, language)
    assert [axis.id for axis in found.axes] == [axis.id for axis in document.axes]
    for axis, was in zip(found.axes, document.axes, strict=True):
        assert axis.model_dump(exclude={"codes"}) == was.model_dump(exclude={"codes"})
        assert {code.id: code for code in axis.codes} == {code.id: code for code in was.codes}
        assert list(axis.depths().values()).count(0) == list(was.depths().values()).count(0)


@given(codebooks())
def test_elsewhere_names_definitions_and_hierarchy_arrive(document: CodebookDocument) -> None:
    found = read(written(document, "fi"), EMPTY, "fi")
    for axis, was in zip(found.axes, document.axes, strict=True):
        assert (axis.id, axis.name.fi) == (was.id, was.name.fi)
        arrived = {code.id: code for code in axis.codes}
        for code in was.codes:
            other = arrived[code.id]
            assert (other.name.fi, other.parent_id, other.colour) == (
                code.name.fi,
                code.parent_id,
                code.colour,
            )
            for name in ("definition", *WORDS):
                assert getattr(other, name).fi == getattr(code, name).said("fi")


def test_what_another_program_changed_is_taken_over_in_its_language_only() -> None:
    document = starter()
    text = written(document, "en").decode().replace('name="Values"', 'name="Values and cause"')
    changed = next(c for _, c in read(text.encode(), document, "en").codes() if c.label == "values")
    assert (changed.name.en, changed.name.fi) == ("Values and cause", "Arvot")


def test_what_another_program_changed_in_one_part_leaves_the_others() -> None:
    """Its exclusion written anew, its example taken away: in Finnish, of a file in Finnish."""
    code = Code(label="values", name=Name(fi="Arvot"))
    for name in ("definition", "include", "exclude", "example"):
        setattr(code, name, Prose(fi=f"{name} suomeksi", en=f"{name} in English"))
    document = CodebookDocument(axes=[Axis(label="theme", name=Name(fi="Teema"), codes=[code])])
    text = written(document, "fi").decode()
    assert "Ei sisälly: exclude suomeksi\n\nEsimerkki: example suomeksi" in text
    text = text.replace("exclude suomeksi\n\nEsimerkki: example suomeksi", "toisin")
    (changed,) = read(text.encode(), document, "fi").axes[0].codes
    assert changed.exclude == Prose(fi="toisin", en="exclude in English")
    assert changed.example == Prose()
    assert (changed.definition, changed.include) == (code.definition, code.include)


def test_codes_without_an_axis_are_gathered_on_one() -> None:
    content = b"""<?xml version="1.0"?><CodeBook xmlns="urn:QDA-XML:codebook:1:0" origin="NVivo">
      <Codes><Code guid="{6f1b6d5e-35c8-4d0b-9d0a-6a1f2f3c7e11}" name="Work" isCodable="true"
        color="#0aF"><Description>All of it</Description><Code name="Time" isCodable="true"/>
      </Code></Codes></CodeBook>"""
    (axis,) = read(content, EMPTY, "en").axes
    work, time = axis.codes
    assert (axis.label, work.name.en, work.colour) == ("nvivo", "Work", "#00aaff")
    assert work.id == UUID("6f1b6d5e-35c8-4d0b-9d0a-6a1f2f3c7e11")
    assert (time.parent_id, work.definition.en) == (work.id, "All of it")


BOMB = b"""<?xml version="1.0"?><!DOCTYPE CodeBook [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>
<CodeBook><Codes><Code name="&b;" isCodable="true"/></Codes></CodeBook>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE CodeBook [<!ENTITY a SYSTEM "file:///etc/hostname">]>
<CodeBook><Codes><Code name="&a;" isCodable="true"/></Codes></CodeBook>"""
DTD_ALONE = b"""<!DOCTYPE CodeBook SYSTEM "http://localhost/x.dtd"><CodeBook><Codes/></CodeBook>"""
DEEP = b"<CodeBook><Codes>" + b"<Code name='x'>" * (DEEPEST + 2) + b"</Code>" * (DEEPEST + 2)
DEEP += b"</Codes></CodeBook>"


@pytest.mark.parametrize(
    "content",
    [b"", b"<CodeBook", b"<Other/>", b"<CodeBook/>", BOMB, OUTSIDE, DTD_ALONE, DEEP],
    ids=["empty", "torn", "other", "no_codes", "bomb", "outside", "dtd", "deep"],
)
def test_what_is_no_codebook_or_is_dangerous_is_refused(content: bytes) -> None:
    with pytest.raises(NotACodebook):
        read(content, EMPTY, "fi")


@given(st.binary(max_size=300))
def test_rubbish_is_refused_and_never_crashes(content: bytes) -> None:
    with pytest.raises(NotACodebook):
        read(content, EMPTY, "fi")


def test_what_xml_can_not_hold_is_left_out() -> None:
    code = Code(label="a", name=Name(fi="a\x01b"), definition=Prose(fi="c\x0bd\r\ne"))
    document = CodebookDocument(axes=[Axis(label="x", name=Name(fi="X\ufffe"), codes=[code])])
    (axis,) = read(written(document, "fi"), EMPTY, "fi").axes
    assert (axis.name.fi, axis.codes[0].name.fi) == ("X", "ab")
    assert axis.codes[0].definition.fi == "cd\ne"
