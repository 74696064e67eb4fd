"""Says before anything starts that a port is taken, and which setting changes it."""

import socket

from app.kit.settings import Settings
from media.relay.addresses import bound


def taken(settings: Settings) -> list[tuple[int, str]]:
    """The ports that cannot be had, each with the variable that sets it."""
    wanted = [
        (settings.web.host, settings.web.port, socket.SOCK_STREAM, "EMESSI_WEB__PORT"),
        (settings.node.host, settings.node.port, socket.SOCK_STREAM, "EMESSI_NODE__PORT"),
        (settings.node.host, settings.node.http_port, socket.SOCK_STREAM, "EMESSI_NODE__HTTP_PORT"),
        (settings.relay.host, settings.relay.udp_port, socket.SOCK_DGRAM, "EMESSI_RELAY__UDP_PORT"),
    ]
    return [(port, name) for host, port, kind, name in wanted if not _free(host, port, kind)]


def _free(host: str, port: int, kind: socket.SocketKind) -> bool:
    try:
        with bound(host, port, kind):
            return True
    except OSError:
        return False
