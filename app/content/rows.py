"""What was counted, as rows."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from app.agreement.bootstrap import Estimate
from app.analysis.table import Ints
from app.content import counts, effects, relations, suppression
from app.content.forms import ContentPublic, EffectRow, FollowRow, FrequencyRow, TogetherRow
from app.content.service import Content
from app.sampling.basis import in_table

OPEN = ("all", "role", "person", "meeting", "group", "position")
HIDDEN = ("all", "role", "group", "position")
"""Persons, and single meetings, are told to the research team alone."""


class Factor(NamedTuple):
    """Something that turns are told apart by."""

    names: Sequence[str]
    of: Ints
    """Of each unit the number of its row."""


def factor(content: Content, name: str) -> Factor:
    coded = content.coded
    groups = [group.name for group in content.groups]
    if name == "role":
        return Factor(["member", "facilitator"], coded.is_facilitator.astype(np.int64))
    if name == "person":
        people = [f"{groups[each.group]}: {each.pseudonym}" for each in coded.speakers]
        return Factor(people, coded.speaker)
    if name == "meeting":
        sittings = [f"{groups[each.group]}: {each.ordinal}" for each in coded.meetings]
        return Factor(sittings, coded.meeting)
    if name == "group":
        return Factor(groups, coded.group)
    if name == "position":
        last = max((each.ordinal for each in coded.meetings), default=0)
        return Factor([str(number + 1) for number in range(last)], coded.ordinal - 1)
    return Factor(["all"], np.zeros(len(coded.meeting), dtype=np.int64))


def about(content: Content, other: Content, *, hide: bool) -> ContentPublic:
    """`other`: the axis whose codes are counted together with this one's."""
    found = content.material
    return ContentPublic(
        version_id=found.version.id,
        codebook=found.codebook.name,
        version=found.version.version,
        axis=content.axis.label,
        recordings=len(content.meetings),
        groups=len(content.groups),
        turns=len(content.coded.meeting),
        coded=int(content.coded.is_coded.sum()),
        hidden=hide,
        frequencies=frequencies(content, hide=hide),
        together=together(content, other, hide=hide),
        follows=follows(content, hide=hide),
        effects=measured(content),
    )


def _made(content: Content) -> dict[str, Any]:
    return {
        "axis": content.axis.label,
        "codebook_version": content.material.version.version,
        "sample": in_table(content.sample),
    }


def frequencies(content: Content, *, hide: bool) -> list[FrequencyRow]:
    return [
        row for name in (HIDDEN if hide else OPEN) for row in frequency(content, name, hide=hide)
    ]


def frequency(content: Content, by: str, *, hide: bool) -> list[FrequencyRow]:
    names, of = factor(content, by)
    found = counts.tally(content.coded, of, len(names))
    hidden = suppression.hidden(found.turns) if hide else np.zeros_like(found.turns, dtype=bool)
    return [
        FrequencyRow(
            **_made(content),
            by=by,
            row=name,
            code=code.label,
            turns=None if hidden[i, j] else int(found.turns[i, j]),
            of_turns=int(found.of_turns[i]),
            share=None if hidden[i, j] else float(found.share[i, j]),
            ms=None if hidden[i, j] else int(found.ms[i, j]),
            of_ms=int(found.of_ms[i]),
            share_of_time=None if hidden[i, j] else float(found.share_of_time[i, j]),
        )
        for i, name in enumerate(names)
        for j, code in enumerate(content.codes)
    ]


def together(content: Content, other: Content, *, hide: bool) -> list[TogetherRow]:
    """Within one axis each pair once. Hidden: cells of too few turns are left out."""
    same = content.axis.id == other.axis.id
    found = relations.together(content.coded.given, other.coded.given)
    return [
        TogetherRow(
            **_made(content),
            one=one.label,
            other_axis=other.axis.label,
            other=two.label,
            turns=int(found.counts[i, j]),
            expected=float(found.expected[i, j]),
            jaccard=float(found.jaccard[i, j]),
        )
        for i, one in enumerate(content.codes)
        for j, two in enumerate(other.codes)
        if (i < j or not same) and not (hide and found.counts[i, j] < suppression.FEWEST)
    ]


def follows(content: Content, *, hide: bool) -> list[FollowRow]:
    by_group = relations.successions(content.coded)
    whole = by_group.sum(axis=0)
    expected, sizes = relations.expected(whole), effects.successions(by_group)
    row_shares = counts.shares(whole, whole.sum(axis=1))
    return [
        FollowRow(
            **_made(content),
            before=one.label,
            after=other.label,
            turns=int(whole[i, j]),
            row_share=float(row_shares[i, j]),
            expected=float(expected[i, j]),
            yules_q=sizes[i][j].value,
            low=sizes[i][j].low,
            high=sizes[i][j].high,
        )
        for i, one in enumerate(content.codes)
        for j, other in enumerate(content.codes)
        if not (hide and whole[i, j] < suppression.FEWEST)
    ]


def measured(content: Content) -> list[EffectRow]:
    coded = content.coded
    found: list[tuple[str, str | None, Estimate]] = []
    for name in ("role", "person", "position", "group"):
        names, of = factor(content, name)
        size = effects.association(coded, len(names), of)
        if name == "group":  # groups are its rows: drawing them again would be another table
            size = Estimate(size.value, np.nan, np.nan)
        found.append((f"v_{name}", None, size))
    labels = [code.label for code in content.codes]
    per_code = {"role_difference": effects.role_differences(coded), "slope": effects.slopes(coded)}
    for effect, estimates in per_code.items():
        found += [(effect, *pair) for pair in zip(labels, estimates, strict=True)]
    return [
        EffectRow(
            **_made(content),
            effect=effect,
            code=code,
            value=each.value,
            low=each.low,
            high=each.high,
            groups=coded.groups,
        )
        for effect, code, each in found
    ]
