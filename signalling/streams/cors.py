"""Pages from anywhere may publish and watch: what opens the door is a token that no browser adds by
itself (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol)."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

EVERYWHERE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Location, ETag, Link, Accept-Patch, Retry-After",
}
ASKED = {
    "Access-Control-Allow-Methods": "POST, PATCH, DELETE, GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match, Accept",
    "Access-Control-Max-Age": "600",
    "Accept-Post": "application/sdp",
    "Content-Length": "0",
}
"""To OPTIONS (RFC 9725 §4.2)."""


class Cors:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_openly(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(EVERYWHERE)
            await send(message)

        if scope["type"] == "http" and scope["method"] == "OPTIONS":
            headers = [(n.lower().encode(), v.encode()) for n, v in ASKED.items()]
            await send_openly({"type": "http.response.start", "status": 200, "headers": headers})
            await send_openly({"type": "http.response.body", "body": b""})
        else:
            await self._app(scope, receive, send_openly)
