"""A report is bounded in every direction, whoever makes it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalling.codec import MAX_BYTES, ProtocolError, decode
from signalling.messages import ReportQuality

UPLINK = {"rtt_ms": 40.5, "estimate_bps": 400_000, "limited_by": "cpu"}
DOWNLINK = {"rtt_ms": None, "missing": 0, "jitter_ms": None, "concealed": 0.5, "pictures": []}
PICTURE = {"publication": "0198c1f3", "frames_per_s": 24.5, "freezes": 1, "frozen_ms": 640}

numbers = st.one_of(
    st.integers(), st.floats(), st.sampled_from([0, 1, -1, 600, 600_001, 1e9, 1.0000001])
)
values = st.none() | numbers | st.text(max_size=5) | st.lists(st.integers(), max_size=2)


def report(**changes: Any) -> dict[str, Any]:
    whole = {"type": "report_quality", "ref": 1, "seconds": 5.0}
    return {**whole, "uplink": UPLINK, "downlink": DOWNLINK, **changes}


def read(fields: dict[str, Any]) -> ReportQuality | None:
    try:
        found = decode(json.dumps(fields))
    except ProtocolError:
        return None
    assert isinstance(found, ReportQuality)
    return found


def test_what_a_browser_does_not_tell_is_null_and_may_not_be_left_out() -> None:
    nothing = dict.fromkeys(UPLINK)
    assert read(report(uplink=nothing, downlink=None)) is not None
    assert read(report(uplink={})) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"seconds": 0},
        {"seconds": 601},
        {"downlink": {**DOWNLINK, "missing": 1.01}},
        {"uplink": {**UPLINK, "rtt_ms": -1}},
        {"uplink": {**UPLINK, "rtt_ms": float("nan")}},
        {"uplink": {**UPLINK, "estimate_bps": float("inf")}},
        {"uplink": {**UPLINK, "limited_by": "weather"}},
        {"uplink": {**UPLINK, "name": "Bob"}},
        {"downlink": {**DOWNLINK, "pictures": [PICTURE] * 33}},
        {"downlink": {**DOWNLINK, "pictures": [{**PICTURE, "publication": "x" * 41}]}},
        {"downlink": {**DOWNLINK, "pictures": [{**PICTURE, "freezes": 1.5}]}},
    ],
)
def test_what_is_out_of_bounds_is_refused(changes: dict[str, Any]) -> None:
    assert read(report(**changes)) is None


@given(
    st.fixed_dictionaries(dict.fromkeys(UPLINK, values)),
    st.fixed_dictionaries(dict.fromkeys(PICTURE, values)),
    numbers,
    st.integers(0, 40),
)
def test_whatever_is_taken_is_small_and_finite(
    uplink: dict[str, Any], picture: dict[str, Any], seconds: float, count: int
) -> None:
    found = read(
        report(seconds=seconds, uplink=uplink, downlink={**DOWNLINK, "pictures": [picture] * count})
    )
    if found is None:
        return
    assert 0 < found.seconds <= 600
    assert found.downlink is not None
    assert len(found.downlink.pictures) <= 32
    text = found.model_dump_json()
    assert len(text) < MAX_BYTES / 10
    assert "NaN" not in text
    assert "Infinity" not in text
    for number in (found.uplink.rtt_ms, found.uplink.estimate_bps) if found.uplink else ():
        assert number is None or 0 <= number <= 1e10
