"""Stories over real websockets, a real node and a real database."""

import asyncio

import pytest
from websockets.exceptions import InvalidStatus

from signalling.messages import (
    Admit,
    Denied,
    Deny,
    Done,
    EndMeeting,
    Error,
    Knocked,
    Leave,
    LobbyLeft,
    MeetingEnded,
    ParticipantChanged,
    ParticipantJoined,
    ParticipantLeft,
    RaiseHand,
    Refused,
    Replaced,
    Said,
    Say,
    StartRecording,
    Waiting,
    Welcomed,
)
from tests.fixtures.wire import Talker
from tests.signalling.conftest import Gathering


async def test_a_member_waits_until_the_facilitator_lets_them_in(gathering: Gathering) -> None:
    cast = gathering.cast
    async with await gathering.talker(cast.bob) as bob:
        waiting = await bob.hears(Waiting)
        assert not waiting.facilitator_present
        async with await gathering.talker(cast.alice) as alice:
            welcomed = await alice.hears(Welcomed)
            assert (await bob.hears(Waiting)).facilitator_present
            assert [person.name for person in welcomed.room.lobby] == ["Bob"]
            assert (await bob.ask(Say, Refused, text="Kuuleeko?")).code == "not_admitted"

            await alice.ask(Admit, Done, participant=waiting.participant)

            inside = await bob.hears(Welcomed)
            assert {p.name for p in inside.room.participants} == {"Alice", "Bob"}
            assert inside.room.lobby == []
            assert (await alice.hears(LobbyLeft)).participant == waiting.participant
            assert (await alice.hears(ParticipantJoined)).participant.name == "Bob"

            await bob.ask(Say, Done, text="Kiitos!")
            assert (await alice.hears(Said)).text == "Kiitos!"


async def test_only_the_facilitator_admits_records_and_ends(gathering: Gathering) -> None:
    cast = gathering.cast
    async with (
        await gathering.talker(cast.olga) as olga,
        await gathering.talker(cast.bob) as bob,
    ):
        await olga.hears(Welcomed)
        knocking = (await bob.hears(Waiting)).participant
        for command, fields in (
            (Admit, {"participant": knocking}),
            (Deny, {"participant": knocking}),
            (StartRecording, {}),
            (EndMeeting, {}),
        ):
            assert (await olga.ask(command, Refused, **fields)).code == "not_allowed"
        assert not olga.has_heard(Knocked)


async def test_one_who_is_turned_away_hears_so_and_the_connection_ends(
    gathering: Gathering,
) -> None:
    async with (
        await gathering.talker(gathering.cast.alice) as alice,
        await gathering.talker(gathering.cast.bob) as bob,
    ):
        knocking = (await bob.hears(Waiting)).participant
        await alice.ask(Deny, Done, participant=knocking)
        await bob.hears(Denied)
        await asyncio.wait_for(bob.closed.wait(), 10)


async def test_a_lost_connection_is_resumed_without_a_ghost(gathering: Gathering) -> None:
    async with await gathering.talker(gathering.cast.alice) as alice:
        await alice.hears(Welcomed)
        async with await gathering.talker(gathering.cast.olga) as olga:
            before = await olga.hears(Welcomed)
            await olga.vanish()
        gone = await alice.hears(ParticipantChanged)
        assert (gone.participant.id, gone.participant.connected) == (before.participant, False)

        async with gathering.resuming(before.resume_token) as olga:
            after = await olga.hears(Welcomed)
            assert (after.participant, after.resumed) == (before.participant, True)
            assert len(after.room.participants) == 2
            assert after.resume_token != before.resume_token
            assert (await alice.hears(ParticipantChanged)).participant.connected
            assert not alice.has_heard(ParticipantLeft)


