"""Every code of a programme's finished coders as one table, a row for each: what `coding.codes`
says of one recording. Left out are those that whoever exports must not see while coding there."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

import polars as pl
from sqlalchemy import case
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.blinding import service as blinding
from app.blinding.models import CodingAssignment
from app.codebooks import service as codebooks
from app.codebooks.models import Codebook, CodebookVersion
from app.coding import comparing, seeing
from app.coding.codes import DECIDED
from app.coding.models import Adjudication, Coding, CodingMemo
from app.exports.formats import parquet
from app.exports.programme.material import Material
from app.kit.db import Database
from app.kit.frames import EpochSeconds, frame, key
from app.turns.models import Turn, TurnIndex

SCHEMA = parquet.CODINGS | {"codebook": pl.String()}
"""`codebook`: the file that says what the code means, without its ending."""
SOURCES = {
    **dict.fromkeys(("assignment", "version", "recording_id", "coder"), pl.String()),
    "number": pl.Int32(),
}
LABELS = {
    **dict.fromkeys(("version", "axis_id", "code_id", "codebook", "axis"), pl.String()),
    **dict.fromkeys(("code", "main_code", "path"), pl.String()),
    "place": pl.Int32(),
}
MEMOS = dict.fromkeys(("assignment", "key", "memo"), pl.String())
LAST = 2**31 - 1
"""After every coder's number stands what was decided."""
AT_ONCE = 16
"""Recordings. Lower: more questions to the database. Higher: more memory, which of a whole study's
codes at once is a gigabyte."""
MOMENT = "%Y-%m-%dT%H:%M:%S+00:00"

Finished = Sequence[tuple[CodingAssignment, CodebookVersion, Codebook]]


@dataclass(frozen=True)
class Coded:
    table: pl.DataFrame
    """`SCHEMA`, by turn."""
    versions: Sequence[CodebookVersion]
    """What explains the codes: `codebook`, `codebook-2` …"""
    withheld: Collection[UUID]
    """Recordings that whoever exports still codes."""


async def of_material(
    database: Database,
    db: AsyncSession,
    actor: Actor,
    found: Material,
    turns: pl.DataFrame,
    *,
    with_memos: bool,
) -> Coded:
    """Of these turns. The audit log is told before whose codes are read."""
    of_it = {each.recording.id for each in found.recordings}
    withheld = of_it & await blinding.coding(db, actor.user_id)
    finished = await _finished(db, of_it - withheld)
    await seeing.told(database, db, actor, {one.recording_id for one, _, _ in finished})
    versions = list({version.id: version for _, version, _ in finished}.values())
    labels = _labels(versions)
    tables = [pl.DataFrame(schema=SCHEMA)]
    for start in range(0, len(found.recordings), AT_ONCE):
        places = range(start, min(start + AT_ONCE, len(found.recordings)))
        ids = {found.recordings[place].recording.id for place in places}
        own = [each for each in finished if each[0].recording_id in ids]
        some = turns.filter(pl.col("recording").is_in(places))
        tables.append(await _table(db, own, labels, some, with_memos=with_memos))
    return Coded(pl.concat(tables), versions, withheld)


async def _table(
    db: AsyncSession,
    finished: Finished,
    labels: pl.DataFrame,
    turns: pl.DataFrame,
    *,
    with_memos: bool,
) -> pl.DataFrame:
    """Of some recordings: these turns, and who finished them."""
    sources = await _sources(db, finished)
    given = pl.concat([await _said(db, sources), await _decided(db, finished)], how="diagonal")
    said = given.join(labels, on=["version", "axis_id", "code_id"])
    memos = await _memos(db, finished) if with_memos else pl.DataFrame(schema=MEMOS)
    table = _ordered(_beside(said, memos, sources), turns)
    return table.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())


async def _finished(db: AsyncSession, recording_ids: Collection[UUID]) -> Finished:
    query = (
        select(CodingAssignment, CodebookVersion, Codebook)
        .where(col(CodingAssignment.recording_id).in_(recording_ids))
        .where(col(CodingAssignment.finished_at).is_not(None))
        .where(CodingAssignment.version_id == CodebookVersion.id)
        .where(CodebookVersion.codebook_id == Codebook.id)
        .order_by(col(CodingAssignment.id))
    )
    return (await db.exec(query)).all()


