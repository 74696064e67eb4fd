"""What every transport of the node shares: the port, the certificate, the candidates."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aioice.ice import get_host_addresses

from app.kit.settings import RelaySettings
from media.clock import Clock
from media.relay.ice import Credentials
from media.relay.seam import Certificate
from media.relay.socket import Port
from media.relay.writing import LocalSide, host_candidates

LOOPBACK = "127.0.0.1"
ANY = "0.0.0.0"


@dataclass(frozen=True)
class Network:
    port: Port
    certificate: Certificate
    candidates: Sequence[str]
    clock: Clock

    @classmethod
    def open(cls, settings: RelaySettings, clock: Clock) -> "Network":
        """Binds the port; raises OSError if it is taken."""
        port = Port(settings.host, settings.udp_port, clock.now)
        candidates = host_candidates(_addresses(settings), port.number)
        return cls(port, Certificate(), candidates, clock)

    def soon(self, call: Callable[[], None]) -> None:
        self.port.soon(call)

    def local_side(self, credentials: Credentials, setup: str) -> LocalSide:
        return LocalSide(credentials, self.certificate.fingerprint, self.candidates, setup)


def _addresses(settings: RelaySettings) -> list[str]:
    if settings.addresses:
        return settings.addresses
    if settings.host != ANY:
        return [settings.host]
    return [LOOPBACK, *get_host_addresses(use_ipv4=True, use_ipv6=False)]
