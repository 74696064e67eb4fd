"""What was published against what is in the files: everything missing has a reason. Pure.

Times are ms on the recording's time line.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from typing import Any
from uuid import UUID

from app.kit.intervals import Interval, common, minus
from app.recordings.models import Source, SpanEnd

MISSING_MS = 1_000
"""Shorter holes are not told one by one, but in sum. Lower: every picture that waited for its key
frame. Higher: a word may be missing and nobody says so."""
RETURN_MS = 300_000
"""One whose connection was lost, or whose node stopped, and who is back within this missed the time
between. Lower: a slow computer's restart is not told. Higher: one who left and came again later
seems to have been cut off."""


class Reason(StrEnum):
    NO_CONSENT = "no_consent"
    OFF_THE_RECORD = "off_the_record"
    NETWORK = "network"
    NOTHING_SENT = "nothing_sent"
    """The device or the browser gave nothing, though it was on."""
    NODE_RESTART = "node_restart"
    DISK = "disk"
    """Not saved, or damaged since."""
    MACHINE_GONE = "machine_gone"
    """It lay on a server that is gone with it."""
    NOT_WRITTEN = "not_written"
    """The person's consent was open, and no tape was begun."""
    CODEC = "codec"
    """It was sent in a form that has no place in our files. Its tape is kept."""
    MUTED = "muted"
    CAMERA_OFF = "camera_off"
    PAUSED = "paused"


BY_CHOICE = frozenset({Reason.MUTED, Reason.CAMERA_OFF, Reason.PAUSED})
"""Not a loss: somebody wanted it so."""
UNWANTED = frozenset({Reason.NO_CONSENT, Reason.OFF_THE_RECORD})
"""It was not to be there."""


@dataclass(frozen=True)
class Published:
    """One span of one source; `end_ms` None: nobody wrote down its end."""

    user_id: UUID
    source: Source
    start_ms: int
    end_ms: int | None
    how_it_ended: SpanEnd | None


@dataclass(frozen=True)
class Taped:
    """One tape, used or not. `objection`: why it is not used, None when it is. `damaged`: its file
    is not all that was written there."""

    user_id: UUID
    source: Source
    start_ms: int
    end_ms: int
    objection: str | None
    torn: bool = False
    damaged: bool = False


@dataclass(frozen=True)
class Kept:
    """One track in the files: from its first moment to its last, with holes in between, each with
    the recorder's reason."""

    user_id: UUID
    source: Source
    start_ms: int
    end_ms: int
    holes: Sequence[tuple[int, int, str]] = ()


@dataclass(frozen=True)
class Missing:
    user_id: UUID
    source: Source
    start_ms: int
    end_ms: int
    reason: Reason

    @property
    def length_ms(self) -> int:
        return self.end_ms - self.start_ms

    @property
    def is_loss(self) -> bool:
        return self.reason not in BY_CHOICE

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"user_id": str(self.user_id), "is_loss": self.is_loss}


Allowed = Mapping[tuple[UUID, Source], Sequence[Interval]]
"""When a person's consent to a source was open."""


def missing(
    published: Iterable[Published],
    taped: Sequence[Taped],
    kept: Sequence[Kept],
    length_ms: int,
    stated: Sequence["Told"] = (),
    allowed: Allowed = MappingProxyType({}),
) -> list[Missing]:
    """What is told one by one, in the order of time. `stated`: when nothing was kept of anybody,
    and why."""
    found = holes(published, taped, kept, length_ms, stated, allowed)
    return [one for one in found if one.length_ms >= MISSING_MS]


def short_ms(found: Iterable[Missing]) -> dict[tuple[UUID, Source], int]:
    """What is told in sum alone: how much of it was lost of each source."""
    sums: dict[tuple[UUID, Source], int] = {}
    for one in found:
        if one.length_ms < MISSING_MS and one.is_loss and one.reason not in UNWANTED:
            key = (one.user_id, one.source)
            sums[key] = sums.get(key, 0) + one.length_ms
    return sums


def holes(
    published: Iterable[Published],
    taped: Sequence[Taped],
    kept: Sequence[Kept],
    length_ms: int,
    stated: Sequence["Told"] = (),
    allowed: Allowed = MappingProxyType({}),
) -> list[Missing]:
    """As `missing`, the short ones too."""
    found: list[Missing] = []
    spans = list(published)
    sources = sorted({(one.user_id, one.source) for one in spans})
    for user, source in sources:
        own = sorted(
            (s for s in spans if (s.user_id, s.source) == (user, source)), key=lambda s: s.start_ms
        )
        mine = [t for t in taped if (t.user_id, t.source) == (user, source)]
        given = allowed.get((user, source), ())
        # Of one who never agreed nothing would have been written on a disk with room, either.
        known = [s for s in stated if mine or given or s[2] == Reason.OFF_THE_RECORD]
        tracks = [k for k in kept if (k.user_id, k.source) == (user, source)]
        told = list(_between(own, source, known))
        for start, end in minus(_sent(own, length_ms), [(k.start_ms, k.end_ms) for k in tracks]):
            told += _explained(Interval(start, end), mine, given, known)
        for start, end, why in (hole for track in tracks for hole in track.holes):
            for part in common(Interval(start, end), _sent(own, length_ms)):
                told += _explained(part, mine, given, known, why)
        found += [Missing(user, source, start, end, reason) for start, end, reason in told]
    return sorted(found, key=lambda m: (m.start_ms, m.end_ms, str(m.user_id), m.source))


