"""Where servers and clients meet on this machine."""

import socket


def own_address() -> str:
    """The machine's own address. Packets to it stay on the loopback interface.

    Not 127.0.0.1, because libnice (Janus) never offers a loopback candidate.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1; connecting a UDP socket sends nothing
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
