"""A codebook as a CSV table, whole: one row for each axis and each code, in reading order.

Spreadsheets open it, so whatever begins like a formula gets an apostrophe in front, which is taken
away again when the file is read. Files with commas, and in the old Windows code page, are read too.
"""

import csv
import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from app.codebooks.document import Axis, Code, CodebookDocument
from app.codebooks.labels import label_of
from app.kit.csv_file import csv_text
from app.kit.errors import Invalid
from app.kit.languages import LANGUAGES
from app.kit.spreadsheets import marked, unmarked

NAMES = ("name", "definition", "include", "exclude", "example", "source")
OF_AXES = frozenset({"name", "definition", "source"})
FLAGS = ("is_required", "is_ordinal", "is_codable")
COLUMNS = (
    *("kind", "axis", "label", "parent", "choice", *FLAGS, "key", "colour"),
    *(f"{name}_{language}" for name in NAMES for language in LANGUAGES),
    "id",
)
"""`axis`, `label` and `parent` hold labels. A file to be read needs `kind`, `axis` and a name."""


class NotACodebook(Invalid):
    """A file that can't be read as a codebook."""

    code = "codebook_file"


def written(document: CodebookDocument) -> bytes:
    """UTF-8 with a byte order mark."""
    return csv_text(
        COLUMNS, ([row.get(name) for name in COLUMNS] for row in _all(document))
    ).encode()


def _all(document: CodebookDocument) -> Iterator[dict[str, str]]:
    for axis in document.axes:
        labels = {code.id: code.label for code in axis.codes}
        yield _row("axis", axis, axis=axis.label)
        for code in axis.codes:
            parent = labels.get(code.parent_id, "") if code.parent_id else ""
            yield _row("code", code, axis=axis.label, parent=parent)


def _row(kind: str, thing: Axis | Code, **more: str) -> dict[str, str]:
    fields = thing.model_dump(mode="json")
    row = {"kind": kind, **more}
    row |= {name: str(fields[name]) for name in ("id", "label", "key", "colour") if name in fields}
    row |= {"choice": fields["choice"]} if kind == "axis" else {}
    row |= {name: "yes" if fields[name] else "no" for name in FLAGS if name in fields}
    for name in NAMES:
        for language, text in fields.get(name, {}).items():
            row[f"{name}_{language}"] = text
    return {name: marked(text) for name, text in row.items()}


def read(content: bytes) -> CodebookDocument:
    """Raises NotACodebook. Without ids, things get new ones; without labels, labels of their
    names."""
    axes: dict[str, dict[str, Any]] = {}
    for row in _rows(content):
        label = row.get("axis", "")
        if row["kind"] == "axis":
            fields = _fields(row, axes)
            label = label or fields["label"]
            axes[label] = {**fields, "label": label, "codes": []}
        elif row["kind"] == "code":
            axis = axes.setdefault(label, {"label": label, "name": {"en": label}, "codes": []})
            axis["codes"].append(_code(row, axis["codes"]))
    try:
        return CodebookDocument.model_validate({"axes": list(axes.values())})
    except ValidationError:
        raise NotACodebook(field="file") from None


def _rows(content: bytes) -> Iterator[dict[str, str]]:
    text = _decoded(content)
    head = text.partition("\n")[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    if not {"kind", "axis"} <= set(reader.fieldnames or ()):
        raise NotACodebook(field="file")
    try:
        for row in reader:
            yield {
                name: unmarked(value)
                for name, value in row.items()
                if isinstance(name, str) and isinstance(value, str)
            }
    except csv.Error:
        raise NotACodebook(field="file") from None


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    if "\0" in text:
        raise NotACodebook(field="file")
    return text


def _fields(row: dict[str, str], taken: Any = ()) -> dict[str, Any]:
    kept = OF_AXES if row["kind"] == "axis" else NAMES
    fields: dict[str, Any] = {
        name: {each: row.get(f"{name}_{each}", "") for each in LANGUAGES} for name in kept
    }
    name = next((fields["name"][each] for each in LANGUAGES if fields["name"][each]), "")
    fields["label"] = row.get("label") or label_of(name, taken, otherwise=row["kind"])
    if row.get("id"):
        fields["id"] = row["id"]
    flags = ("is_required", "is_ordinal") if row["kind"] == "axis" else ("is_codable",)
    fields |= {flag: _yes(row[flag]) for flag in flags if row.get(flag)}
    if row["kind"] == "axis" and row.get("choice"):
        fields["choice"] = row["choice"].strip().lower()
    return fields


def _code(row: dict[str, str], before: list[dict[str, Any]]) -> dict[str, Any]:
    code = _fields(row, {each["label"] for each in before}) | {"key": row.get("key", "").strip()}
    if row.get("colour"):
        code["colour"] = row["colour"].strip().lower()
    code.setdefault("id", str(Code().id))
    parents = [each["id"] for each in before if each["label"] == row.get("parent")]
    code["parent_id"] = UUID(str(parents[-1])) if row.get("parent") and parents else None
    return code


def _yes(text: str) -> bool:
    return text.strip().lower() in ("yes", "1", "true", "kyllä", "ja")
