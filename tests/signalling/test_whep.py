"""A program watches by HTTP (WHEP): visible to all, and taking nobody's place."""

import asyncio

from app.kit.errors import Refusal
from app.kit.languages import LANGUAGES, Languages
from media.relay import refusals as relay_refusals
from signalling.messages import (
    Done,
    Knocked,
    ParticipantJoined,
    ParticipantLeft,
    RemoveParticipant,
    Replaced,
    Welcomed,
)
from signalling.streams import refusals
from tests.fixtures.streams import Program, offer_of
from tests.fixtures.taped import decides, inside
from tests.signalling.conftest import Gathering
from tests.signalling.test_whip import code_of


async def test_a_watcher_hears_and_is_seen_by_all(gathering: Gathering) -> None:
    cast = gathering.cast
    await decides(cast.alice, cast.group_id, "audio", "granted")
    watching = await gathering.stream(cast.alice, "watch")
    async with (
        inside(gathering, cast.alice),
        await gathering.talker(cast.olga) as olga,
        Program(watching) as program,
    ):
        await olga.hears(Welcomed)
        begun = await program.watch("audio", "video")
        assert begun.status_code == 201
        assert begun.text.count("a=sendonly") == 2
        joined = (await olga.hears(ParticipantJoined)).participant
        assert (joined.name, joined.role) == ("Alice", "observer")
        assert joined.consents == [], "nothing of a watcher could be recorded"
        await program.gets("audio", 25)
        assert (await program.delete()).status_code == 200
        assert (await olga.hears(ParticipantLeft)).participant == joined.id


async def test_a_program_watches_a_program(gathering: Gathering) -> None:
    cast = gathering.cast
    publishing = await gathering.stream(cast.alice, "publish")
    watching = await gathering.stream(cast.olga, "watch")
    async with Program(watching) as watcher, Program(publishing) as publisher:
        await watcher.watch("audio", "video")
        await publisher.publish("audio", "video")
        await watcher.gets("audio", 25)
        await watcher.gets("video", 10)
        async with Program(await gathering.stream(cast.alice, "publish")) as again:
            await again.publish("audio", "video")
            await watcher.gets("audio", 25)
            await watcher.gets("video", 10)


async def test_one_participant_is_chosen_by_person(gathering: Gathering) -> None:
    cast = gathering.cast
    async with (
        Program(await gathering.stream(cast.alice, "publish")) as alice,
        Program(await gathering.stream(cast.olga, "publish")) as olga,
        Program(await gathering.stream(cast.coordinator, "watch")) as watcher,
    ):
        await alice.publish("audio")
        await olga.publish("video")
        begun = await watcher.watch("audio", "video", participant=cast.olga.id)
        assert begun.status_code == 201
        await watcher.gets("video", 10)
        assert "audio" not in watcher.frames
    nobody = await gathering.stream(cast.alice, "watch")
    nobody.url += f"?participant={cast.bob.id}"
    refused = await nobody.post(await offer_of("audio", direction="recvonly"))
    assert (refused.status_code, refused.json()["field"]) == (404, "participant")


async def test_watching_takes_no_place_and_ends_with_no_page(gathering: Gathering) -> None:
    cast = gathering.cast
    async with await gathering.talker(cast.alice) as alice, await gathering.talker(cast.olga):
        await alice.hears(Welcomed)
        watching = await gathering.stream(cast.olga, "watch")
        async with Program(watching) as program:
            await program.watch("audio")
            joined = [(await alice.hears(ParticipantJoined)).participant for _ in range(2)]
            watcher = joined[1]
            assert {p.user for p in joined} == {cast.olga.id}
            assert not alice.has_heard(Replaced)

            await alice.ask(RemoveParticipant, Done, participant=watcher.id)
            assert (await program.delete()).status_code == 404


async def test_a_member_must_be_let_in_to_watch(gathering: Gathering) -> None:
    watching = await gathering.stream(gathering.cast.bob, "watch")
    async with await gathering.talker(gathering.cast.alice) as alice:
        await alice.hears(Welcomed)
        refused = await watching.post(await offer_of("audio", direction="recvonly"))
        assert code_of(refused) == "not_admitted"
        assert (await alice.hears(Knocked)).person.role == "member"


async def test_one_person_watches_on_a_few_screens_only(gathering: Gathering) -> None:
    watching = await gathering.stream(gathering.cast.olga, "watch")
    offer = await offer_of("audio", direction="recvonly")
    answers = [(await watching.post(offer)).status_code for _ in range(5)]
    assert answers == [201, 201, 201, 201, 429]


async def test_an_offer_that_sends_is_refused(gathering: Gathering) -> None:
    watching = await gathering.stream(gathering.cast.olga, "watch")
    for kinds, direction in ((("audio",), "sendonly"), ((), "recvonly")):
        refused = await watching.post(await offer_of(*kinds, direction=direction))
        assert (refused.status_code, code_of(refused)) == (422, "media_refused")


async def test_a_player_recognises_the_place(gathering: Gathering) -> None:
    watching = await gathering.stream(gathering.cast.olga, "watch")
    found = await watching.ask("HEAD", watching.url)
    assert (found.status_code, found.headers["Content-Type"]) == (200, "application/sdp")


async def test_a_watcher_that_vanishes_leaves(gathering: Gathering) -> None:
    async with await gathering.talker(gathering.cast.alice) as alice:
        await alice.hears(Welcomed)
        async with Program(await gathering.stream(gathering.cast.olga, "watch")) as program:
            await program.watch("audio")
            async with asyncio.timeout(10):
                while program.connection.connectionState != "connected":
                    await asyncio.sleep(0.05)
        await alice.hears(ParticipantLeft)


def test_every_refusal_can_be_said_in_every_language() -> None:
    known = [*vars(refusals).values(), *vars(relay_refusals).values()]
    codes = {k.code for k in known if isinstance(k, type) and issubclass(k, Refusal)}
    for language in LANGUAGES:
        assert {f"problem.{code}" for code in codes} <= set(Languages().catalogue(language))
