"""What a group sees of its own talk: figures of all together, after the meeting, if all agree.

Live meters make talk less spontaneous (Samrose et al. 2020), and a figure about one person is
nobody else's. So there is no side without the facilitator: the difference would be the facilitator.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.analysis import service as analysis
from app.analysis.measures import measure
from app.analysis.service import Measured, Studied
from app.consent import service as consent
from app.consent.models import Purpose
from app.groups import access
from app.groups.models import Group
from app.kit.permissions import Action

FEWEST = 5
"""People in a figure. Of fewer, each could work out too much about the others."""


@dataclass(frozen=True)
class Summary:
    group: Group
    is_agreed: bool
    """By everybody whose turns any meeting counts. By meeting it would show who did not: whose
    absence brings the figures back."""
    meetings: Sequence[Measured]
    """Those with enough people, in their order; none while it is not agreed."""
    small: int
    """Meetings with fewer."""


async def of_group(db: AsyncSession, actor: Actor, group_id: UUID) -> Summary:
    group = await access.require(db, actor, group_id, Action.SEE_GROUP)
    series = await analysis.of_series(db, group_id)
    counted = {user for each in series for user in each.roster.people}
    given = await consent.in_force(db, group_id)
    if not all(Purpose.FEEDBACK in given.get(user, {}) for user in counted):
        return Summary(group, False, [], 0)
    enough = [each for each in series if len(each.roster.people) >= FEWEST]
    found = await asyncio.to_thread(_measured, enough)
    return Summary(group, bool(counted), found, len(series) - len(enough))


def _measured(series: Sequence[Studied]) -> list[Measured]:
    return [Measured(each, measure(each.talk, orders=False)) for each in series]
