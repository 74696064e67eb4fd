"""The tapes of a room, written together."""

from pathlib import Path

from media.clock import Clock
from media.tape.deck import Deck
from media.tape.reader import Ending, TapeReader
from tests.fixtures.tapes import KEY, OPUS, order, packets_of

CLOCK = Clock.capture()


def test_after_a_flush_a_kill_loses_nothing_of_any_tape(tmp_path: Path) -> None:
    deck = Deck(CLOCK)
    reasons: list[str] = []
    tapes = [deck.begin(order(tmp_path / f"{n}"), OPUS, reasons.append) for n in range(3)]
    for number, tape in enumerate(tapes):
        tape.write(bytes([number]) * 100, CLOCK.now())
    before = [packets_of(TapeReader(tape.path, KEY)) for tape in tapes]
    deck.flush(tapes, CLOCK.now())

    readers = [TapeReader(tape.path, KEY) for tape in tapes]
    assert before == [[], [], []]
    assert [packets_of(reader) for reader in readers] == [[bytes([n]) * 100] for n in range(3)]
    assert {reader.ending for reader in readers} == {Ending.TORN}
    assert all(tape.named for tape in tapes)  # the disk was asked for all of them
    for tape in tapes:
        tape.close()
    assert reasons == []


def test_one_that_is_refused_does_not_keep_the_others_from_the_disk(tmp_path: Path) -> None:
    deck = Deck(CLOCK)
    reasons: list[str] = []
    (tmp_path / "file").touch()
    bad = deck.begin(order(tmp_path / "file" / "t"), OPUS, reasons.append)
    good = deck.begin(order(tmp_path / "good"), OPUS, reasons.append)
    for tape in (bad, good):
        tape.write(b"packet", CLOCK.now())
    deck.flush([bad, good], CLOCK.now())
    good.close()

    assert len(reasons) == 1
    assert packets_of(TapeReader(tmp_path / "good", KEY)) == [b"packet"]
