"""No bytes from the network raise anything but what is declared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fixtures.paths import in_c
from tests.fuzz.corpus import SEEDS
from tests.fuzz.mutation import damaged
from tests.fuzz.targets import TARGETS

__all__ = ["in_c"]

every_target = pytest.mark.parametrize("name", TARGETS)


def test_every_target_has_seeds() -> None:
    assert SEEDS.keys() == TARGETS.keys()


@every_target
def test_what_is_valid_is_taken(name: str) -> None:
    for seed in SEEDS[name]:
        TARGETS[name](seed)


@every_target
@given(st.data())
def test_garbage_raises_nothing_else(name: str, data: st.DataObject) -> None:
    TARGETS[name](data.draw(st.binary(max_size=200)))


@every_target
@given(st.data())
def test_what_is_damaged_raises_nothing_else(name: str, data: st.DataObject) -> None:
    TARGETS[name](data.draw(damaged(SEEDS[name])))
