"""Two views of one connection become one, and nobody answers for another's line."""

import pytest

from media.relay.quality import Quality, Received, Sent
from signalling.messages import DownlinkReport, PictureReport, ReportQuality, UplinkReport
from signalling.quality.merging import Room, Seen, merge

CAMERAS = {"camera-a": "alice", "camera-b": "bob", "camera-c": "carol"}
PEOPLE = ("alice", "bob", "carol")
GIVEN = {name: frozenset(CAMERAS) - {f"camera-{name[0]}"} for name in PEOPLE}
ROOM = Room(CAMERAS, GIVEN)


def sent(name: str, lost: int = 0) -> Sent:
    return Sent(f"camera-{name[0]}", "camera", 1_000, lost, 0, 5.0, (90_000.0, 300_000.0, 0.0))


def relay(**losses: int) -> dict[str, Quality]:
    return {
        name: Quality(
            (sent(name, losses.get(name, 0)),),
            Received(2_000, 20, 70.0, 900_000.0, {"camera-b": 1, "camera-c": 2}),
        )
        for name in PEOPLE
    }


def report(
    frozen: dict[str, float | None] | None = None, rtt_ms: float | None = 40.0
) -> ReportQuality:
    pictures = [
        PictureReport(publication=id_, frames_per_s=20.0, freezes=1, frozen_ms=ms)
        for id_, ms in (frozen or {}).items()
    ]
    return ReportQuality(
        ref=1,
        seconds=5.0,
        uplink=UplinkReport(rtt_ms=rtt_ms, estimate_bps=500_000, limited_by="cpu"),
        downlink=DownlinkReport(
            rtt_ms=None, missing=0.03, jitter_ms=9.0, concealed=0.01, pictures=pictures
        ),
    )


def merged(
    told: dict[str, list[ReportQuality]], room: Room = ROOM, **losses: int
) -> dict[str, Seen]:
    return merge(5.0, relay(**losses), told, room)


def test_the_relay_tells_of_losses_and_the_browser_of_what_was_seen() -> None:
    figures = merged({"alice": [report({"camera-b": 500.0, "camera-c": 100.0})]})["alice"].figures

    assert (figures.uplink_packets, figures.uplink_lost, figures.uplink_layers) == (1_000, 0, 2)
    assert (figures.uplink_bps, figures.uplink_estimate_bps) == (390_000, 500_000)
    assert figures.downlink_missing == 0.03
    assert (figures.downlink_packets, figures.downlink_lost) == (2_000, 20)
    assert (figures.rtt_ms, figures.downlink_jitter_ms) == (40.0, 9.0)
    assert (figures.frozen_ms, figures.freezes, figures.frames_per_s) == (500.0, 2, 20.0)
    assert (figures.pictures, figures.picture_layer) == (2, 1.5)
    assert (figures.uplink_limited, figures.concealed) == ("cpu", 0.01)


def test_without_a_browser_the_relay_tells_what_it_knows() -> None:
    figures = merged({})["alice"].figures

    assert figures.rtt_ms == 70.0, "from the receiver's reports"
    assert (figures.frozen_ms, figures.freezes, figures.concealed) == (None, None, None)


def test_a_picture_that_stands_still_is_its_receivers_trouble() -> None:
    seen = merged({name: [report(dict.fromkeys(GIVEN[name], 0.0))] for name in PEOPLE[:2]})
    assert [seen[name].halted for name in PEOPLE] == [0.0, 0.0, None]

    halted = merged({"alice": [report({"camera-b": 2_500.0, "camera-c": 0.0})]})["alice"].halted
    assert halted == pytest.approx(0.5)


def test_one_does_not_answer_for_a_sender_whose_line_loses_much() -> None:
    told = {"alice": [report({"camera-b": 2_500.0, "camera-c": 0.0})]}

    assert merged(told, bob=120)["alice"].halted == 0.0
    assert merged(told, carol=120)["alice"].halted == 0.5


def test_nor_for_a_picture_that_halts_for_most_of_those_who_see_it() -> None:
    told = {
        "alice": [report({"camera-b": 3_000.0, "camera-c": 0.0})],
        "carol": [report({"camera-b": 2_000.0, "camera-a": 0.0})],
    }

    assert [merged(told)[name].halted for name in ("alice", "carol")] == [0.0, 0.0]


def test_a_picture_that_has_just_come_back_stood_still_because_it_rested() -> None:
    room = Room(CAMERAS, {"alice": frozenset({"camera-c"})})
    told = {"alice": [report({"camera-b": 60_000.0, "camera-c": 0.0})]}

    assert merged(told, room)["alice"].halted == 0.0
    assert merged(told, room)["alice"].figures.frozen_ms == 0.0


def test_a_shared_screen_may_stand_still() -> None:
    told = {"alice": [report({"screen-b": 5_000.0})]}
    room = Room(CAMERAS, {"alice": frozenset({"screen-b"})})

    assert merged(told, room)["alice"].halted is None


def test_nobody_is_frozen_for_longer_than_the_look_lasted() -> None:
    told = {"alice": [report({"camera-b": 600_000.0})]}

    assert merged(told)["alice"].figures.frozen_ms == 5_000


def test_of_several_reports_all_count() -> None:
    told = {"alice": [report({"camera-b": 1_000.0}), report({"camera-b": 0.0}, rtt_ms=80.0)]}
    seen = merged(told)["alice"]

    assert seen.figures.rtt_ms == 60.0
    assert seen.halted == pytest.approx(0.1)
