"""The node's HTTP server, for programs that publish and watch, in the loop of everything else."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from app.kit import problems
from app.kit.context import Context
from app.kit.errors import Refusal
from app.kit.languages import Languages
from signalling.gate import Gate
from signalling.live import Node
from signalling.rooms import Rooms
from signalling.streams.cors import Cors
from signalling.streams.endpoints import Desk, router

MOST_REQUESTS = 200
"""At once; the rest hear 503. Lower: a class of watchers is sent away. Higher: strangers who hold
connections open use up our memory."""
HINTS = {
    "not_signed_in": {"WWW-Authenticate": "Bearer"},
    "not_admitted": {"Retry-After": "5"},
    "too_many": {"Retry-After": "2"},
}
"""What a refusal says in headers (RFC 9110 §11.6.1 and §10.2.3)."""


TICK_S = 1.0
"""How often the date of the answers is written anew. uvicorn does so and looks whether to stop ten
times as often, which would cost an idle node three times what all the rest of it does."""


class _Server(uvicorn.Server):
    """Wakes seldom, and leaves signals to the node."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stopping = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), TICK_S)

    def stop(self) -> None:
        self.should_exit = True
        self._stopping.set()


def create_app(node: Node, rooms: Rooms, gate: Gate) -> FastAPI:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    prefix = urlsplit(node.settings.node.public_url).path.rstrip("/")
    app.state.desk = Desk(node, rooms, gate, prefix)
    app.state.context = Context(node.settings, node.database, node.keys, node.tokens, Languages())
    problems.install(app)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _nowhere)
    app.add_middleware(Cors)
    app.include_router(router)
    return app


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal)
    answer = problems.problem(request, error.code, error.status, field=error.field)
    answer.headers.update(HINTS.get(error.code, {}))
    return answer


async def _nowhere(request: Request, error: Exception) -> JSONResponse:
    """All that is validated are the parts of an address."""
    return problems.problem(request, "not_found", 404)


@contextlib.asynccontextmanager
async def listen(node: Node, rooms: Rooms, gate: Gate) -> AsyncIterator[int]:
    """Serves until the block ends; yields the port."""
    settings = node.settings.node
    config = uvicorn.Config(
        create_app(node, rooms, gate),
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=MOST_REQUESTS,
        timeout_graceful_shutdown=2,
    )
    server = _Server(config)
    with socket.create_server((settings.host, settings.http_port)) as bound:
        serving = asyncio.create_task(server.serve(sockets=[bound]))
        try:
            yield int(bound.getsockname()[1])
        finally:
            server.stop()
            await serving
