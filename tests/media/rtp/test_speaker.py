"""Who has the floor, by loudness alone."""

from media.rtp.speaker import SILENCE_S, SpeakerDetector

LOUD, QUIET, SILENT = 20, 40, 127
"""RFC 6464 levels: −20, −40 and −127 dBov."""


def listen(
    detector: SpeakerDetector, since: float, for_s: float, **levels: int
) -> list[str | None]:
    """Feeds a packet each 20 ms, decides each 100 ms; the changes."""
    changes = []
    for step in range(int(for_s / 0.02)):
        now = since + step * 0.02
        for name, level in levels.items():
            detector.heard(name, level, now)
        if step % 5 == 0 and detector.decide(now):
            changes.append(detector.speaker)
    return changes


def test_who_speaks_gets_the_floor_and_keeps_it_through_a_pause() -> None:
    detector = SpeakerDetector()

    assert listen(detector, 0, 1.0, alice=LOUD, bob=SILENT) == ["alice"]
    assert listen(detector, 1, SILENCE_S / 2, alice=SILENT, bob=SILENT) == []
    assert listen(detector, 3, 3 * SILENCE_S, alice=SILENT, bob=SILENT) == [None]


def test_a_cough_takes_nothing() -> None:
    detector = SpeakerDetector()
    listen(detector, 0, 1.0, alice=LOUD, bob=SILENT)

    changes = listen(detector, 1, 0.1, alice=LOUD, bob=5)
    changes += listen(detector, 1.1, 1.0, alice=LOUD, bob=SILENT)

    assert changes == []


def test_two_who_talk_alike_do_not_flicker() -> None:
    detector = SpeakerDetector()
    listen(detector, 0, 1.0, alice=LOUD)

    assert listen(detector, 1, 3.0, alice=LOUD, bob=LOUD - 3) == []


def test_who_is_clearly_louder_takes_over() -> None:
    detector = SpeakerDetector()
    listen(detector, 0, 1.0, alice=QUIET)

    assert listen(detector, 1, 1.5, alice=QUIET, bob=LOUD) == ["bob"]


def test_silence_without_packets_ends_a_turn() -> None:
    detector = SpeakerDetector()
    listen(detector, 0, 1.0, alice=LOUD)

    assert listen(detector, 1, 3 * SILENCE_S) == [None]


def test_one_who_left_does_not_speak() -> None:
    detector = SpeakerDetector()
    listen(detector, 0, 1.0, alice=LOUD)
    detector.forget("alice")

    assert detector.decide(1.0)
    assert detector.speaker is None
