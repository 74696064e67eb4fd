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


def test_one_that_cannot_wait_does_not_and_is_one_request_too() -> None:
    requests = KeyframeRequests()
    requests.want()
    assert requests.due(10.0)
    requests.want(at_once=True)
    requests.want()
    assert requests.due(10.1)
    assert not requests.due(10.2)
    requests.want()
    assert not requests.due(10.1 + KEYFRAME_INTERVAL_S / 2)
