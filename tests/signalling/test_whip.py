"""A program publishes by HTTP (RFC 9725) and is a participant like everybody else."""

import asyncio

import httpx
import pytest

from app.kit.settings import TurnServerSettings
from signalling.messages import (
    Admit,
    Done,
    EndMeeting,
    Knocked,
    ParticipantJoined,
    ParticipantLeft,
    PublicationAdded,
    RemoveParticipant,
    Replaced,
    StartRecording,
    Welcomed,
)
from signalling.streams import sessions
from signalling.streams.endpoints import _links
from signalling.turn import ice_servers
from tests.fixtures.streams import FRAGMENT, Program, Stream, offer_of
from tests.fixtures.taped import decides, inside, packets, tapes, until_stored, until_written
from tests.signalling.conftest import Gathering

RESTART = "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=ice-ufrag:{}\r\na=ice-pwd:{}\r\n"
TRICKLE = (
    "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"
    "a=candidate:1 1 udp 2122260223 192.0.2.1 61764 typ host\r\na=end-of-candidates\r\n"
)


def code_of(answer: httpx.Response) -> str:
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    return str(answer.json()["type"].removeprefix("urn:emessi:problem:"))


async def test_a_program_publishes_and_everybody_sees_who(gathering: Gathering) -> None:
    cast = gathering.cast
    stream = await gathering.stream(cast.olga, "publish")
    async with await gathering.talker(cast.alice) as alice, Program(stream) as program:
        await alice.hears(Welcomed)
        begun = await program.publish("audio", "video")

        assert (begun.status_code, begun.headers["Content-Type"]) == (201, "application/sdp")
        assert begun.headers["Accept-Patch"] == FRAGMENT
        assert begun.headers["ETag"].startswith('"')
        assert begun.text.count("a=recvonly") == 2
        joined = (await alice.hears(ParticipantJoined)).participant
        assert (joined.name, joined.role) == ("Olga", "observer")
        added = [(await alice.hears(PublicationAdded)).publication for _ in range(2)]
        assert {(p.source, p.participant) for p in added} == {
            ("microphone", joined.id),
            ("camera", joined.id),
        }

        assert (await program.delete()).status_code == 200
        assert (await alice.hears(ParticipantLeft)).participant == joined.id
        assert (await program.delete()).status_code == 404


async def test_its_media_reach_the_others_and_the_tape_only_as_consented(
    gathering: Gathering,
) -> None:
    cast = gathering.cast
    await decides(cast.alice, cast.group_id, "audio", "granted")
    await decides(cast.olga, cast.group_id, "audio", "granted")
    await decides(cast.olga, cast.group_id, "video", "refused")
    stream = await gathering.stream(cast.olga, "publish")
    async with inside(gathering, cast.alice) as (alice,), Program(stream) as program:
        await program.publish("audio", "video")
        await alice.ask(StartRecording)
        await until_written(gathering, cast.olga)
        await program.delete()
        (tape,) = await until_stored(gathering, cast.olga)

    assert tape.source == "microphone"
    numbers, _ = await packets(gathering, tape)
    assert len(numbers) > 20


async def test_a_withdrawal_on_the_page_ends_the_tape_of_the_program(gathering: Gathering) -> None:
    cast = gathering.cast
    await decides(cast.olga, cast.group_id, "audio", "granted")
    stream = await gathering.stream(cast.olga, "publish")
    async with inside(gathering, cast.alice) as (alice,), Program(stream) as program:
        await program.publish("audio")
        await alice.ask(StartRecording)
        await until_written(gathering, cast.olga)
        await decides(cast.olga, cast.group_id, "audio", "withdrawn")
        await until_stored(gathering, cast.olga)
        assert (await program.delete()).status_code == 200, "it stays in the meeting"
    assert len(await tapes(gathering, cast.olga)) == 1


async def test_a_member_is_let_in_by_the_facilitator_as_on_the_page(gathering: Gathering) -> None:
    cast = gathering.cast
    stream = await gathering.stream(cast.bob, "publish")
    async with await gathering.talker(cast.alice) as alice, Program(stream) as program:
        await alice.hears(Welcomed)
        refused = await program.publish("audio")
        assert (refused.status_code, code_of(refused)) == (403, "not_admitted")
        assert int(refused.headers["Retry-After"]) > 0
        knocked = await alice.hears(Knocked)
        again = await stream.post(await offer_of("audio"))
        assert code_of(again) == "not_admitted"
        assert not alice.has_heard(Knocked), "one who asks again waits already"

        await alice.ask(Admit, Done, participant=knocked.person.participant)
        async with Program(stream) as admitted:
            assert (await admitted.publish("audio")).status_code == 201
            added = (await alice.hears(PublicationAdded)).publication
            assert added.participant == knocked.person.participant

            await alice.ask(RemoveParticipant, Done, participant=added.participant)
            assert (await admitted.delete()).status_code == 404
            assert code_of(await stream.post(await offer_of("audio"))) == "not_admitted"