async def test_one_who_waits_hears_that_the_facilitator_has_gone(gathering: Gathering) -> None:
    async with await gathering.talker(gathering.cast.alice) as alice:
        await alice.hears(Welcomed)
        async with await gathering.talker(gathering.cast.bob) as bob:
            assert (await bob.hears(Waiting)).facilitator_present
            await alice.ask(Leave, Done)
            assert not (await bob.hears(Waiting)).facilitator_present


async def test_a_reloaded_page_takes_over_the_place_and_the_old_one_is_told(
    gathering: Gathering,
) -> None:
    async with (
        await gathering.talker(gathering.cast.alice) as first,
        await gathering.talker(gathering.cast.olga) as olga,
    ):
        one = await first.hears(Welcomed)
        await olga.hears(Welcomed)
        async with await gathering.talker(gathering.cast.alice) as second:
            two = await second.hears(Welcomed)
            assert (two.participant, two.resumed) == (one.participant, False)
            await first.hears(Replaced)
            assert len(two.room.participants) == 2
            assert not olga.has_heard(ParticipantJoined)


async def test_nonsense_is_answered_and_disturbs_nobody(gathering: Gathering) -> None:
    async with (
        await gathering.talker(gathering.cast.alice) as alice,
        await gathering.talker(gathering.cast.olga) as olga,
    ):
        await alice.hears(Welcomed)
        for nonsense, code in (
            ("not json", "not_json"),
            ({"type": "explode", "ref": 1}, "unknown_type"),
            ({"type": "publish", "ref": 2, "offer": "v=0"}, "malformed"),
        ):
            await alice.say_raw(nonsense)
            assert (await alice.hears(Error)).code == code
        await alice.say_raw(
            {"type": "publish", "ref": 3, "offer": "v=0", "sources": {"0": "camera"}}
        )
        assert (await alice.hears(Refused)).code == "media_refused"
        await olga.ask(RaiseHand, Done, raised=True)
        assert (await alice.hears(ParticipantChanged)).participant.hand_raised


async def test_one_who_floods_is_cut_off_alone(gathering: Gathering) -> None:
    async with (
        await gathering.talker(gathering.cast.alice) as alice,
        await gathering.talker(gathering.cast.olga) as olga,
    ):
        await olga.hears(Welcomed)

        async def flood() -> None:
            while not olga.closed.is_set():
                await olga.say_raw("{}")

        flooding = asyncio.create_task(flood())
        await asyncio.wait_for(olga.closed.wait(), 20)
        await asyncio.gather(flooding, return_exceptions=True)
        assert olga.socket.close_code == 1008
        await alice.ask(RaiseHand, Done, raised=True)


async def test_the_facilitator_ends_the_meeting_for_everyone(gathering: Gathering) -> None:
    async with (
        await gathering.talker(gathering.cast.alice) as alice,
        await gathering.talker(gathering.cast.bob) as bob,
    ):
        await bob.hears(Waiting)
        await alice.ask(EndMeeting, Done)
        await alice.hears(MeetingEnded)
        await bob.hears(MeetingEnded)
        await asyncio.wait_for(bob.closed.wait(), 10)
    answer = await gathering.cast.bob.client.post(f"/api/v1/meetings/{gathering.meeting_id}/join")
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("meeting_ended")


@pytest.mark.parametrize("query", ["", "?token=x", "?token="])
async def test_without_a_good_token_there_is_no_socket(gathering: Gathering, query: str) -> None:
    port = gathering.settings.node.port
    address = f"ws://localhost:{port}/ws/meetings/{gathering.meeting_id}{query}"
    with pytest.raises(InvalidStatus) as refused:
        async with Talker(address):
            pass
    assert refused.value.response.status_code == 401


async def test_an_unknown_resume_token_is_told_to_join_anew(gathering: Gathering) -> None:
    async with await gathering.talker(gathering.cast.alice) as alice:
        await alice.hears(Welcomed)
        async with gathering.resuming("nonsense") as stranger:
            await asyncio.wait_for(stranger.closed.wait(), 10)
            assert stranger.socket.close_code == 4404
