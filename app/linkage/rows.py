"""What was linked, as rows."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np

from app.content import suppression
from app.linkage.forms import LinkPublic, OptionRow, PersonLink
from app.linkage.pairs import Option, by_answer, within
from app.linkage.service import Linked
from app.surveys.models import AnswerKind

ENDS = ("low", "high")
"""Single people's."""
FIGURES = ("people", "groups", "mean", "sd", "median", *ENDS)


def about(programme_id: UUID, linked: Linked, *, hide: bool) -> LinkPublic:
    """`hide`: for others than the research team."""
    column, pairs = linked.column, linked.pairs
    rho = within(pairs)
    is_choice = column.kind == AnswerKind.CHOICE
    options = by_answer(pairs) if is_choice else []
    return LinkPublic(
        programme_id=programme_id,
        column=column.name,
        question=column.after.question.label,
        kind=column.kind,
        survey=column.after.survey.name,
        before=column.before.survey.name if column.before else None,
        measure=linked.measure.name,
        made_by=list(linked.measure.made_by),
        answered=linked.answered,
        linked=len(pairs),
        groups=len({pair.group_id for pair in pairs}),
        hidden=hide,
        rho=rho.value,
        low=rho.low,
        high=rho.high,
        people=[] if hide else [PersonLink.model_validate(pair) for pair in pairs],
        options=_options(options, hide=hide),
    )


def _options(found: Sequence[Option], *, hide: bool) -> list[OptionRow]:
    """The number of all who were linked is told, so one hidden answer would be its rest. Where even
    all of them hidden would follow from it, not even what was answered is told."""
    counts = np.array([each.people for each in found], dtype=np.int64)
    hidden = suppression.hidden(counts) if hide else np.zeros(len(found), dtype=bool)
    if hidden.any() and hidden.all() and suppression.follows(counts):
        return []
    return [
        OptionRow.model_validate(
            each._asdict() | dict.fromkeys(FIGURES if unseen else ENDS if hide else ())
        )
        for each, unseen in zip(found, hidden, strict=True)
    ]
