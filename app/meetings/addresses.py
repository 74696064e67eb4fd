"""Where a browser finds a node."""

from fastapi import Request

from app.kit.context import Context
from app.meetings.models import Node


def websocket_address(node: Node, request: Request, context: Context) -> str:
    """The node's public address; without one, the page's own host name and the node's port."""
    if node.public_url:
        return node.public_url.rstrip("/")
    secure = "https" in (request.url.scheme, context.settings.public_url.partition(":")[0])
    host = request.url.hostname or "localhost"
    if ":" in host:
        host = f"[{host}]"  # IPv6 (RFC 3986 §3.2.2)
    return f"{'wss' if secure else 'ws'}://{host}:{node.port}"