async def test_one_who_gave_up_waiting_leaves_the_lobby(
    gathering: Gathering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "KNOCKING_S", 0.2)
    stream = await gathering.stream(gathering.cast.bob, "publish")
    async with await gathering.talker(gathering.cast.alice) as alice:
        await alice.hears(Welcomed)
        await stream.post(await offer_of("audio"))
        await alice.hears(Knocked)
        async with asyncio.timeout(10):
            while True:
                async with await gathering.talker(gathering.cast.coordinator) as other:
                    if not (await other.hears(Welcomed)).room.lobby:
                        break


async def test_a_person_takes_part_from_one_place_the_page_or_a_program(
    gathering: Gathering,
) -> None:
    cast = gathering.cast
    stream = await gathering.stream(cast.olga, "publish")
    async with await gathering.talker(cast.olga) as page, Program(stream) as program:
        before = await page.hears(Welcomed)
        await program.publish("audio")
        await page.hears(Replaced)
        async with Program(await gathering.stream(cast.olga, "publish")) as second:
            await second.publish("audio")
            assert (await program.delete()).status_code == 404
            async with await gathering.talker(cast.olga) as back:
                after = await back.hears(Welcomed)
                assert (await second.delete()).status_code == 404
    assert after.participant == before.participant
    assert [p.id for p in after.room.participants] == [before.participant]
    assert after.room.publications == []


async def test_a_program_that_vanishes_leaves(gathering: Gathering) -> None:
    stream = await gathering.stream(gathering.cast.olga, "publish")
    async with await gathering.talker(gathering.cast.alice) as alice:
        async with Program(stream) as program:
            await program.publish("audio")
            joined = await alice.hears(ParticipantJoined)
            async with asyncio.timeout(10):
                while program.connection.connectionState != "connected":
                    await asyncio.sleep(0.05)
        assert (await alice.hears(ParticipantLeft)).participant == joined.participant.id


async def test_the_end_of_the_meeting_ends_it(gathering: Gathering) -> None:
    stream = await gathering.stream(gathering.cast.olga, "publish")
    async with await gathering.talker(gathering.cast.alice) as alice, Program(stream) as program:
        await program.publish("audio")
        await alice.ask(EndMeeting, Done)
        assert (await program.delete()).status_code == 404
        refused = await stream.post(await offer_of("audio"))
        assert (refused.status_code, code_of(refused)) == (409, "meeting_ended")


# ---- Refusals -------------------------------------------------------------------------------


@pytest.fixture
async def stream(gathering: Gathering) -> Stream:
    return await gathering.stream(gathering.cast.olga, "publish")


async def test_what_is_wrong_is_said_and_changes_nothing(
    gathering: Gathering, stream: Stream
) -> None:
    good = await offer_of("audio", "video")
    watching = await gathering.stream(gathering.cast.olga, "watch")
    nowhere = stream.url.rsplit("/", 1)[0]
    cases = [
        (401, "not_signed_in", stream.post(good, Authorization="")),
        (401, "not_signed_in", stream.post(good, Authorization="Basic b2xnYTo=")),
        (401, "not_signed_in", stream.post(good, Authorization=f"Bearer {stream.token}x")),
        (403, "not_allowed", stream.post(good, Authorization=f"Bearer {watching.token}")),
        (404, "not_found", stream.send("POST", f"{nowhere}/{gathering.cast.group_id}", good)),
        (404, "not_found", stream.send("POST", f"{nowhere}/today", good)),
        (404, "not_found", stream.send("POST", stream.url.replace("/whip/", "/whap/"), good)),
        (405, "method_not_allowed", stream.send("PUT", stream.url, good)),
        (406, "unacceptable", stream.post(good, Accept="application/json")),
        (413, "too_large", stream.post("a=" * 60_000)),
        (415, "unknown_kind", stream.send("POST", stream.url, good, "text/plain")),
        (415, "unknown_kind", stream.send("POST", stream.url, good, "")),
        (422, "media_refused", stream.post("")),
        (422, "media_refused", stream.post("v=0\r\n")),
        (422, "media_refused", stream.post(await offer_of("audio", direction="recvonly"))),
        (422, "media_refused", stream.post(await offer_of("video", "video"))),
        (422, "codec_refused", stream.post(good.replace("VP8", "H265").replace("H264", "H266"))),
        (422, "media_refused", stream.post(good.replace("a=setup:actpass", "a=setup:passive"))),
    ]
    async with await gathering.talker(gathering.cast.alice) as alice:
        await alice.hears(Welcomed)
        for status, code, asking in cases:
            answer = await asking
            assert (answer.status_code, code_of(answer)) == (status, code)
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            if status == 401:
                assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert (await stream.post(good)).status_code == 201
        await alice.hears(ParticipantJoined)
        assert not alice.has_heard(ParticipantJoined)


async def test_one_who_left_the_group_is_refused_whatever_the_token_says(
    gathering: Gathering, stream: Stream
) -> None:
    cast = gathering.cast
    gone = await cast.alice.client.delete(f"/api/v1/groups/{cast.group_id}/members/{cast.olga.id}")
    assert gone.is_success, gone.text
    answer = await stream.post(await offer_of("audio"))
    assert (answer.status_code, code_of(answer)) == (404, "not_found")


