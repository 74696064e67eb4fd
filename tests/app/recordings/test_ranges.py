"""Byte ranges: examples of RFC 9110 §14, and what holds for any header."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.recordings.ranges import NotSatisfiable, Span, wanted


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-0", Span(0, 1)),
        ("bytes=0-499", Span(0, 500)),
        ("bytes=500-", Span(500, 1000)),
        ("bytes=999-", Span(999, 1000)),
        ("bytes=900-5000", Span(900, 1000)),
        ("bytes=-1", Span(999, 1000)),
        ("bytes=-5000", Span(0, 1000)),
        (" bytes=1-2 ", Span(1, 3)),
    ],
)
def test_one_range(header: str, span: Span) -> None:
    assert wanted(header, 1000) == span


@pytest.mark.parametrize(
    "header",
    [None, "", "bytes=", "bytes=-", "bytes=5-2", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b", "0-1"],
)
def test_what_is_not_one_range_is_ignored(header: str | None) -> None:
    assert wanted(header, 1000) is None


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=1000-", 1000), ("bytes=-0", 9), ("bytes=0-", 0)]
)
def test_a_range_beyond_the_end_cannot_be_had(header: str, size: int) -> None:
    with pytest.raises(NotSatisfiable):
        wanted(header, size)


@given(st.from_regex(r"bytes=\d{0,20}-\d{0,20}") | st.text(), st.integers(0, 10_000))
def test_a_span_is_never_empty_and_never_outside(header: str, size: int) -> None:
    try:
        span = wanted(header, size)
    except NotSatisfiable:
        return
    assert span is None or 0 <= span.start < span.end <= size
