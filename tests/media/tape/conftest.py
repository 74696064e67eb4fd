"""Tapes whose pending records lie in memory shared with C, or not."""

from tests.fixtures.paths import in_c

__all__ = ["in_c"]
