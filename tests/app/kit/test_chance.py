"""A rank that can be worked out anywhere."""

import hashlib
from uuid import UUID

from app.kit.chance import by_rank, rank


def test_a_rank_can_be_worked_out_anywhere() -> None:
    one = UUID("01890000-0000-7000-8000-000000000001")
    wanted = hashlib.sha256(b"42:01890000-0000-7000-8000-000000000001").hexdigest()
    assert rank(42, one) == wanted


def test_each_stands_once_whatever_the_order() -> None:
    assert by_rank("abca", 7) == by_rank("cba", 7) == sorted("abc", key=lambda m: rank(7, m))
