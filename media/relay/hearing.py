"""Whose voices a room forwards."""

from collections.abc import Iterable
from functools import partial

from media.relay.publication import Publication
from media.rtp.voices import Voices

ALL_UP_TO, THEN = 6, 4
"""People, and the voices that are forwarded when more are there. Lower: in a lively moment somebody
is not heard. Higher: more of a narrow line goes to coughs and keyboards."""


class Hearing:
    def __init__(self, most: int) -> None:
        """At most so many voices at a time; 0: as `ALL_UP_TO` and `THEN` say."""
        self._most = most
        self._voices = Voices()
        self._known: dict[str, Publication] = {}

    def settle(self, publications: Iterable[Publication], people: int) -> None:
        """Call when someone or something comes, goes, is muted or heard again. Voices that do not
        tell their level are always forwarded."""
        self._known = {
            p.id: p for p in publications if p.kind == "audio" and p.layers[0].tells_levels
        }
        present = [id for id, p in self._known.items() if not p.muted]
        limit = self._most or (len(present) if people <= ALL_UP_TO else THEN)
        self._voices.settle(present, limit)
        for id, publication in self._known.items():
            publication.layers[0].wakes = partial(self._begins, id)
            publication.layers[0].set_quiet(id in present and id not in self._voices)

    def heard(self, publication: str, level: int, now: float) -> None:
        self._voices.heard(publication, level, now)

    def _begins(self, publication: str, level: int, now: float) -> bool:
        """Whether the packet with this level is to be forwarded, and those that follow."""
        displaced = self._voices.begins(publication, level, now)
        if displaced is None:
            return False
        self._known[displaced].layers[0].set_quiet(True)
        self._known[publication].layers[0].set_quiet(False)
        return True
