"""What the child process is told: one piece of a composite, and where what it needs lies."""

import base64
import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """One sealed file with pictures, as a copy on this machine. Times are seconds of the
    recording."""

    path: str
    key: str
    """The data key, base64."""
    starts_s: float
    ends_s: float
    """Of its pictures."""
    zero_s: float
    """Where its own time 0 lies."""
    is_screen: bool = False

    @property
    def data_key(self) -> bytes:
        return base64.b64decode(self.key)


@dataclass(frozen=True)
class Tile:
    name: str
    hue: int
    """1 … 12, as on the page of the recording."""
    sources: list[Source]


@dataclass(frozen=True)
class Job:
    start_s: float
    end_s: float
    tiles: list[Tile]
    floor: list[tuple[float, int]]
    """From when on which tile's voice leads; -1: nobody's."""
    width: int
    height: int
    rate: int

    def to_json(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, text: bytes) -> "Job":
        told = json.loads(text)
        tiles = [
            Tile(tile["name"], tile["hue"], [Source(**one) for one in tile["sources"]])
            for tile in told.pop("tiles")
        ]
        floor = [(at, tile) for at, tile in told.pop("floor")]
        return cls(tiles=tiles, floor=floor, **told)


def source(path: Path, key: bytes, **where: float) -> Source:
    return Source(str(path), base64.b64encode(key).decode(), **where)  # type: ignore[arg-type]
