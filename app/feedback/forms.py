"""What the group's summary answers. Shares are rounded to hundredths: none is to be taken apart."""

import math
from typing import Self
from uuid import UUID

from app.analysis.service import Measured
from app.feedback.service import Summary
from app.kit.http import Number, Public


class MeetingSummary(Public):
    """Of everybody counted together."""

    meeting_id: UUID
    ordinal: int
    people: int
    minutes: int
    turns: int
    speaking: float
    """Share of the time in which anybody spoke."""
    together: float
    """Share of the time in which several spoke at once."""
    evenness: Number
    """`participation.Balance.entropy`; 1: all the same by the minute present."""
    chance_low: Number
    chance_high: Number
    """Between which 95 of 100 groups of equals would lie, had the same turns fallen to anybody."""

    @classmethod
    def of(cls, measured: Measured) -> Self:
        studied, found = measured.studied, measured.measures
        chance = found.everyone.chance["entropy"]
        return cls(
            meeting_id=studied.meeting.id,
            ordinal=studied.meeting.ordinal,
            people=len(studied.roster.people),
            minutes=round(studied.talk.length_ms / 60_000),
            turns=found.everyone.turns,
            speaking=round(1 - found.everyone.timing["silence"], 2),
            together=round(found.everyone.timing["overlap"], 2),
            evenness=_rounded(found.everyone.balance.entropy),
            chance_low=_rounded(chance.low),
            chance_high=_rounded(chance.high),
        )


class GroupSummary(Public):
    group_id: UUID
    agreed: bool
    """By everybody whose turns are counted; else there are no figures."""
    meetings: list[MeetingSummary]
    too_small: int
    """Meetings left out, for fewer than five people are counted in them."""

    @classmethod
    def of(cls, summary: Summary) -> Self:
        return cls(
            group_id=summary.group.id,
            agreed=summary.is_agreed,
            meetings=[MeetingSummary.of(each) for each in summary.meetings],
            too_small=summary.small,
        )


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 2)
