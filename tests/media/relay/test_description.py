"""What browsers describe, and what we make of nonsense."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.relay.description import LEVEL_URI, MID_URI, MOST_LINES, parse
from media.relay.refusals import MediaRefused
from tests.fixtures.offers import FIREFOX


def test_a_browser_s_offer_is_understood() -> None:
    remote = parse(FIREFOX)

    audio, video = remote.media
    assert remote.credentials.ufrag == "09d0e1c8"
    assert remote.fingerprints == (("sha-256", "28:4F"),)
    assert remote.setup == "auto"
    assert audio.codec is not None
    assert (audio.codec.payload_type, audio.codec.channels) == (109, 2)
    assert audio.codec.fmtp == "useinbandfec=1"
    assert audio.extensions == {LEVEL_URI: 1, MID_URI: 3}
    assert video.codec is not None
    assert video.codec.payload_type == 120
    assert video.feedback == ("nack", "nack pli", "transport-cc")
    assert video.repair_type == 124
    assert video.repairs == {2881444781: 725422478}
    assert audio.repair_type is None
    assert video.ssrcs == (725422478,)
    assert audio.sends
    assert not audio.receives


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        ("a=ice-pwd:.*\n", ""),
        ("a=fingerprint:.*\n", ""),
        ("a=setup:.*\n", ""),
        ("a=mid:1\n", "a=mid:0\n"),
        ("a=mid:1\n", ""),
        ("a=mid:1\n", "a=mid:a b\n"),
        ("a=setup:actpass", "a=setup:sideways"),
        ("m=video 9", "m=video nine"),
        ("a=ice-ufrag:.*\n", "a=ice-ufrag:x y\n"),
        ("(?s).*", ""),
    ],
)
def test_a_broken_offer_is_refused(pattern: str, replacement: str) -> None:
    with pytest.raises(MediaRefused):
        parse(re.sub(pattern, replacement, FIREFOX))


@given(st.text(max_size=300))
def test_garbage_is_refused_and_nothing_else_is_raised(text: str) -> None:
    with suppress(MediaRefused):
        parse(text)


LINES = FIREFOX.splitlines()


@given(
    st.lists(st.tuples(st.integers(0, len(LINES) - 1), st.integers(0, 60), st.text(max_size=12)))
)
def test_a_damaged_offer_is_understood_or_refused(damage: list[tuple[int, int, str]]) -> None:
    lines = list(LINES)
    for row, column, text in damage:
        lines[row] = lines[row][:column] + text + lines[row][column + 1 :]
    with suppress(MediaRefused):
        parse("\r\n".join(lines))


def test_a_section_that_rides_on_the_bundle_alone_is_not_rejected() -> None:
    """Firefox offers the second section so when it is asked for one bundle (RFC 8843 §6)."""
    bundled = FIREFOX.replace("m=video 9", "m=video 0")
    assert parse(bundled).media[1].rejected

    offered = bundled.replace("a=mid:1\n", "a=mid:1\na=bundle-only\n")
    assert not parse(offered).media[1].rejected
    assert parse(offered).media[1].sends


def test_a_source_that_no_packet_can_have_is_not_taken() -> None:
    assert parse(FIREFOX.replace("a=ssrc:1812027478", "a=ssrc:-5")).media[0].ssrcs == ()


@pytest.mark.parametrize("line", ["a=ssrc:{} cname:x\n", "m=audio 9 UDP 0\na=mid:x{}\n"])
def test_more_than_any_browser_writes_is_refused(line: str) -> None:
    lines = "".join(line.format(number) for number in range(MOST_LINES))

    with pytest.raises(MediaRefused):
        parse(FIREFOX + lines)


def test_thousands_of_layers_are_refused_before_each_is_looked_for() -> None:
    rids = [f"r{number}" for number in range(1000)]
    offered = "".join(f"a=rid:{rid} send\n" for rid in rids)

    with pytest.raises(MediaRefused):
        parse(FIREFOX + offered + f"a=simulcast:send {';'.join(rids)}\n")
