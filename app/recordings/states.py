"""The life of a recording: the one function that moves it."""

from app.kit.errors import Refusal
from app.recordings.models import TRANSITIONS, Recording, RecordingState


class WrongState(Refusal):
    code = "recording_state"


def move(recording: Recording, to: RecordingState) -> None:
    """Raises WrongState where the table has no such way."""
    if to not in TRANSITIONS[RecordingState(recording.state)]:
        raise WrongState
    recording.state = to
