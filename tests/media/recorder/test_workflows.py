"""What ends a recording's finishing, and what only delays it."""

import pytest
from dbos import error as dbos_errors
from sqlalchemy.exc import OperationalError

from media.recorder.planning import PlanOutdated
from media.recorder.steps import TRIES
from media.recorder.workflows import _was_out_of_reach
from media.store import NotStored, Unreachable

AWAY = OperationalError("SELECT 1", {}, Exception("connection refused"))


@pytest.mark.parametrize(
    ("tries", "comes_back"),
    [
        ([Unreachable("the store failed")] * TRIES, True),
        ([NotStored("spoilt"), OSError(28, "No space left on device"), AWAY], True),
        ([Unreachable("the store failed"), ValueError("a fault of ours")], False),
    ],
)
def test_what_comes_back_by_itself_is_waited_for(tries: list[Exception], comes_back: bool) -> None:
    error = dbos_errors.DBOSMaxStepRetriesExceeded("person", len(tries), tries)

    assert _was_out_of_reach(error) is comes_back


def test_what_failed_outside_a_step_is_told_apart_too() -> None:
    assert _was_out_of_reach(AWAY)
    assert not _was_out_of_reach(PlanOutdated())
