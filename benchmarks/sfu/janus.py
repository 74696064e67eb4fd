"""Debian's Janus with its VideoRoom, driven over its websocket API, on loopback only.

Its own defaults wherever they touch media; see README.md for what is set and why.
"""

import asyncio
import itertools
import json
import os
import secrets
import shutil
import tempfile
from asyncio.subprocess import DEVNULL, Process
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from .addresses import free_port, own_address
from .server import ServerFailed

_LIBRARIES = Path("/usr/lib")
_SUBPROTOCOL = Subprotocol("janus-protocol")
_ROOM = 1
_START_TIMEOUT_S = 15.0
_REPLY_TIMEOUT_S = 15.0

_GENERAL = """
general: {{
    configs_folder = "{folder}"
    plugins_folder = "{libraries}/plugins"
    transports_folder = "{libraries}/transports"
    events_folder = "{libraries}/events"
    loggers_folder = "{libraries}/loggers"
    debug_level = 2
    session_timeout = 0
    {event_loops}
}}
nat: {{
    ice_enforce_list = "{address}"
    full_trickle = false
    ice_lite = false
}}
plugins: {{ disable = "{unused_plugins}" }}
transports: {{ disable = "{unused_transports}" }}
"""
_WEBSOCKETS = """
general: {{
    json = "compact"
    ws = true
    ws_ip = "127.0.0.1"
    ws_port = {port}
}}
"""


class Janus:
    """One process with one room. Publishers and subscribers have a handle each."""

    name = "janus"

    def __init__(self, process: Process, folder: Path, websocket: ClientConnection) -> None:
        self.pid = process.pid
        self._process = process
        self._folder = folder
        self._websocket = websocket
        self._session = 0
        self._publishers: dict[str, int] = {}
        self._feeds: dict[str, int] = {}
        self._subscribers: dict[str, int] = {}

    @classmethod
    async def start(cls, cores: set[int], people: int, event_loops: int = 0) -> "Janus":
        """`event_loops`: 0 is Janus's default, a thread for each peer connection."""
        if shutil.which("janus") is None:
            raise ServerFailed("Janus is not installed: apt-get install janus")
        folder = Path(tempfile.mkdtemp(prefix="janus-"))
        port = free_port()
        _configure(folder, port, event_loops)
        process = await asyncio.create_subprocess_exec(
            "janus",
            f"--configs-folder={folder}",
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=DEVNULL,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )
        websocket = await _connect(process, port)
        janus = cls(process, folder, websocket)
        await janus._open_room(people)
        return janus

    async def publish(self, person: str, offer: str) -> str:
        handle = await self._attach()
        self._publishers[person] = handle
        joined = await self._message(
            handle, {"request": "join", "ptype": "publisher", "room": _ROOM, "display": person}
        )
        self._feeds[person] = joined["plugindata"]["data"]["id"]
        configured = await self._message(
            handle, {"request": "publish", "bitrate": 0}, {"type": "offer", "sdp": offer}
        )
        return str(configured["jsep"]["sdp"])

    async def offer_downlink(self, person: str) -> str:
        handle = await self._attach()
        self._subscribers[person] = handle
        streams = [{"feed": feed} for other, feed in self._feeds.items() if other != person]
        attached = await self._message(
            handle,
            {"request": "join", "ptype": "subscriber", "room": _ROOM, "streams": streams},
        )
        return str(attached["jsep"]["sdp"])

    async def answer_downlink(self, person: str, answer: str) -> None:
        handle = self._subscribers[person]
        await self._message(handle, {"request": "start"}, {"type": "answer", "sdp": answer})

    async def close(self) -> None:
        await self._websocket.close()
        self._process.terminate()
        await self._process.wait()
        shutil.rmtree(self._folder)

    async def _open_room(self, people: int) -> None:
        created = await self._request({"janus": "create"})
        self._session = created["data"]["id"]
        room = {"request": "create", "room": _ROOM, "publishers": people, "bitrate": 0}
        room |= {"audiocodec": "opus", "videocodec": "vp8"}
        await self._message(await self._attach(), room)

    async def _attach(self) -> int:
        attached = await self._request({"janus": "attach", "plugin": "janus.plugin.videoroom"})
        return int(attached["data"]["id"])

    async def _message(
        self, handle: int, body: dict[str, Any], jsep: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """The plugin's answer, whether it comes at once or as an event after an `ack`."""
        message = {"janus": "message", "handle_id": handle, "body": body}
        reply = await self._request(message | ({"jsep": jsep} if jsep else {}))
        data = reply.get("plugindata", {}).get("data", {})
        if "error" in data:
            raise ServerFailed(f"janus: {data['error']}")
        return reply

    async def _request(self, request: dict[str, Any]) -> dict[str, Any]:
        transaction = secrets.token_hex(8)
        request["transaction"] = transaction
        if self._session:
            request["session_id"] = self._session
        await self._websocket.send(json.dumps(request))
        async with asyncio.timeout(_REPLY_TIMEOUT_S):
            while True:
                reply: dict[str, Any] = json.loads(await self._websocket.recv())
                if reply.get("transaction") == transaction and reply["janus"] != "ack":
                    break
        if reply["janus"] == "error":
            raise ServerFailed(f"janus: {reply['error']['reason']}")
        return reply


def _configure(folder: Path, port: int, event_loops: int) -> None:
    libraries = next(_LIBRARIES.glob("*/janus"))
    unused = {
        kind: ",".join(
            sorted(p.name for p in (libraries / kind).glob("*.so") if used not in p.name)
        )
        for kind, used in (("plugins", "videoroom"), ("transports", "websockets"))
    }
    general = _GENERAL.format(
        folder=folder,
        address=own_address(),
        libraries=libraries,
        event_loops=f"event_loops = {event_loops}" if event_loops else "",
        unused_plugins=unused["plugins"],
        unused_transports=unused["transports"],
    )
    (folder / "janus.jcfg").write_text(general)
    (folder / "janus.transport.websockets.jcfg").write_text(_WEBSOCKETS.format(port=port))


async def _connect(process: Process, port: int) -> ClientConnection:
    deadline = asyncio.get_running_loop().time() + _START_TIMEOUT_S
    for attempt in itertools.count():
        try:
            return await connect(f"ws://127.0.0.1:{port}", subprotocols=[_SUBPROTOCOL])
        except OSError:
            late = asyncio.get_running_loop().time() > deadline
            if late or process.returncode is not None:
                raise ServerFailed("Janus did not start") from None
            await asyncio.sleep(min(0.05 * (attempt + 1), 0.5))
    raise AssertionError
