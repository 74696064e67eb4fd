"""The seal of one chunk."""

import pytest
from cryptography.exceptions import InvalidTag

from media.tape.keys import TAG_BYTES, ChunkSeal, new_salt

DATA_KEY = bytes(32)
HASH = b"h" * 32


def sealed_by(seal: ChunkSeal) -> bytes:
    place = bytearray(len(b"plain") + TAG_BYTES)
    seal.seal_into(memoryview(place), 0, memoryview(b"plain"), last=False)
    return bytes(place)


@pytest.mark.parametrize(("number", "last"), [(1, False), (0, True)])
def test_place_and_end_are_authenticated(number: int, last: bool) -> None:
    seal = ChunkSeal(DATA_KEY, new_salt(), HASH)
    sealed = sealed_by(seal)

    assert seal.open(0, sealed, last=False) == b"plain"
    with pytest.raises(InvalidTag):
        seal.open(number, sealed, last=last)


def test_two_tapes_under_one_data_key_share_no_key() -> None:
    first, second = (ChunkSeal(DATA_KEY, new_salt(), HASH) for _ in range(2))

    assert sealed_by(first) != sealed_by(second)
