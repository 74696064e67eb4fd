"""What a measured media server must be able to do, whatever its own interface looks like."""

from typing import Protocol


class Server(Protocol):
    name: str
    pid: int

    async def publish(self, person: str, offer: str) -> str:
        """Answers a person's uplink offer: microphone on mid 0, camera on mid 1."""

    async def offer_downlink(self, person: str) -> str:
        """One offer with everything that all others publish by now."""

    async def answer_downlink(self, person: str, answer: str) -> None: ...

    async def close(self) -> None:
        """Ends the server's process."""


class ServerFailed(Exception):
    """The server did not start, or refused something; its own words."""
