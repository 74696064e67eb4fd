"""Pictures of other codecs than VP8 go from browser to browser as they are."""

import pytest
from aiortc.rtcrtpparameters import RTCRtpCodecParameters

from media.relay.codecs import taken
from tests.fixtures.peers import Stage
from tests.fixtures.tabs import Browser, OpenTab

PICTURE = "{ width: 320, height: 240, frameRate: 15 }"


def codec(name: str, number: int, **parameters: str) -> RTCRtpCodecParameters:
    mime_type = f"video/{name}"
    return RTCRtpCodecParameters(mime_type, 90_000, None, number, parameters=dict(parameters))


def test_vp8_is_taken_wherever_it_is_offered() -> None:
    chosen = taken("video", [codec("H264", 100, **{"packetization-mode": "1"}), codec("VP8", 101)])

    assert chosen is not None
    assert chosen.payloadType == 101


def test_h264_is_taken_only_in_fragments() -> None:
    single = codec("H264", 100)
    fragments = codec("H264", 102, **{"packetization-mode": "1"})

    assert taken("video", [single]) is None
    assert taken("video", [single, fragments]) is fragments


@pytest.mark.browser
@pytest.mark.parametrize("mime_type", ["video/H264", "video/VP9", "video/AV1"])
async def test_a_picture_arrives_as_it_was_sent(
    stage: Stage, open_tab: OpenTab, mime_type: str
) -> None:
    alice, bob = [Browser(stage, name, await open_tab()) for name in ("alice", "bob")]
    await alice.publish(f"peer.offer({PICTURE}, [{{}}], '{mime_type}')")
    await bob.receive()

    await bob.until("peer.decoded().then((n) => n > 20)")
    (camera,) = [p for p in stage.room.publications.values() if p.kind == "video"]
    assert camera.codec.mime_type == mime_type
    assert await bob.tab.evaluate("peer.codec()") == mime_type


@pytest.mark.browser
async def test_layers_are_taken_of_vp8_alone(stage: Stage, open_tab: OpenTab) -> None:
    alice, bob = [Browser(stage, name, await open_tab()) for name in ("alice", "bob")]
    layers = "[{ rid: 'l', scaleResolutionDownBy: 2 }, { rid: 'h' }]"
    await alice.publish(f"peer.offer({PICTURE}, {layers}, 'video/H264')")
    await bob.receive()

    await bob.until("peer.decoded().then((n) => n > 20)")
