"""No request may be larger than what our forms can hold."""

import re

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BYTES = 1_000_000
"""A consent text in three languages fits several times. Higher: more memory for an attacker."""
LARGE = re.compile(r"/api/v1/meetings/[^/]+/imports/[^/]+")
"""Where files are taken in as they come, to which their own limit belongs."""


class LimitedBody:
    """Refuses a body as soon as it is too large, whatever its Content-Length said."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        received = 0

        async def receive_limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > LARGEST_BYTES:
                raise HTTPException(413)  # FastAPI lets this pass while it reads a body
            return message

        is_limited = scope["type"] == "http" and not LARGE.fullmatch(scope["path"])
        await self._app(scope, receive_limited if is_limited else receive, send)
