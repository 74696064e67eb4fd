"""What every transport of the node shares: the port, the certificate, the candidates."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.kit.settings import RelaySettings
from media.clock import Clock
from media.relay.ice import Credentials
from media.relay.seam import Certificate
from media.relay.socket import Port
from media.relay.writing import LocalSide, host_candidates


@dataclass(frozen=True)
class Network:
    port: Port
    certificate: Certificate
    addresses: list[str]
    candidates: Sequence[str]
    clock: Clock

    @classmethod
    def open(cls, settings: RelaySettings, clock: Clock) -> "Network":
        """Binds the port; raises OSError if it is taken."""
        port = Port(settings.host, settings.udp_port, clock.now)
        addresses = settings.addresses or port.addresses
        return cls(port, Certificate(), addresses, host_candidates(addresses, port.number), clock)

    def soon(self, call: Callable[[], None]) -> None:
        self.port.soon(call)

    def local_side(self, credentials: Credentials, setup: str) -> LocalSide:
        return LocalSide(credentials, self.certificate.fingerprint, self.candidates, setup)
