"""What tells the files and the rows of one meeting from those of all others, once they are put
together: every group has a J1 and a third meeting, and of each kind a first.

No day is named, a month is: who knows when a colleague was away knows whom a small group's table
speaks of. The order within the series is in the ordinal.
"""

from datetime import datetime

from app.exports.models import Audience
from app.groups.models import Group
from app.kit.ids import GroupId

DIGITS = 8
"""Of a group's id, those that are drawn at random. Lower: two groups may have the same. Higher:
names that nobody reads."""


def group_key(group_id: GroupId) -> str:
    """A word that stays when the group's name is changed."""
    return group_id.hex[-DIGITS:]


def group_name(group: Group, audience: Audience) -> str:
    """The team's own name for it, which may be an employer's or a town's, stays with the team."""
    if audience == Audience.RESEARCH:
        return group.name
    return f"group-{group_key(group.id)}"


def file_name(group_id: GroupId, kind: str, ordinal: int) -> str:
    """Of a meeting; no blanks and no ending: `5d3fa2b1-mentoring-3`."""
    return f"{group_key(group_id)}-{kind}-{ordinal}"


def month(moment: datetime) -> str:
    """`2027-03`, by UTC."""
    return f"{moment:%Y-%m}"
