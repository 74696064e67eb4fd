"""A second group in the programme of the cast, so that J1 is two people."""

import pytest

from app.accounts.models import User
from app.groups.models import Group, GroupRole, Membership
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast


@pytest.fixture
async def second(running: Application, cast: Cast) -> Group:
    group = Group(programme_id=cast.programme_id, name="Ryhmä 2")
    user = User(name="Dora")
    async with running.context.database.transaction() as db:
        db.add_all([group, user])
        await db.flush()
        held = {"role": GroupRole.MEMBER, "pseudonym": "J1"}
        db.add(Membership(group_id=group.id, user_id=user.id, **held))
    return group
