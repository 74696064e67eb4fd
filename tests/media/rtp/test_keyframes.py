"""Key frames are asked for soon, and not for each receiver."""

from media.rtp.keyframes import KEYFRAME_INTERVAL_S, KeyframeRequests


def test_many_wishes_are_one_request_and_a_late_one_is_kept() -> None:
    requests = KeyframeRequests()
    assert not requests.due(0.0)

    requests.want()
    requests.want()
    assert requests.due(0.0)
    assert not requests.due(KEYFRAME_INTERVAL_S)

    requests.want()
    assert not requests.due(KEYFRAME_INTERVAL_S / 2)
    assert requests.due(KEYFRAME_INTERVAL_S)
