"""Who may open a websocket here: one place, one meeting, one node, and not without end."""

from uuid import UUID

import pytest

from app.kit.errors import NotSignedIn
from app.kit.ids import new_id
from app.kit.tokens import Join, Tokens
from media.clock import Clock
from signalling.gate import JOINS_BURST, Gate

TOKENS = Tokens(bytes(range(32)))
MEETING = new_id()


def join(meeting_id: UUID = MEETING, node_name: str = "here") -> Join:
    return Join(meeting_id, new_id(), node_name, "member", "Bertta", "fi")


@pytest.fixture
def gate() -> Gate:
    return Gate(TOKENS, "here", Clock.capture())


def test_a_join_token_opens_its_own_meeting(gate: Gate) -> None:
    wanted = join()
    ticket = gate.read(f"/ws/meetings/{MEETING}?token={TOKENS.join(wanted)}")
    assert (ticket.meeting_id, ticket.join, ticket.resume) == (MEETING, wanted, None)


def test_a_resume_token_is_looked_up_in_its_meeting(gate: Gate) -> None:
    ticket = gate.read(f"/ws/meetings/{MEETING}?resume=abc")
    assert (ticket.meeting_id, ticket.join, ticket.resume) == (MEETING, None, "abc")


@pytest.mark.parametrize("wrong", [join(meeting_id=new_id()), join(node_name="elsewhere")])
def test_a_token_for_elsewhere_opens_nothing(gate: Gate, wrong: Join) -> None:
    with pytest.raises(NotSignedIn):
        gate.read(f"/ws/meetings/{MEETING}?token={TOKENS.join(wrong)}")


@pytest.mark.parametrize("path", ["/", "/ws/meetings/", "/ws/meetings/" + "-" * 36, "/ws/x"])
def test_there_is_nothing_at_other_addresses(gate: Gate, path: str) -> None:
    with pytest.raises(LookupError):
        gate.read(path)


def test_one_who_joins_again_and_again_is_held_up_alone(gate: Gate) -> None:
    restless, calm = new_id(), new_id()
    allowed = [gate.may_join(restless) for _ in range(int(JOINS_BURST) + 5)]
    assert allowed[:10] == [True] * 10
    assert not allowed[-1]
    assert gate.may_join(calm)
