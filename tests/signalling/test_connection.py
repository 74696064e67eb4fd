"""A websocket that nobody reads costs its owner the connection, and us a bounded queue."""

import asyncio
import contextlib

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from media.clock import Clock
from signalling.connection import QUEUE, TALK_BURST, TRY_AGAIN, Connection
from signalling.messages import ClientMessage, DecideConsent, Done, GoOffRecord, RaiseHand


async def closed_with(facts: int, *, end: bool = False) -> tuple[int, int | None]:
    """How many facts arrive of so many that are sent at once, and the close code."""

    async def talk(socket: ServerConnection) -> None:
        connection = Connection(socket)
        for ref in range(1, facts + 1):
            connection.send(Done(ref=ref))
        if end:
            connection.end()
        await socket.wait_closed()
        await connection.finished()

    async with serve(talk, "localhost", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with connect(f"ws://localhost:{port}", proxy=None) as client:
            return await heard_by(client), client.close_code


async def heard_by(client: ClientConnection) -> int:
    count = 0
    with contextlib.suppress(ConnectionClosed):
        async with asyncio.timeout(10):
            async for _ in client:
                count += 1
    return count


async def test_what_was_sent_before_the_end_arrives() -> None:
    assert await closed_with(QUEUE - 1, end=True) == (QUEUE - 1, 1000)


async def test_one_who_does_not_keep_up_is_dropped_and_may_come_back() -> None:
    _, code = await closed_with(QUEUE + 1)
    assert code == TRY_AGAIN


async def test_an_end_that_does_not_fit_in_the_queue_is_an_end_all_the_same() -> None:
    _, code = await closed_with(QUEUE, end=True)
    assert code == TRY_AGAIN


async def test_who_goes_too_fast_is_still_heard_when_nothing_is_to_be_kept() -> None:
    text = {"purpose": "audio", "text_version": 1, "text_language": "fi"}
    ends = [DecideConsent(ref=1_001, decision="withdrawn", **text), GoOffRecord(ref=1_002)]
    too_many = int(TALK_BURST) + 20
    heard: list[ClientMessage] = []

    async def talk(socket: ServerConnection) -> None:
        connection = Connection(socket)
        async for command in connection.commands(Clock.capture()):
            heard.append(command)
        await connection.finished()

    async with (
        serve(talk, "localhost", 0) as server,
        connect(f"ws://localhost:{server.sockets[0].getsockname()[1]}", proxy=None) as client,
    ):
        for command in [*(RaiseHand(ref=n, raised=True) for n in range(1, too_many)), *ends]:
            await client.send(command.model_dump_json())
    assert heard[-2:] == ends
    assert len(heard) < too_many
