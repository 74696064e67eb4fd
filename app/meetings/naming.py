"""What tells the files of one meeting from those of all others, once they lie in one folder: every
group has a third meeting, and of each kind a first."""

from app.kit.ids import GroupId

DIGITS = 8
"""Of a group's id, those that are drawn at random. Lower: two groups may have the same. Higher:
names that nobody reads."""


def group_key(group_id: GroupId) -> str:
    """A word that stays when the group's name is changed, and tells nobody what that is."""
    return group_id.hex[-DIGITS:]


def file_name(group_id: GroupId, kind: str, ordinal: int) -> str:
    """Of a meeting; no blanks and no ending: `5d3fa2b1-mentoring-3`."""
    return f"{group_key(group_id)}-{kind}-{ordinal}"
