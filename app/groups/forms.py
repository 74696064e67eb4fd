"""What groups take and give on HTTP."""

from datetime import datetime
from uuid import UUID

from app.groups.models import GroupRole
from app.kit.http import Form, Public
from app.programmes.forms import Prose, Title


class GroupCreate(Form):
    programme_id: UUID
    name: Title
    description: Prose = ""


class GroupUpdate(Form):
    name: Title | None = None
    description: Prose | None = None


class GroupPublic(Public):
    id: UUID
    programme_id: UUID
    name: str
    description: str
    created_at: datetime
    closed_at: datetime | None


class MemberPublic(Public):
    user_id: UUID
    name: str
    role: GroupRole
    pseudonym: str
    joined_at: datetime
