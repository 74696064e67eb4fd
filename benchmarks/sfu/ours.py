"""Our relay in a process of its own, driven by JSON lines over its standard input and output."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any

from .addresses import own_address
from .server import ServerFailed

_ROOT = Path(__file__).parents[2]
_REPLY_TIMEOUT_S = 15.0


class Ours:
    """`media.relay` as the media node runs it, without signalling in front of it."""

    name = "ours"

    def __init__(self, process: Process) -> None:
        self.pid = process.pid
        self._process = process

    @classmethod
    async def start(cls, cores: set[int], spool: Path, *, native: bool) -> "Ours":
        """`native`: packets are forwarded in C, which must have been built; else in Python."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "benchmarks.sfu.relay_server",
            own_address(),
            str(spool),
            "c" if native else "python",
            stdin=PIPE,
            stdout=PIPE,
            limit=2**20,
            cwd=_ROOT,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )
        return cls(process)

    async def publish(self, person: str, offer: str) -> str:
        return str(await self._ask("publish", person, offer))

    async def offer_downlink(self, person: str) -> str:
        return str(await self._ask("offer_downlink", person))

    async def answer_downlink(self, person: str, answer: str) -> None:
        await self._ask("answer_downlink", person, answer)

    async def leave(self, person: str) -> None:
        await self._ask("leave", person)

    async def held(self) -> dict[str, int]:
        """What the relay has of people who are there, and what of them went wrong."""
        found: dict[str, int] = await self._ask("held")
        return found

    async def start_recording(self) -> None:
        """Attach a tape to everything that is published."""
        await self._ask("start_recording")

    async def stop_recording(self) -> int:
        """Detach all tapes; how many bytes they hold."""
        return int(await self._ask("stop_recording"))

    async def tapes_cpu(self) -> tuple[float, float]:
        """Seconds of CPU so far: for sealing and writing tapes, and for having the disk confirm
        them."""
        writing, confirming = await self._ask("tapes_cpu")
        return float(writing), float(confirming)

    async def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        await self._process.wait()

    async def _ask(self, command: str, *arguments: str) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([command, *arguments]).encode() + b"\n")
        async with asyncio.timeout(_REPLY_TIMEOUT_S):
            line = await self._process.stdout.readline()
        if not line:
            raise ServerFailed(f"our relay ended at {command}")
        return json.loads(line)
