"""Which codes count where several coders coded a turn. Pure.

Every turn counts once. Where coders differed and it was decided between them, what was decided;
else what the coder said to whom the recording was assigned first, because a second coder's codes
are there to measure the first's.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from app.agreement.material import CodedRecording

Decided = Mapping[tuple[UUID, UUID], Sequence[UUID]]
"""Turn and axis → what was decided; nothing in it: that no code fits."""


def settled(coded: CodedRecording, decided: Decided, axis_id: UUID) -> dict[UUID, Sequence[UUID]]:
    """Each turn that was to be coded → its codes on that axis, the leading one first."""
    found: dict[UUID, Sequence[UUID]] = {}
    for row in coded.rows:
        turn_id = row.turn.id
        first = next((each for each in coded.finished if turn_id in each.to_code), None)
        if first is not None:
            cell = (turn_id, axis_id)
            found[turn_id] = decided[cell] if cell in decided else first.codes.get(cell, ())
    return found
