"""What invitations take and give on HTTP."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from app.accounts.forms import Email, Language, Name, Password, SignedInPublic
from app.consent.models import Purpose
from app.groups.models import GroupRole
from app.kit.http import Form, Public
from app.meetings.models import MeetingKind


class InvitationCreate(Form):
    group_id: UUID
    role: GroupRole = GroupRole.MEMBER
    name: str = Field(default="", max_length=100)


class ReEntryCreate(Form):
    """A way back in, on another device, for a member who has no password."""

    group_id: UUID
    user_id: UUID


class InvitationPublic(Public):
    id: UUID
    group_id: UUID
    role: GroupRole
    name: str
    user_id: UUID | None
    created_at: AwareDatetime
    expires_at: AwareDatetime
    accepted_at: AwareDatetime | None
    revoked_at: AwareDatetime | None


class InvitationLink(InvitationPublic):
    url: str
    """The link. It is shown this once and kept nowhere."""


class MeetingTime(Public):
    starts_at: AwareDatetime
    duration_min: int
    kind: MeetingKind
    title: str
    ordinal: int


class TextShown(Public):
    version: int
    language: Language
    body: str


class PreviewPublic(Public):
    """What one who holds a link may know before deciding anything."""

    group_id: UUID
    group_name: str
    programme_name: str
    controller: str
    contact: str
    role: GroupRole
    name: str
    inviter_name: str
    re_entry: bool
    """It signs a member in again; there is nothing to decide."""
    expires_at: AwareDatetime
    meetings: list[MeetingTime]
    text: TextShown
    purposes: list[Purpose]


class Accept(Form):
    """Coming into a group. Nothing but a name is needed; what is not granted is not recorded."""

    name: Name
    language: Language = "fi"
    decisions: dict[Purpose, Literal["granted", "refused"]] = Field(
        default={}, max_length=len(Purpose)
    )
    text_version: int | None = Field(default=None, ge=1, le=1_000_000)
    """The version that was shown; needed to decide anything."""
    text_language: Language | None = None
    """The language it was shown in, if not `language`."""
    email: Email | None = None
    password: Password | None = None
    """With an e-mail: a way in without a link."""


class AcceptedPublic(SignedInPublic):
    group_id: UUID