async def test_only_those_who_may_join_get_a_token(gathering: Gathering) -> None:
    path = f"/api/v1/meetings/{gathering.meeting_id}/stream"
    cast = gathering.cast
    for person, status in ((cast.mallory, 404), (cast.researcher, 403), (cast.bob, 200)):
        answer = await person.client.post(path, json={"scope": "publish"})
        assert answer.status_code == status
    assert (await cast.bob.client.post(path, json={"scope": "record"})).status_code == 422


async def test_who_comes_again_and_again_is_slowed_down(stream: Stream) -> None:
    offer = await offer_of("audio")
    answers = [await stream.post(offer) for _ in range(25)]
    slow = answers[-1]
    assert (slow.status_code, code_of(slow)) == (429, "too_many")
    assert slow.headers["Retry-After"]


# ---- The session ----------------------------------------------------------------------------


async def test_ice_restarts_by_patch_and_an_old_session_is_told_apart(stream: Stream) -> None:
    begun = await stream.post(await offer_of("audio", "video"))
    url, first = stream.session(begun), begun.headers["ETag"]

    async def patch(body: str, **headers: str) -> httpx.Response:
        return await stream.send("PATCH", url, body, FRAGMENT, **headers)

    restart = RESTART.format("newu", "new-password-of-22-chars".replace("-", "+"))
    trickled = await patch(TRICKLE, If_Match=first)
    assert (trickled.status_code, trickled.content) == (204, b"")
    assert "ETag" not in trickled.headers

    restarted = await patch(restart, If_Match="*")
    assert (restarted.status_code, restarted.headers["Content-Type"]) == (200, FRAGMENT)
    second = restarted.headers["ETag"]
    assert second != first
    ufrag = next(line for line in restarted.text.splitlines() if line.startswith("a=ice-ufrag:"))
    assert ufrag not in begun.text
    assert "a=ice-lite" in restarted.text
    assert "a=candidate:" in restarted.text

    assert (await patch(restart, If_Match=second)).status_code == 204, "these are in use already"
    assert (await patch(TRICKLE, If_Match='"*"')).status_code == 204
    for status, code, body, headers in (
        (412, "session_changed", TRICKLE, {"If_Match": first}),
        (412, "session_changed", TRICKLE, {"If_Match": f"W/{second}"}),
        (428, "unconditional", TRICKLE, {}),
        (422, "media_refused", "nonsense", {"If_Match": second}),
        (422, "media_refused", "a=ice-ufrag:abcd\r\n", {"If_Match": second}),
        (422, "media_refused", RESTART.format("a", "b"), {"If_Match": second}),
        (401, "not_signed_in", TRICKLE, {"If_Match": second, "Authorization": ""}),
    ):
        answer = await patch(body, **headers)
        assert (answer.status_code, code_of(answer)) == (status, code)
    wrong = await stream.send("PATCH", url, TRICKLE, If_Match=second)
    assert (wrong.status_code, code_of(wrong)) == (415, "unknown_kind")
    assert (await patch(TRICKLE, If_Match=second)).status_code == 204


async def test_a_session_is_its_owners(gathering: Gathering, stream: Stream) -> None:
    url = stream.session(await stream.post(await offer_of("audio")))
    alice = await gathering.stream(gathering.cast.alice, "publish")
    watching = await gathering.stream(gathering.cast.olga, "watch")
    assert (await alice.send("DELETE", url)).status_code == 404
    assert (await watching.send("DELETE", url)).status_code == 403
    assert (await watching.send("DELETE", url.replace("/whip/", "/whep/"))).status_code == 404
    assert (await stream.send("DELETE", url, If_Match='"old"')).status_code == 200


async def test_a_page_from_anywhere_may_ask_first(stream: Stream) -> None:
    for url in (stream.url, f"{stream.url}/some-session"):
        asked = await stream.ask(
            "OPTIONS",
            url,
            headers={"Origin": "https://example.org", "Access-Control-Request-Method": "POST"},
        )
        assert asked.status_code == 200
        assert asked.headers["Access-Control-Allow-Origin"] == "*"
        assert "PATCH" in asked.headers["Access-Control-Allow-Methods"]
        assert "If-Match" in asked.headers["Access-Control-Allow-Headers"]
        assert asked.headers["Accept-Post"] == "application/sdp"
    begun = await stream.post(await offer_of("audio"), Origin="https://example.org")
    assert "ETag" in begun.headers["Access-Control-Expose-Headers"]


async def test_there_is_nothing_to_get(stream: Stream) -> None:
    for method in ("GET", "HEAD"):
        answer = await stream.ask(method, stream.url)
        assert (answer.status_code, answer.content) == (200, b"")


def test_turn_servers_become_links_with_their_credentials() -> None:
    urls = [f"turn:turn.example.org:3478?transport={way}" for way in ("udp", "tcp")]
    settings = TurnServerSettings(urls=urls, secret="secret")
    links = _links(ice_servers(settings, "p-1", 0))
    assert [link.split(">")[0] for link in links] == [f"<{url}" for url in urls]
    for link in links:
        assert '; rel="ice-server"; username="28800:p-1"; credential="' in link
        assert link.endswith('"; credential-type="password"')