Told = tuple[int, int, Reason]
_HOLES = {
    "network": Reason.NETWORK,
    "node_stopped": Reason.NODE_RESTART,
    "nothing_sent": Reason.NOTHING_SENT,
}
_AFTER = {
    SpanEnd.STOPPED: Reason.PAUSED,
    SpanEnd.LOST: Reason.NETWORK,
    SpanEnd.NODE_STOPPED: Reason.NODE_RESTART,
}


def _sent(spans: Sequence[Published], length_ms: int) -> list[Interval]:
    """When the source was sent. A span whose end nobody wrote down ends where the next begins."""
    sent = []
    for number, span in enumerate(spans):
        later = spans[number + 1].start_ms if number + 1 < len(spans) else length_ms
        end = min(span.end_ms if span.end_ms is not None else later, length_ms)
        if end > max(span.start_ms, 0):
            sent.append(Interval(max(span.start_ms, 0), end))
    return sent


def _between(spans: Sequence[Published], source: Source, stated: Sequence[Told]) -> Iterator[Told]:
    """Why nothing was sent, or kept, from one span to the next."""
    for span, following in pairwise(spans):
        if span.end_ms is None or following.start_ms <= span.end_ms:
            continue
        between = Interval(span.end_ms, following.start_ms)
        how = span.how_it_ended
        if how == SpanEnd.OFF_RECORD:  # whoever came back muted was no longer off the record then
            off = [(start, end) for start, end, known in stated if known == Reason.OFF_THE_RECORD]
            for start, end in common(between, [Interval(*one) for one in off]):
                yield start, end, Reason.OFF_THE_RECORD
            continue
        reason = _AFTER.get(how) if how is not None else None
        if how == SpanEnd.MUTED:
            reason = Reason.CAMERA_OFF if source == Source.CAMERA else Reason.MUTED
        elif how == SpanEnd.TURNED_OFF and source == Source.CAMERA:
            reason = Reason.CAMERA_OFF
        away = reason in (Reason.NETWORK, Reason.NODE_RESTART)
        if reason is None or (away and between.end_ms - between.start_ms > RETURN_MS):
            continue
        yield from _cut(between, reason, stated)


def _explained(
    part: Interval,
    tapes: Sequence[Taped],
    given: Sequence[Interval],
    stated: Sequence[Told],
    why: str | None = None,
) -> Iterator[Told]:
    """The part cut where tapes and consents begin and end, each piece with its reason."""
    edges = {part.start_ms, part.end_ms}
    changes = [*((t.start_ms, t.end_ms) for t in tapes), *given]
    edges |= {e for both in changes for e in both if part.start_ms < e < part.end_ms}
    merged: list[Told] = []
    for start, end in pairwise(sorted(edges)):
        reason = _reason(Interval(start, end), tapes, given, why)
        if merged and merged[-1][2] == reason:
            merged[-1] = (merged[-1][0], end, reason)
        else:
            merged.append((start, end, reason))
    for start, end, reason in merged:
        yield from _cut(Interval(start, end), reason, stated)


def _reason(
    part: Interval, tapes: Sequence[Taped], given: Sequence[Interval], why: str | None
) -> Reason:
    over = [t for t in tapes if t.start_ms < part.end_ms and part.start_ms < t.end_ms]
    if why in _HOLES and any(t.objection is None for t in over):
        return _HOLES[why]
    if any(t.objection in ("consent", "erased") for t in over):
        return Reason.NO_CONSENT
    if any(t.objection == "lost" for t in over):
        return Reason.MACHINE_GONE
    if any(t.objection == "not_muxed" for t in over):
        return Reason.CODEC
    if any(t.objection is not None or t.damaged for t in over):
        return Reason.DISK
    if any(t.torn for t in over) or why == "node_stopped":
        return Reason.NODE_RESTART
    if over:
        return Reason.NETWORK
    return Reason.NOT_WRITTEN if common(part, given) else Reason.NO_CONSENT


def _cut(part: Interval, reason: Reason, stated: Sequence[Told]) -> Iterator[Told]:
    """What is stated of everybody goes before what is found out about one."""
    left = [part]
    for start, end, known in stated:
        for piece in left:
            for inside in common(piece, [Interval(start, end)]):
                yield inside.start_ms, inside.end_ms, known
        left = minus(left, [(start, end)])
    for start, end in left:
        yield start, end, reason
