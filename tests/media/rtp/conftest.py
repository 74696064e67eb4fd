"""Counters and rows, in memory shared with C and in plain objects."""

from tests.fixtures.paths import in_c

__all__ = ["in_c"]
