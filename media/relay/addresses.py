"""Where datagrams come from and go to: IPv4 and IPv6 through one socket.

A socket that takes both (RFC 3493 §5.3) writes an IPv4 address as `::ffff:192.0.2.1`. Inside the
relay an address stays as its socket writes it; only what a peer reads is made plain.
"""

import socket
import sys
from contextlib import suppress

from aioice.ice import get_host_addresses

Address = tuple[str, int] | tuple[str, int, int, int]
"""As the socket gives and takes it: host, port and, of an IPv6 socket, flow label and scope."""

EVERYWHERE = ("::", "0.0.0.0")
LOOPBACK = {socket.AF_INET: ["127.0.0.1"], socket.AF_INET6: ["127.0.0.1", "::1"]}
MAPPED = "::ffff:"
SOURCE_PUBLIC = 72, 2
"""IPV6_ADDR_PREFERENCES, IPV6_PREFER_SRC_PUBLIC (RFC 5014 §5; Linux's numbers): do not answer from
an address that changes each day for privacy. Browsers expect the answer from where they asked."""


def bound(host: str, port: int, kind: socket.SocketKind = socket.SOCK_DGRAM) -> socket.socket:
    """On `::` it takes IPv4 and IPv6, where the machine has both."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        opened = socket.socket(family, kind)
    except OSError:
        if host != "::":
            raise
        host = "0.0.0.0"  # a kernel without IPv6
        opened = socket.socket(socket.AF_INET, kind)
    try:
        if opened.family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, host != "::")
            with suppress(OSError):
                opened.setsockopt(socket.IPPROTO_IPV6, *SOURCE_PUBLIC)
        if kind == socket.SOCK_STREAM:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
    except OSError:
        opened.close()
        raise
    return opened


def own(opened: socket.socket) -> list[str]:
    """Where others find it: where it is bound or, bound everywhere, all that the machine has."""
    host = opened.getsockname()[0]
    if host not in EVERYWHERE:
        return [host]
    both = opened.family == socket.AF_INET6
    found = get_host_addresses(use_ipv4=True, use_ipv6=both)
    if both and not _has_ipv6():
        return [*LOOPBACK[socket.AF_INET], *found]
    return [*LOOPBACK[opened.family], *found]


def plain(address: Address) -> tuple[str, int]:
    """As the one who sends from there knows it."""
    return address[0].removeprefix(MAPPED), address[1]


def packed(address: Address) -> bytes:
    """As the kernel writes it: struct sockaddr_in or sockaddr_in6."""
    host, port = address[:2]
    if len(address) == 2:
        head = socket.AF_INET.to_bytes(2, sys.byteorder) + port.to_bytes(2, "big")
        return head + socket.inet_pton(socket.AF_INET, host) + bytes(8)
    head = socket.AF_INET6.to_bytes(2, sys.byteorder) + port.to_bytes(2, "big")
    flow, scope = address[2].to_bytes(4, "big"), address[3].to_bytes(4, sys.byteorder)
    return head + flow + socket.inet_pton(socket.AF_INET6, host) + scope


def unpacked(data: bytes) -> Address:
    port = int.from_bytes(data[2:4], "big")
    if int.from_bytes(data[:2], sys.byteorder) == socket.AF_INET:
        return socket.inet_ntop(socket.AF_INET, data[4:8]), port
    host = socket.inet_ntop(socket.AF_INET6, data[8:24])
    return host, port, int.from_bytes(data[4:8], "big"), int.from_bytes(data[24:28], sys.byteorder)


def _has_ipv6() -> bool:
    """A container may know IPv6 and have no address of it."""
    with suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
        probe.bind(("::1", 0))
        return True
    return False
