"""The sender's own congestion control runs on what the relay tells it."""

import pytest

from tests.fixtures.peers import Stage, until
from tests.fixtures.tabs import Browser, Tab

pytestmark = pytest.mark.browser

NOISE = "{noise: true, width: 480, height: 270, frameRate: 30}"


async def test_a_browser_on_a_clean_path_soon_sends_what_it_may(
    stage: Stage, chromium: Tab
) -> None:
    alice, bob = Browser(stage, "alice", chromium), stage.peer("bob")
    await alice.publish(f"peer.offer({NOISE}, [{{maxBitrate: 1_400_000}}])")
    await bob.receive()
    await until(lambda: bob.frames.get("video"), "the first picture")

    # How soon is a matter for `benchmarks/networks.py`: a machine with other work encodes slowly.
    await alice.until("peer.believed().then((bps) => bps > 1_200_000)")
