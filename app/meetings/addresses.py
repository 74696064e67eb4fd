"""Where a browser, or another program, finds a node."""

from fastapi import Request

from app.kit.context import Context
from app.meetings.models import Node


def websocket_address(node: Node, request: Request, context: Context) -> str:
    """The node's public address; without one, the page's own host name and the node's port."""
    if node.public_url:
        return node.public_url.rstrip("/")
    return f"ws{_secure(request, context)}://{_host(request)}:{node.port}"


def http_address(node: Node, request: Request, context: Context) -> str:
    """The same by HTTP: on the public address of the websocket, or on the node's other port."""
    if node.public_url:
        scheme, _, place = node.public_url.rstrip("/").partition("://")
        return f"http{'s' if scheme in ('wss', 'https') else ''}://{place}"
    return f"http{_secure(request, context)}://{_host(request)}:{node.http_port}"


def _secure(request: Request, context: Context) -> str:
    https = "https" in (request.url.scheme, context.settings.public_url.partition(":")[0])
    return "s" if https else ""


def _host(request: Request) -> str:
    host = request.url.hostname or "localhost"
    return f"[{host}]" if ":" in host else host  # IPv6 (RFC 3986 §3.2.2)
