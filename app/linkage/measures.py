"""What each person did in the talk, as one number: figures of group dynamics and of content, taken
as their own pages give them of all recordings. Members alone: a facilitator's part in the talk is
their task.

Who may not be studied is in neither, and so in none of these.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.analysis import programme
from app.analysis import service as analysis
from app.analysis.participation import Participation
from app.codebooks.document import Code
from app.content import counts
from app.content import service as content
from app.content.service import Scope
from app.exports.figures import Counted
from app.kit.db import Database
from app.kit.errors import NotFound

Key = tuple[UUID, str]
"""Group and pseudonym."""
CODE = "/"
"""Between axis and code in the name of a measure that is the share of a code."""
SHARES = frozenset({"talk_share"})
"""Between 0 and 1, as shares of codes are."""


@dataclass(frozen=True)
class Measure:
    name: str
    values: Mapping[Key, float]
    made_by: Sequence[str]
    """What the figures depend on: the rules of the turns, the codebook's version."""
    counted: Sequence[Counted]
    """In which recordings who is counted: a share of the talk is of everybody's."""
    code: Code | None = None
    """Of which it is the share."""

    @property
    def is_share(self) -> bool:
        return self.code is not None or self.name in SHARES


def _share(parts: Sequence[Participation]) -> float:
    """Mean over meetings, of those in which the person was for long enough."""
    known = [part.weighted_share for part in parts if not np.isnan(part.weighted_share)]
    return float(np.mean(known)) if known else np.nan


def _turns(parts: Sequence[Participation]) -> float:
    return float(sum(part.turns for part in parts))


def _rate(parts: Sequence[Participation]) -> float:
    return float(np.mean([part.turns_per_minute for part in parts]))


OF_TALK: Mapping[str, Callable[[Sequence[Participation]], float]] = {
    "talk_share": _share,
    "turns": _turns,
    "turns_per_minute": _rate,
}


async def of_talk(
    db: AsyncSession, actor: Actor, programme_id: UUID, name: str, group_id: UUID | None
) -> Measure:
    """Over the mentoring meetings in which each person was."""
    _, found = await analysis.of_programme(db, actor, programme_id)
    series = [(group, meetings) for group, meetings in found if group_id in (None, group.id)]
    parts: dict[Key, list[Participation]] = defaultdict(list)
    for group, meetings in series:
        for part in (part for each in meetings for part in each.measures.parts):
            if not part.is_facilitator:
                parts[group.id, part.pseudonym].append(part)
    values = {key: OF_TALK[name](own) for key, own in parts.items()}
    made_by = programme.rules([meetings for _, meetings in series])
    counted = analysis.counted(each for _, meetings in series for each in meetings)
    return Measure(name, _known(values), made_by, counted)


async def of_code(
    database: Database,
    db: AsyncSession,
    actor: Actor,
    programme_id: UUID,
    version_id: UUID,
    name: str,
    group_id: UUID | None,
) -> Measure:
    """The share of each person's coded turns that have this code: `axis/code`, by their labels. Of
    meetings that the person led nothing counts."""
    axis, _, label = name.partition(CODE)
    found, _ = await content.of_axes(database, db, actor, version_id, Scope(group_id), axis, axis)
    labels = [code.label for code in found.codes]
    if found.material.codebook.programme_id != programme_id or label not in labels:
        raise NotFound(field="measure")
    coded = found.coded.only(~found.coded.is_facilitator)
    shares = counts.tally(coded, coded.speaker, len(coded.speakers)).share[:, labels.index(label)]
    values = {
        (found.groups[speaker.group].id, speaker.pseudonym): float(share)
        for speaker, share in zip(coded.speakers, shares, strict=True)
    }
    book, version = found.material.codebook, found.material.version
    made_by = [f"{book.name} {version.version}", *found.basis.rules]
    counted, code = content.counted(found), found.codes[labels.index(label)]
    return Measure(name, _known(values), made_by, counted, code)


def _known(values: Mapping[Key, float]) -> Mapping[Key, float]:
    return {key: value for key, value in values.items() if not np.isnan(value)}
