"""One participant's downlink offers: at most one is open, and the last change is never lost. Pure.

The node offers and the browser answers. A change that comes while an offer is open makes it stale:
when its answer arrives, the next offer is due at once.
"""

from dataclasses import dataclass

from signalling.messages import DownlinkOffered


@dataclass
class Negotiation:
    last_id: int = 0
    open: DownlinkOffered | None = None
    stale: bool = False

    def may_offer(self) -> bool:
        """Asks whether to offer now; if not, the open offer is marked stale."""
        if self.open is not None:
            self.stale = True
            return False
        return True

    def offered(self, sdp: str, publications: dict[str, str]) -> DownlinkOffered:
        self.last_id += 1
        self.stale = False
        self.open = DownlinkOffered(offer_id=self.last_id, offer=sdp, publications=publications)
        return self.open

    def expects(self, offer_id: int) -> bool:
        return self.open is not None and self.open.offer_id == offer_id

    def answered(self) -> bool:
        """Closes the open offer; True when another is due."""
        self.open = None
        due, self.stale = self.stale, False
        return due
