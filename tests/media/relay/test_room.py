"""People meet in a room: what they send reaches the others, and only those who take it."""

from tests.fixtures.peers import Stage, until


async def test_two_peers_hear_and_see_each_other(stage: Stage) -> None:
    alice, bob = stage.peer("alice"), stage.peer("bob")

    await alice.publish("microphone", "camera")
    await bob.publish("microphone", "camera")
    await alice.receive()
    await bob.receive()

    for peer in (alice, bob):
        await until(lambda peer=peer: peer.frames.get("video", 0) > 5, f"video of {peer.name}")
        await until(lambda peer=peer: peer.frames.get("audio", 0) > 25, f"audio of {peer.name}")
