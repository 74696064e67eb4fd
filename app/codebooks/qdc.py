"""A codebook as a REFI-QDA Codebook 1.0 (.qdc), for ATLAS.ti, MAXQDA, NVivo and their like.

The format knows one tree of codes in one language and no axes: an axis is a code at the top that
can't be coded with. What it can't hold is lost: the other languages, keys, which axes are required,
single, multiple or ordinal. Read back over the codebook that it came from, nothing of that is lost,
because axes and codes are known by their ids.

Uploaded XML comes from anywhere: document type declarations and entities are refused.
"""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from pydantic import ValidationError

from app.codebooks.csv_file import NotACodebook
from app.codebooks.descriptions import described, fit, parted
from app.codebooks.document import Axis, Code, CodebookDocument
from app.codebooks.labels import label_of

NAMESPACE = "urn:QDA-XML:codebook:1.0"
DEEPEST = 30
"""Lower: somebody's hierarchy is refused. Higher: a file could exhaust the stack."""
LONGEST_NAME = 120


def written(document: CodebookDocument, language: str) -> bytes:
    """UTF-8 XML, valid against Codebook.xsd when there is at least one axis."""
    root = Element("CodeBook", {"xmlns": NAMESPACE, "origin": "eMessi"})
    grow(SubElement(root, "Codes"), document, language, {})
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def grow(
    codes: Element, document: CodebookDocument, language: str, places: dict[UUID, Element]
) -> None:
    """Puts the axes and codes of a document below `codes`, and into `places` where each stands.
    What stands there already stays as it is: the ids of a file are unique."""
    for axis in document.axes:
        if axis.id not in places:
            places[axis.id] = _element(codes, axis, language, is_codable=False)
        for code in axis.codes:
            if code.id not in places:
                above = places.get(code.parent_id or axis.id, places[axis.id])
                places[code.id] = _element(above, code, language, is_codable=code.is_codable)
                places[code.id].set("color", code.colour)


def _element(above: Element, thing: Axis | Code, language: str, *, is_codable: bool) -> Element:
    name = fit(thing.name.said(language)) or thing.label
    attributes = {"guid": str(thing.id), "name": name, "isCodable": str(is_codable).lower()}
    element = SubElement(above, "Code", attributes)
    text = described(thing, language)
    if text:
        SubElement(element, "Description").text = text
    return element


def read(content: bytes, known: CodebookDocument, language: str) -> CodebookDocument:
    """Raises NotACodebook. Codes at the top that can be coded with are gathered on one axis."""
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, ValueError):
        raise NotACodebook(field="file") from None
    codes = next((each for each in root if _tag(each) == "Codes"), None)
    if _tag(root) != "CodeBook" or codes is None:
        raise NotACodebook(field="file")
    axes: list[dict[str, Any]] = []
    loose = []
    for element in _codes(codes):
        if _is_codable(element):
            loose.append(element)
        else:
            axes.append(_axis(element, list(_codes(element)), known, language, axes))
    if loose:
        gathered = Element("Code", {"name": root.get("origin") or "Codes"})
        axes.append(_axis(gathered, loose, known, language, axes))
    try:
        return CodebookDocument.model_validate({"axes": axes})
    except ValidationError:
        raise NotACodebook(field="file") from None


def _axis(
    element: Element,
    inside: list[Element],
    known: CodebookDocument,
    language: str,
    before: list[dict[str, Any]],
) -> dict[str, Any]:
    was = known.axis(id_) if (id_ := _id(element)) else None
    axis = _fields(element, was, language, {each["label"] for each in before}, "axis")
    codes: list[dict[str, Any]] = []
    _gather(inside, None, codes, {code.id: code for _, code in known.codes()}, language, 1)
    return axis | {"codes": codes}


def _gather(
    elements: list[Element],
    parent: str | None,
    found: list[dict[str, Any]],
    known: dict[UUID, Code],
    language: str,
    depth: int,
) -> None:
    if depth > DEEPEST:
        raise NotACodebook(field="file")
    for element in elements:
        id_ = _id(element)
        was = known.get(id_) if id_ else None
        code = _fields(element, was, language, {each["label"] for each in found}, "code")
        code.setdefault("id", str(Code().id))
        colour = (element.get("color") or "").lower()
        if re.fullmatch("#[0-9a-f]{3}", colour):
            colour = "#" + "".join(2 * digit for digit in colour[1:])
        code |= {"colour": colour} if colour else {}
        found.append(code | {"parent_id": parent, "is_codable": _is_codable(element)})
        _gather(list(_codes(element)), code["id"], found, known, language, depth + 1)


def _fields(
    element: Element, was: Axis | Code | None, language: str, taken: set[str], kind: str
) -> dict[str, Any]:
    """As it was, where the file says nothing else. What the file says no more goes in every
    language."""
    name = (element.get("name") or "")[:LONGEST_NAME]
    text = "".join(each.text or "" for each in element if _tag(each) == "Description").strip()
    if was is None:
        fields: dict[str, Any] = {"label": label_of(name, taken, otherwise=kind)}
        fields |= {"id": str(id_)} if (id_ := _id(element)) else {}
        told = {each: {language: said} for each, said in _parts(text, kind).items()}
        return fields | {"name": {language: name}, **told}
    fields = was.model_dump(mode="json", exclude={"codes"})
    if name != (fit(was.name.said(language)) or was.label):
        fields["name"][language] = name
    if text != (before := described(was, language)):
        old, new = _parts(before, kind), _parts(text, kind)
        for each in old | new:
            if old.get(each) != new.get(each):
                fields[each] = fields[each] | {language: new[each]} if each in new else {}
    return fields


def _parts(text: str, kind: str) -> dict[str, str]:
    """Of an axis nothing but its definition is told."""
    return parted(text) if kind == "code" else {"definition": text}


def _id(element: Element) -> UUID | None:
    try:
        return UUID(element.get("guid", ""))
    except ValueError:
        return None


def _is_codable(element: Element) -> bool:
    return element.get("isCodable", "true").lower() in ("true", "1")


def _codes(element: Element) -> Iterator[Element]:
    return (each for each in element if _tag(each) == "Code")


def _tag(element: Element) -> str:
    """Without its namespace: programs write it in two ways."""
    return str(element.tag).rpartition("}")[2]
