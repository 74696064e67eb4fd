"""Every pair of states: the table, and nothing but the table."""

import pytest

from app.kit.db import now
from app.kit.ids import new_id
from app.recordings.models import Recording, RecordingState
from app.recordings.states import WrongState, move

S = RecordingState
WAYS = {
    (S.RUNNING, S.STOPPED),
    (S.STOPPED, S.CLAIMED),
    (S.STOPPED, S.ERASED),
    (S.CLAIMED, S.READY),
    (S.CLAIMED, S.FAILED),
    (S.CLAIMED, S.STOPPED),
    (S.CLAIMED, S.ERASED),
    (S.READY, S.CLAIMED),
    (S.READY, S.ERASED),
    (S.FAILED, S.CLAIMED),
    (S.FAILED, S.STOPPED),
    (S.FAILED, S.ERASED),
}


@pytest.mark.parametrize("before", S)
@pytest.mark.parametrize("after", S)
def test_only_the_ways_of_the_table_are_open(before: S, after: S) -> None:
    recording = Recording(meeting_id=new_id(), state=before, node_name="n", started_at=now())
    if (before, after) in WAYS:
        move(recording, after)
        assert recording.state == after
    else:
        with pytest.raises(WrongState):
            move(recording, after)
        assert recording.state == before