async def _sources(db: AsyncSession, finished: Finished) -> pl.DataFrame:
    programmes = {book.programme_id for _, _, book in finished}
    numbers = {id_: await comparing.coder_numbers(db, id_) for id_ in programmes}
    rows = [
        (key(one.id), key(version.id), key(one.recording_id), f"coder{number}", number)
        for one, version, book in finished
        for number in (numbers[book.programme_id][one.coder_id],)
    ]
    return pl.DataFrame(rows, schema=SOURCES, orient="row")


def _labels(versions: Sequence[CodebookVersion]) -> pl.DataFrame:
    rows = [
        (
            *(key(version.id), key(axis.id), key(code.id), stem, axis.label, code.label),
            *(line[0].label, path, place),
        )
        for number, version in enumerate(versions, start=1)
        for stem in ("codebook" if number == 1 else f"codebook-{number}",)
        for place, axis in enumerate(codebooks.said(version).axes)
        for code, line, path in zip(
            axis.codes, axis.lines().values(), axis.paths().values(), strict=True
        )
    ]
    return pl.DataFrame(rows, schema=LABELS, orient="row")


async def _said(db: AsyncSession, sources: pl.DataFrame) -> pl.DataFrame:
    ids = {
        "assignment": Coding.assignment_id,
        "key": Coding.turn_id,
        "axis_id": Coding.axis_id,
        "code_id": Coding.code_id,
        "id": Coding.id,
    }
    numbers = {
        "is_primary": case((col(Coding.is_primary), 1), else_=0),
        "confidence": Coding.confidence,
        "decided_s": EpochSeconds(col(Coding.decided_at)),
    }
    of_it = [UUID(each) for each in sources["assignment"]]
    where = (col(Coding.assignment_id).in_(of_it), col(Coding.ended_at).is_(None))
    found = await frame(db, ids, numbers, where)
    moment = pl.from_epoch("decided_s", "s").dt.strftime(MOMENT).alias("decided_at")
    return found.join(sources, on="assignment").with_columns(moment)


async def _decided(db: AsyncSession, finished: Finished) -> pl.DataFrame:
    """Where a recording has several coders. That no code fits is no row."""
    times = Counter((one.recording_id, version.id) for one, version, _ in finished)
    double = {pair for pair, coders in times.items() if coders > 1}
    ids = {
        "version": Adjudication.version_id,
        "recording_id": TurnIndex.recording_id,
        "key": Adjudication.turn_id,
        "axis_id": Adjudication.axis_id,
        "code_id": Adjudication.code_id,
        "id": Adjudication.id,
    }
    numbers = {"is_primary": case((col(Adjudication.is_primary), 1), else_=0)}
    where = (
        col(Adjudication.turn_id) == Turn.id,
        col(Turn.index_id) == TurnIndex.id,
        col(TurnIndex.recording_id).in_({recording for recording, _ in double}),
        col(Adjudication.ended_at).is_(None),
    )
    pairs = [(key(recording), key(version)) for recording, version in double]
    own = pl.DataFrame(
        pairs, schema=dict.fromkeys(("recording_id", "version"), pl.String()), orient="row"
    )
    found = (await frame(db, ids, numbers, where)).join(own, on=own.columns, how="semi")
    named = (pl.lit(DECIDED).alias("coder"), pl.lit(LAST, pl.Int32()).alias("number"))
    return found.with_columns(*named)


async def _memos(db: AsyncSession, finished: Finished) -> pl.DataFrame:
    of_it = [one.id for one, _, _ in finished]
    query = select(CodingMemo.assignment_id, CodingMemo.turn_id, CodingMemo.body)
    rows = (await db.exec(query.where(col(CodingMemo.assignment_id).in_(of_it)))).all()
    noted = [(key(assignment), key(turn), body) for assignment, turn, body in rows]
    return pl.DataFrame(noted, schema=MEMOS, orient="row")


def _beside(said: pl.DataFrame, memos: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """A memo stands beside each code of its coder, or in a row without a code."""
    own = ["assignment", "key"]
    alone = memos.join(said, on=own, how="anti").join(sources, on="assignment")
    return pl.concat([said.join(memos, on=own, how="left"), alone], how="diagonal")


def _ordered(said: pl.DataFrame, turns: pl.DataFrame) -> pl.DataFrame:
    """In the order of turns; of one turn by coder, codebook and axis, the leading code first."""
    about = turns.with_row_index("row").drop("speaker", "recording", "index")
    order = {"row": False, "number": False, "codebook": False, "place": False, "is_primary": True}
    down = [*order.values(), False]
    table = said.join(about, on="key").sort(*order, "id", descending=down, nulls_last=True)
    return table.with_columns(
        pl.col("axis", "code", "main_code", "path", "memo", "codebook").fill_null("")
    )
