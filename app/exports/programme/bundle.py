"""What goes into the export of a programme: tables to be analysed, and what they rest on. No media.

Everything is read in one view of the database and put together beside the loop; nobody waits for
it, and nothing is written but who has read codes.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

import polars as pl
from sqlmodel.ext.asyncio.session import AsyncSession

from app.coding.codes import Codes
from app.consent.models import Purpose
from app.exports import bundle
from app.exports.agreed import Contents, together
from app.exports.bundle import Entry, made
from app.exports.codebooks import codebooks_of
from app.exports.consents import COLUMNS as OF_CONSENTS
from app.exports.consents import consents
from app.exports.formats.parquet import SCHEMA
from app.exports.models import Audience
from app.exports.programme import codings, material, tables, turns
from app.exports.programme.codings import Coded
from app.exports.programme.material import Material
from app.exports.programme.readme import readme
from app.exports.reader import Reader
from app.kit.csv_file import Decimal, csv_file, csv_text
from app.kit.db import Database
from app.programmes.models import Programme
from app.sampling import service as sampling
from app.sampling.forms import SampledRow
from app.sampling.models import Sample

Held = Mapping[UUID, list[tuple[UUID, Contents]]]
"""By group and recording whose data is in it, by which consents."""


class Whole(NamedTuple):
    entries: list[Entry]
    held: Held


async def of_programme(
    database: Database, db: AsyncSession, programme: Programme, reader: Reader, audience: Audience
) -> Whole | None:
    """None: nothing of it is indexed. Who asks, was asked at the door."""
    found = await material.of_programme(db, programme.id, audience)
    if not found.recordings:
        return None
    spoken = await turns.of_material(db, found)
    memos = audience == Audience.RESEARCH
    coded = await codings.of_material(database, db, reader.actor, found, spoken, with_memos=memos)
    sample = await sampling.in_force(db, programme.id)
    said = await _consents(db, found)
    held = turns.held(found, spoken)

    def entries() -> list[Entry]:
        files = _files(found, spoken, coded, sample, reader, audience)
        files.append(("consents.csv", said))
        whole = [made(name, content) for name, content in files]
        about = _manifest(programme, found, spoken, coded, sample, held, audience)
        return bundle.with_sums([*whole, bundle.written(about, whole)])

    return Whole(await asyncio.to_thread(entries), held)


def _files(
    found: Material,
    spoken: pl.DataFrame,
    coded: Coded,
    sample: Sample | None,
    reader: Reader,
    audience: Audience,
) -> list[tuple[str, bytes]]:
    sampled = sampling.decided(sample) if sample else None
    files = [("README.txt", readme(reader.text, audience, found, coded, sampled).encode())]
    files += tables.both("turns", spoken.select(*SCHEMA))
    files += tables.both("codings", coded.table) if len(coded.table) else []
    files.append(("recordings.csv", tables.csv(tables.recordings(found, spoken, sample))))
    files += codebooks_of(Codes(versions=list(coded.versions)), reader)
    if sample:
        names = {id_: part.name for id_, part in found.parts.items()}
        rows = sampling.listed(sample, names)
        table = csv_file(list(SampledRow.model_fields), rows, Decimal.COMMA)
        files.append(("sample.csv", table.encode()))
    return files


async def _consents(db: AsyncSession, found: Material) -> bytes:
    lines = [
        [str(part.group.id), part.name, *line]
        for part in found.parts.values()
        for line in await consents(db, part.group.programme_id, part.agreed)
    ]
    return csv_text(["group_id", "group", *OF_CONSENTS], lines).encode()


def _manifest(
    programme: Programme,
    found: Material,
    spoken: pl.DataFrame,
    coded: Coded,
    sample: Sample | None,
    held: Held,
    audience: Audience,
) -> dict[str, Any]:
    anybody = next(iter(found.parts.values())).agreed
    indexed = anybody.rests_on(Purpose.AUDIO, Purpose.INDEXING)
    return bundle.begun(audience) | {
        "programme": str(programme.id),
        "groups": [
            {
                "id": str(id_),
                "name": part.name,
                "purposes": part.agreed.named(together(each for _, each in held[id_])),
            }
            | bundle.people(part.agreed)
            for id_, part in found.parts.items()
        ],
        "sampling": sampling.decided(sample) if sample else None,
        "turns": {"count": len(spoken)} | indexed,
        "codes": {
            "count": len(coded.table),
            "codebooks": [
                {"id": str(each.codebook_id), "version": each.version} for each in coded.versions
            ],
            "withheld_from_coder": sorted(map(str, coded.withheld)),
        }
        | indexed,
        "rules": _rules(found, spoken),
    }


def _rules(found: Material, spoken: pl.DataFrame) -> list[dict[str, Any]]:
    """Of every index that a turn comes from, each once."""
    used = spoken.select("recording", "index").unique().sort(pl.all()).iter_rows()
    indexes = [found.recordings[place].indexes[nth] for place, nth in used]
    rules: list[dict[str, Any]] = []
    for index in indexes:
        told = {"version": index.version, "parameters": index.parameters}
        if told not in rules:
            rules.append(told)
    return rules
