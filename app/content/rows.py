"""What was counted, as rows."""

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from app.analysis.table import Flags, Ints
from app.content import counts, effects, relations, suppression
from app.content import river as rivers
from app.content.effects import Within
from app.content.forms import (
    ContentPublic,
    EffectRow,
    FollowRow,
    FrequencyRow,
    RiverRow,
    TogetherRow,
)
from app.content.service import Content
from app.content.table import ROLES
from app.sampling.basis import in_table
from app.turns.rules import on_one_line

OPEN = ("all", "role", "person", "meeting", "group", "position")
HIDDEN = ("role", "group", "position")
"""Persons, and single meetings, are told to the research team alone."""


class Factor(NamedTuple):
    """Something that turns are told apart by."""

    names: Sequence[str]
    of: Ints
    """Of each unit the number of its row."""


def factor(content: Content, name: str) -> Factor:
    coded = content.coded
    groups = apart([group.name for group in content.groups])
    if name == "role":
        there = len(ROLES) if (coded.role == len(ROLES) - 1).any() else len(ROLES) - 1
        return Factor(ROLES[:there], coded.role)
    if name == "person":
        people = [f"{groups[each.group]}: {each.pseudonym}" for each in coded.speakers]
        return Factor(people, coded.speaker)
    if name == "meeting":
        sittings = [f"{groups[each.group]}: {each.ordinal}" for each in coded.meetings]
        return Factor(apart(sittings), coded.meeting)
    if name == "group":
        return Factor(groups, coded.group)
    if name == "position":
        held = sorted({each.ordinal for each in coded.meetings})
        of = np.searchsorted(np.array(held, dtype=np.int64), coded.ordinal)
        return Factor([str(ordinal) for ordinal in held], of)
    return Factor(["all"], np.zeros(len(coded.meeting), dtype=np.int64))


def apart(names: Sequence[str]) -> list[str]:
    """The same, each once: of two that are alike the second gets a number."""
    found: list[str] = []
    for name in names:
        numbered = (f"{name} ({number})" for number in itertools.count(2))
        free = (each for each in numbered if each not in found and each not in names)
        found.append(next(free) if name in found else name)
    return found


def about(content: Content, other: Content, *, hide: bool) -> ContentPublic:
    """`other`: the axis whose codes are counted together with this one's. `hide`: for others than
    the research team; see `suppression` for what is left out and why."""
    found, basis = content.material, content.basis
    return ContentPublic(
        version_id=found.version.id,
        codebook=found.codebook.name,
        version=found.version.version,
        axis=content.axis.label,
        level=content.level,
        recordings=len(content.meetings),
        groups=len(content.groups),
        turns=None if hide else basis.turns,
        coded=None if hide else int(content.coded.is_coded.sum()),
        accepted=None if hide else basis.accepted,
        waiting=found.waiting,
        again=None if hide else found.again,
        turns_left_out=None if hide else found.left_out.turns,
        ms_left_out=None if hide else found.left_out.ms,
        rules=list(basis.rules),
        hidden=hide,
        frequencies=for_others(content) if hide else frequencies(content),
        river=[] if hide else river(content),
        together=[] if hide else together(content, other),
        follows=[] if hide else follows(content),
        effects=[] if hide else measured(content, other),
    )


def _made(content: Content) -> dict[str, Any]:
    return {
        "axis": content.axis.label,
        "level": content.level,
        "codebook_version": content.material.version.version,
        "rules": on_one_line(content.basis.rules),
        "sample": in_table(content.sample),
    }


def frequencies(content: Content) -> list[FrequencyRow]:
    return [row for name in OPEN for row in frequency(content, name)]


def frequency(content: Content, by: str) -> list[FrequencyRow]:
    names, of = factor(content, by)
    found = counts.tally(content.coded, of, len(names))
    return [
        FrequencyRow(
            **_made(content),
            by=by,
            row=name,
            code=code.label,
            turns=int(found.turns[i, j]),
            of_turns=int(found.of_turns[i]),
            share=float(found.share[i, j]),
            ms=int(found.ms[i, j]),
            of_ms=int(found.of_ms[i]),
            share_of_time=float(found.share_of_time[i, j]),
        )
        for i, name in enumerate(names)
        for j, code in enumerate(content.codes)
    ]


