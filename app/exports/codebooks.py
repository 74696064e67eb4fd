"""The codebooks that explain an export's codes, as files and in its manifest."""

from collections.abc import Iterator
from typing import Any

from app.codebooks import csv_file, qdc, service
from app.coding.codes import Codes
from app.exports.reader import Reader


def codebooks_of(found: Codes, reader: Reader) -> Iterator[tuple[str, bytes]]:
    """Names and contents: `codebook.csv` whole, `codebook.qdc` in the reader's language. Where
    codes come from several codebooks: `codebook-2.csv` …"""
    for place, version in enumerate(found.versions, start=1):
        stem = "codebook" if place == 1 else f"codebook-{place}"
        document = service.said(version)
        yield f"{stem}.csv", csv_file.written(document)
        yield f"{stem}.qdc", qdc.written(document, reader.actor.language)


def described_codes(found: Codes) -> dict[str, Any]:
    return {
        "columns": [column.name for column in found.columns],
        "codebooks": [
            {"id": str(each.codebook_id), "version": each.version} for each in found.versions
        ],
        "withheld_from_coder": found.is_withheld,
    }
