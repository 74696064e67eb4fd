"""The loudest have a place, and a place that is silent is had at once."""

from hypothesis import given
from hypothesis import strategies as st

from media.rtp.voices import HOLD_S, Voices

LOUD, QUIET, SILENT = 20, 45, 100
FRAME_S = 0.02


def speak(voices: Voices, voice: str, level: int, begin: float, seconds: float) -> float:
    for n in range(round(seconds / FRAME_S)):
        voices.heard(voice, level, begin + n * FRAME_S)
    return begin + seconds


def test_everyone_has_a_place_while_there_are_enough() -> None:
    voices = Voices()
    voices.settle(list("abc"), 4)

    assert all(voice in voices for voice in "abc")


def test_the_first_loud_packet_has_the_place_of_whoever_is_silent_longest() -> None:
    voices = Voices()
    voices.settle(list("abc"), 2)
    now = speak(voices, "a", LOUD, 0.0, 1.0)
    now = speak(voices, "b", LOUD, now, 1.0)

    assert voices.begins("c", QUIET, now + HOLD_S) == "a"
    assert "c" in voices
    assert "a" not in voices


def test_whoever_paused_for_a_moment_keeps_the_place_against_a_murmur() -> None:
    voices = Voices()
    voices.settle(list("abc"), 2)
    speak(voices, "a", LOUD, 0.0, 2.0)
    now = speak(voices, "b", LOUD, 0.0, 2.0)

    assert voices.begins("c", QUIET, now + HOLD_S / 2) is None


def test_someone_clearly_louder_has_the_place_of_the_quietest() -> None:
    voices = Voices()
    voices.settle(list("abc"), 2)
    speak(voices, "a", LOUD, 0.0, 2.0)
    now = speak(voices, "b", QUIET, 0.0, 2.0)

    assert voices.begins("c", LOUD, now) == "b"


def test_noise_below_speech_never_gets_a_place() -> None:
    voices = Voices()
    voices.settle(list("abc"), 2)

    assert voices.begins("c", SILENT, 100.0) is None


def test_whoever_goes_leaves_a_place_and_whoever_is_silent_longest_loses_one_too_many() -> None:
    voices = Voices()
    voices.settle(list("abcd"), 3)
    speak(voices, "c", LOUD, 0.0, 1.0)

    voices.settle(list("bcd"), 3)
    assert "d" in voices
    voices.settle(list("bcd"), 1)
    assert [voice for voice in "bcd" if voice in voices] == ["c"]


events = st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 255), st.floats(0, 3))


@given(st.lists(events), st.integers(1, 5))
def test_there_are_never_more_nor_fewer_than_there_are_places(
    script: list[tuple[str, int, float]], limit: int
) -> None:
    voices = Voices()
    voices.settle(list("abcdefgh"), limit)
    now = 0.0
    for voice, level, later in script:
        now += later
        if voice in voices:
            voices.heard(voice, level, now)
        else:
            voices.begins(voice, level, now)
        assert sum(voice in voices for voice in "abcdefgh") == limit