def for_others(content: Content) -> list[FrequencyRow]:
    """Counts alone, and of them those that give nobody away."""
    hidden = _hidden(content)
    unseen = dict.fromkeys(("of_turns", "share", "of_ms", "share_of_time"))
    rows = []
    for by, codes in hidden.items():
        of_code = {code.label: codes[place] for place, code in enumerate(content.codes)}
        for row in frequency(content, by):
            more = {"turns": None, "ms": None} if of_code[row.code] else {}
            rows.append(row.model_copy(update=unseen | more))
    return rows


def _hidden(content: Content) -> dict[str, Flags]:
    """Of each breakdown that is shown to others, which codes are hidden."""
    coded = content.coded
    factors = {name: factor(content, name) for name in ("all", *HIDDEN)}
    there = {name: counts.presence(coded, of, len(names)) for name, (names, of) in factors.items()}
    hidden = {"all": suppression.hidden_codes(there["all"], np.zeros(coded.codes, dtype=bool))}
    for name in HIDDEN:
        if len(factors[name].names) > 1:  # one row is the total again
            hidden[name] = suppression.hidden_codes(there[name], hidden["all"])
    if "group" in hidden and "position" in hidden:
        held = factors["position"].names
        meets = np.zeros((coded.groups, len(held)), dtype=bool)
        for each in coded.meetings:
            meets[each.group, held.index(str(each.ordinal))] = True
        if suppression.says(meets):
            hidden["position"] = hidden["position"] | hidden["group"]
        if suppression.says(meets.T):
            hidden["group"] = hidden["group"] | hidden["position"]
    return hidden


def river(content: Content) -> list[RiverRow]:
    made = _made(content)
    return [
        RiverRow(
            **made,
            facilitator=side,
            meeting=part.ordinal,
            start_ms=part.start_ms,
            end_ms=part.end_ms,
            code=code.label,
            ms=int(found.ms[i, j]),
            of_ms=int(found.of_ms[i]),
            share_of_time=float(shares[i, j]),
        )
        for side, found in zip(("with", "without"), rivers.both(content.coded), strict=True)
        for shares in [found.share_of_time]
        for i, part in enumerate(found.parts)
        for j, code in enumerate(content.codes)
    ]


def together(content: Content, other: Content) -> list[TogetherRow]:
    """Within one axis each pair once. Hidden: cells of too few turns are left out."""
    same = content.axis.id == other.axis.id
    found = relations.together(content.coded.given, other.coded.given, content.coded.group)
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
        if i < j or not same
    ]


def follows(content: Content) -> list[FollowRow]:
    by_group = relations.successions(content.coded)
    whole = by_group.sum(axis=0)
    expected, found = relations.expected(by_group).sum(axis=0), effects.successions(by_group)
    row_shares = counts.shares(whole, whole.sum(axis=1))
    return [
        FollowRow(
            **_made(content),
            before=one.label,
            after=other.label,
            turns=int(whole[i, j]),
            row_share=float(row_shares[i, j]),
            expected=float(expected[i, j]),
            yules_q=found[i][j].size.value,
            low=found[i][j].size.low,
            high=found[i][j].size.high,
            groups=found[i][j].groups,
        )
        for i, one in enumerate(content.codes)
        for j, other in enumerate(content.codes)
    ]


def measured(content: Content, other: Content) -> list[EffectRow]:
    coded, codes = content.coded, [code.label for code in content.codes]
    of_codes = {
        "role_difference": effects.role_differences(coded),
        "slope": effects.slopes(coded),
    }
    return [
        *(_effect(content, f"v_{name}", each) for name, each in _associations(content)),
        *_between(content, other),
        *(
            _effect(content, name, each, code)
            for name, found in of_codes.items()
            for code, each in zip(codes, found, strict=True)
        ),
    ]


def _associations(content: Content) -> list[tuple[str, Within]]:
    found = []
    for name in ("role", "person", "position"):
        names, of = factor(content, name)
        found.append((name, effects.association(content.coded, len(names), of)))
    return [*found, ("group", effects.between_groups(content.coded))]


def _between(content: Content, other: Content) -> list[EffectRow]:
    """How much the leading codes of the two axes depend on one another."""
    if content.axis.id == other.axis.id:
        return []
    found = effects.association(content.coded, len(other.codes), other.coded.leading)
    return [_effect(content, "v_axes", found, other_axis=other.axis.label)]


def _effect(
    content: Content,
    name: str,
    found: Within,
    code: str | None = None,
    other_axis: str | None = None,
) -> EffectRow:
    return EffectRow(
        **_made(content),
        effect=name,
        other_axis=other_axis,
        code=code,
        value=found.size.value,
        low=found.size.low,
        high=found.size.high,
        groups=found.groups,
    )
