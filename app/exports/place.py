"""What tells the rows of one meeting from those of all others, once tables are put together: every
group has a J1. And what a whole export is called.

No day is named, a month is: who knows when a colleague was away knows whom a small group's table
speaks of. The order within the series is in the ordinal.
"""

from datetime import datetime

from app.exports.models import Audience
from app.groups.models import Group
from app.kit.file_names import word
from app.meetings.models import Meeting
from app.meetings.naming import file_name, group_key
from app.programmes.models import Programme


def group_name(group: Group, audience: Audience) -> str:
    """The team's own name for it, which may be an employer's or a town's, stays with the team."""
    if audience == Audience.RESEARCH:
        return group.name
    return f"group-{group_key(group.id)}"


def month(moment: datetime) -> str:
    """`2027-03`, by UTC."""
    return f"{moment:%Y-%m}"


def archive_name(of: Programme | Group | Meeting, name: str, audience: Audience) -> str:
    """Of a ZIP, without its ending: `emessi-Torstairyhmä-5d3fa2b1-mentoring-3`. `name`: of the
    programme or the group; it stays with the team."""
    if isinstance(of, Meeting):
        key = file_name(of.group_id, of.kind, of.ordinal)
    else:
        key = group_key(of.id)
    if audience == Audience.SHARING:
        return f"emessi-{key}-for-sharing"
    return "-".join(filter(None, ["emessi", word(name), key]))
