"""What accounts take and give on HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.kit.http import Form, Public

Name = Annotated[str, Field(min_length=1, max_length=100)]
Email = Annotated[str, Field(min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
Password = Annotated[str, Field(min_length=10, max_length=200)]
Language = Literal["fi", "sv", "en"]


class SetUp(Form):
    token: str = Field(max_length=100)
    name: Name
    email: Email
    password: Password
    language: Language = "fi"


class SignIn(Form):
    email: Email
    password: str = Field(max_length=200)


class Refresh(Form):
    """Without a token the cookie counts."""

    refresh_token: str | None = Field(default=None, max_length=100)


class UserCreate(Form):
    name: Name
    email: Email
    password: Password
    language: Language = "fi"


class MeUpdate(Form):
    name: Name | None = None
    language: Language | None = None
    password: Password | None = None
    current_password: str | None = Field(default=None, max_length=200)


class UserPublic(Public):
    id: UUID
    name: str
    email: str | None
    language: str
    is_administrator: bool
    created_at: datetime
    deactivated_at: datetime | None


class SignedInPublic(Public):
    user: UserPublic
    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"
