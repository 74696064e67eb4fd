"""The whole table, role by action, and the two doors that keep it."""

import pytest

from app.accounts.actor import Actor
from app.groups import access as groups
from app.kit.errors import NotAllowed, NotFound
from app.kit.ids import new_id
from app.kit.permissions import ALLOWED, Action, Role
from app.programmes import access as programmes
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast

ROLES = list(Role)
TABLE = """
                       administrator coordinator researcher facilitator observer member
manage_users           yes           .           .          .           .        .
create_programme       yes           .           .          .           .        .
see_programme          yes           yes         yes        .           .        .
edit_programme         yes           yes         .          .           .        .
create_group           yes           yes         .          .           .        .
edit_consent_text      yes           yes         .          .           .        .
see_group              yes           yes         yes        yes         yes      yes
edit_group             yes           yes         .          yes         .        .
invite                 yes           yes         .          yes         .        .
schedule               yes           yes         .          yes         .        .
join_meeting           yes           yes         .          yes         yes      yes
run_meeting            yes           yes         .          yes         .        .
decide_own_consent     .             .           .          yes         yes      yes
read_consents          yes           yes         .          .           .        .
see_recording_status   yes           yes         yes        yes         yes      .
play_recording         yes           yes         yes        .           .        .
read_turns             yes           yes         yes        .           .        .
edit_turns             yes           yes         yes        .           .        .
read_transcript        yes           yes         yes        .           .        .
edit_transcript        yes           yes         yes        .           .        .
read_quality           yes           yes         yes        .           yes      .
write_notes            yes           yes         .          yes         yes      .
read_notes             yes           yes         yes        .           .        .
remove_notes           yes           yes         .          .           .        .
remove_chat            yes           yes         .          .           .        .
read_answers           yes           yes         yes        .           .        .
import_answers         yes           yes         yes        .           .        .
edit_codebook          yes           yes         yes        .           .        .
assign_coding          yes           yes         .          .           .        .
code                   yes           yes         yes        .           .        .
export                 yes           yes         .          .           .        .
draw_sample            yes           yes         .          .           .        .
import_recording       yes           yes         .          .           .        .
read_audit             yes           yes         .          .           .        .
manage_retention       yes           yes         .          .           .        .
erase_person           yes           .           .          .           .        .
"""


def rows() -> list[tuple[Role, Action, bool]]:
    head, *lines = TABLE.strip().splitlines()
    return [
        (Role(role), Action(line.split()[0]), word == "yes")
        for line in lines
        for role, word in zip(head.split(), line.split()[1:], strict=True)
    ]


def test_the_table_has_every_role_and_every_action() -> None:
    assert {(role, action) for role, action, _ in rows()} == {
        (role, action) for role in Role for action in Action
    }


@pytest.mark.parametrize(("role", "action", "allowed"), rows())
def test_a_role_may_do_what_the_table_says_and_nothing_else(
    role: Role, action: Action, allowed: bool
) -> None:
    assert (action in ALLOWED[role]) is allowed


@pytest.mark.parametrize("role", ROLES)
async def test_the_door_to_a_group_keeps_the_table(
    role: Role, running: Application, cast: Cast
) -> None:
    actor = cast.with_role(role).actor
    async with running.context.database.reading() as db:
        for action in Action:
            if action in ALLOWED[role]:
                assert (await groups.require(db, actor, cast.group_id, action)).id == cast.group_id
            else:
                with pytest.raises(NotAllowed):
                    await groups.require(db, actor, cast.group_id, action)


@pytest.mark.parametrize("role", ROLES)
async def test_the_door_to_a_programme_keeps_the_table(
    role: Role, running: Application, cast: Cast
) -> None:
    actor = cast.with_role(role).actor
    held = role if role in (Role.ADMINISTRATOR, Role.COORDINATOR, Role.RESEARCHER) else None
    async with running.context.database.reading() as db:
        for action in Action:
            if held and action in ALLOWED[held]:
                await programmes.require(db, actor, cast.programme_id, action)
            else:
                with pytest.raises(NotAllowed if held else NotFound):
                    await programmes.require(db, actor, cast.programme_id, action)


@pytest.mark.parametrize("action", list(Action))
async def test_to_an_outsider_nothing_exists(
    action: Action, running: Application, cast: Cast
) -> None:
    outsider: Actor = cast.mallory.actor
    async with running.context.database.reading() as db:
        for door, there in ((groups, cast.group_id), (programmes, cast.programme_id)):
            for id_ in (there, new_id()):
                with pytest.raises(NotFound):
                    await door.require(db, outsider, id_, action)
