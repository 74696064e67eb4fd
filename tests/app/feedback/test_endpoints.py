"""The group's summary: who sees it, when there is one, and that nobody stands in it."""

from uuid import UUID

import pytest
from sqlmodel import select

from app.analysis import service as analysis
from app.consent.models import Decision, Purpose
from app.feedback.service import FEWEST
from app.groups.models import GroupRole, Membership
from app.kit.audit import AuditEntry, Deed
from app.meetings.models import Meeting, MeetingState
from tests.app.feedback.conftest import say
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast, Person
from tests.fixtures.series import COUNT, INDEXED, PEOPLE, Series


def path(group_id: UUID) -> str:
    return f"/api/v1/groups/{group_id}/summary"


async def join(running: Application, group_id: UUID, person: Person, role: GroupRole) -> None:
    async with running.context.database.transaction() as db:
        db.add(Membership(group_id=group_id, user_id=person.id, role=role, pseudonym="X1"))


async def test_a_group_sees_its_meetings_as_a_whole(
    running: Application, cast: Cast, agreed: Series
) -> None:
    await join(running, agreed.group, cast.bob, GroupRole.MEMBER)
    answer = await cast.bob.client.get(path(agreed.group))
    assert answer.status_code == 200
    found = answer.json()
    assert found["agreed"]
    assert found["too_small"] == 0
    assert [each["ordinal"] for each in found["meetings"]] == list(range(1, COUNT + 1))
    async with running.context.database.reading() as db:
        _, measured = await analysis.of_group(db, cast.researcher.actor, agreed.group)
    for each, own in zip(found["meetings"], measured, strict=True):
        whole = own.measures.everyone
        assert each["people"] == len(INDEXED)
        assert each["turns"] == whole.turns
        assert each["minutes"] == 60
        assert each["speaking"] == round(whole.timing["single"] + whole.timing["overlap"], 2)
        assert each["together"] == round(whole.timing["overlap"], 2)
        assert each["evenness"] == round(whole.balance.entropy, 2)
        assert each["chance_low"] < each["chance_high"] <= 1
    for name in (*PEOPLE, *agreed.users):
        assert f'"{name}' not in answer.text


@pytest.mark.parametrize(
    ("who", "status"),
    [("administrator", 200), ("coordinator", 200), ("researcher", 200), ("mallory", 404)],
)
async def test_who_else_sees_it(who: str, status: int, cast: Cast, agreed: Series) -> None:
    assert (await getattr(cast, who).client.get(path(agreed.group))).status_code == status


@pytest.mark.parametrize("decision", [Decision.REFUSED, Decision.WITHDRAWN])
@pytest.mark.parametrize("who", ["F1", "J3"])
async def test_one_of_those_counted_ends_it_for_all(
    who: str, decision: Decision, running: Application, cast: Cast, agreed: Series
) -> None:
    """J3 says nothing in the fifth meeting, which is shown no more than the others: else it would
    tell who changed their mind."""
    await say(running, agreed, who, decision)
    found = (await cast.researcher.client.get(path(agreed.group))).json()
    assert found == {
        "group_id": str(agreed.group),
        "agreed": False,
        "meetings": [],
        "too_small": 0,
    }
    await say(running, agreed, who, Decision.GRANTED)
    assert (await cast.researcher.client.get(path(agreed.group))).json()["agreed"]


async def test_who_is_not_counted_is_not_asked(
    running: Application, cast: Cast, agreed: Series
) -> None:
    """J5 agreed to be heard and not to be indexed."""
    await say(running, agreed, "J5", Decision.REFUSED)
    assert (await cast.researcher.client.get(path(agreed.group))).json()["agreed"]


async def test_without_an_answer_there_is_none(cast: Cast, series: Series) -> None:
    assert not (await cast.researcher.client.get(path(series.group))).json()["agreed"]


async def test_a_small_meeting_is_left_out(
    running: Application, cast: Cast, agreed: Series
) -> None:
    """Once one of the five may not be studied, four are left, and all of them agree."""
    await say(running, agreed, "J4", Decision.WITHDRAWN, Purpose.INDEXING)
    await say(running, agreed, "J4", Decision.WITHDRAWN)
    assert len(INDEXED) == FEWEST
    found = (await cast.researcher.client.get(path(agreed.group))).json()
    assert (found["agreed"], found["meetings"], found["too_small"]) == (True, [], COUNT)


async def test_nothing_is_told_during_a_meeting(
    running: Application, cast: Cast, agreed: Series
) -> None:
    async with running.context.database.transaction() as db:
        last = await db.get_one(Meeting, agreed.meetings[-1])
        last.state = MeetingState.OPEN
    found = (await cast.researcher.client.get(path(agreed.group))).json()
    assert len(found["meetings"]) == COUNT - 1


async def test_a_group_without_turns_has_none(cast: Cast) -> None:
    assert not (await cast.alice.client.get(path(cast.group_id))).json()["agreed"]


async def test_looking_is_logged(running: Application, cast: Cast, agreed: Series) -> None:
    await join(running, agreed.group, cast.bob, GroupRole.MEMBER)
    await cast.bob.client.get(path(agreed.group))
    async with running.context.database.reading() as db:
        rows = await db.exec(select(AuditEntry).where(AuditEntry.deed == Deed.READ_FIGURES))
        (row,) = rows.all()
    assert (row.actor_id, row.object_kind, row.group_id) == (cast.bob.id, "summary", agreed.group)
