"""Every turn of a programme as one table: the columns of the tables of one recording, but for those
of codes, which stand in a table of their own."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from uuid import UUID

import polars as pl
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent.models import Purpose
from app.exports.agreed import Contents, together
from app.exports.formats.parquet import SCHEMA
from app.exports.programme.material import Material
from app.transcripts import columns as words
from app.transcripts.attaching import attached
from app.transcripts.columns import Line
from app.turns.columns import TALKS
from app.turns.models import TurnState

KEYS = ("recording", "speaker", "index", "key")
"""Beside the columns of `SCHEMA`: `key` is the turn's id as in other frames, the others are places
in lists (see `app.turns.columns`)."""
PEOPLE = {
    "recording": pl.Int32(),
    "speaker": pl.Int32(),
    "pseudonym": pl.String(),
    "role": pl.String(),
    "may_quote": pl.Boolean(),
}
UUID_PARTS = ((0, 8), (8, 4), (12, 4), (16, 4), (20, 12))


class Turn(NamedTuple):
    id: UUID
    user_id: UUID
    start_ms: int
    end_ms: int


async def of_material(db: AsyncSession, found: Material) -> pl.DataFrame:
    """`SCHEMA` and `KEYS`, by group, recording and start: of those who may be in it."""
    ids = [each.recording.id for each in found.recordings]
    lines = await words.of_recordings(db, ids, found.parts)
    turns = found.spoken.every.join(_people(found), on=["recording", "speaker"])
    turns = turns.join(found.places(), on="recording").rename({"turn": "key"})
    turns = turns.sort("recording", "start_ms", "end_ms", "key")
    return turns.with_columns(
        dashed("key").alias("turn"),
        (pl.col("end_ms") - pl.col("start_ms")).alias("duration_ms"),
        _state(),
        pl.col("talk").replace_strict(dict(enumerate(map(str, TALKS))), return_dtype=pl.String()),
        pl.Series("words", list(_words(found, turns, lines)), dtype=pl.String()),
    ).select(*(pl.col(name).cast(kind) for name, kind in SCHEMA.items()), *KEYS)


def held(found: Material, turns: pl.DataFrame) -> dict[UUID, list[tuple[UUID, Contents]]]:
    """By group and recording whose turns, and whose words, are in it."""
    spoken = _of_people(found, turns)
    said = _of_people(found, turns.filter(pl.col("words") != ""))
    by_group: dict[UUID, list[tuple[UUID, Contents]]] = {id_: [] for id_ in found.parts}
    for place, people in spoken.items():
        indexed = found.recordings[place]
        agreed = found.part(indexed).agreed
        of_turns = agreed.of(people, Purpose.AUDIO, Purpose.INDEXING)
        mine = said.get(place, [])
        of_words = agreed.of(mine, Purpose.AUDIO, Purpose.TRANSCRIPT, words=True)
        own = (indexed.recording.id, together([of_turns, of_words]))
        by_group[indexed.meeting.group_id].append(own)
    return by_group


def dashed(name: str) -> pl.Expr:
    """Of an id's 32 digits, how it is written everywhere else."""
    parts = [pl.col(name).str.slice(start, length) for start, length in UUID_PARTS]
    return pl.concat_str(parts, separator="-")


def _people(found: Material) -> pl.DataFrame:
    """Whoever may be in it, by recording."""
    rows = [
        (place, who, member.pseudonym, str(member.role), agreed.may_quote(user))
        for place, each in enumerate(found.recordings)
        for agreed in (found.part(each).agreed,)
        for who, (user, member) in enumerate(each.people.items())
        if agreed.includes(user)
    ]
    return pl.DataFrame(rows, schema=PEOPLE, orient="row")


def _of_people(found: Material, turns: pl.DataFrame) -> dict[int, list[UUID]]:
    people: dict[int, list[UUID]] = {}
    for place, who in turns.select("recording", "speaker").unique().sort(pl.all()).iter_rows():
        people.setdefault(place, []).append(found.recordings[place].users[who])
    return people


def _state() -> pl.Expr:
    accepted, proposed = pl.lit(str(TurnState.ACCEPTED)), pl.lit(str(TurnState.PROPOSED))
    return pl.when("is_accepted").then(accepted).otherwise(proposed).alias("state")


def _words(found: Material, turns: pl.DataFrame, lines: dict[UUID, list[Line]]) -> Iterator[str]:
    """Of each turn, in their order."""
    rows = turns.select("recording", "key", "speaker", "start_ms", "end_ms")
    for (place,), own in rows.group_by("recording", maintain_order=True):
        indexed = found.recordings[place]
        users, said = indexed.users, lines.get(indexed.recording.id, ())
        if not said:
            yield from [""] * len(own)
            continue
        of_it = [Turn(UUID(key), users[who], *span) for _, key, who, *span in own.iter_rows()]
        belonging = attached(of_it, said)
        yield from (_together(belonging.get(turn.id, ())) for turn in of_it)


def _together(lines: Iterable[Line]) -> str:
    return " ".join(line.text for line in lines)
