"""Pictures with the facilitator and without: what is drawn, by hand."""

from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from app.analysis import charts, lines, rows
from app.analysis.drawing import WIDTH, Text
from app.analysis.service import Measured
from app.groups.models import GroupRole
from tests.app.analysis.meetings import hand, in_turn, measured

SVG = "{http://www.w3.org/2000/svg}"


def t(key: str, **values: object) -> str:
    """Keys for texts, and what stands in them."""
    return "." if key == "analysis.decimal_mark" else " ".join([key, *map(str, values.values())])


def drawn(make: Callable[[Measured, Text], str], found: Measured) -> ElementTree.Element:
    return ElementTree.fromstring(make(found, t))


def words(picture: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in picture.iter(f"{SVG}title")][1:]


def bars(picture: ElementTree.Element) -> dict[str, str]:
    """Of each person the colour."""
    labels = [e.text or "" for e in picture.iter(f"{SVG}text") if e.get("font-weight") == "600"]
    hues = [e.get("class", "") for e in picture.iter(f"{SVG}rect") if "hue" in e.get("class", "")]
    return dict(zip(labels, hues, strict=True))


def test_bars_without_the_facilitator_are_shares_of_what_the_others_said() -> None:
    """Of 21.3 s F1 10, J1 5, J2 3.5, J3 2.8; of the others' 11.3 s J1 44 %. Everybody's colour
    stays."""
    both = [drawn(each, measured(hand())) for each in (charts.shares, charts.shares_without)]
    told = [
        [e.text for e in each.iter(f"{SVG}text") if "analysis.bar" in (e.text or "")]
        for each in both
    ]
    assert told == [
        ["analysis.bar 47 3", "analysis.bar 23 2", "analysis.bar 16 1", "analysis.bar 13 1",
         "analysis.bar 0 0"],
        ["analysis.bar 44 2", "analysis.bar 31 1", "analysis.bar 25 1", "analysis.bar 0 0"],
    ]  # fmt: skip
    everybody, others = (bars(each) for each in both)
    assert list(others) == ["J1", "J2", "J3", "J4"]
    assert others == {name: colour for name, colour in everybody.items() if name != "F1"}


def places(picture: ElementTree.Element) -> dict[str, tuple[str, str]]:
    nodes = [each for each in picture.iter(f"{SVG}circle") if "hue" in each.get("class", "")]
    labels = [e.text or "" for e in picture.iter(f"{SVG}text") if e.get("font-weight") == "700"]
    return {
        label: (node.get("cx", ""), node.get("cy", ""))
        for label, node in zip(labels, nodes, strict=True)
    }


def test_the_network_without_the_facilitator_has_the_changes_of_the_grid_without() -> None:
    """P3 → P2 once, and not a second time across P0's turn. Everybody stays in their place."""
    found = measured(in_turn([0, 1, 2, 1, 3, 0, 2, 3, 2, 0]))
    network, without = (drawn(e, found) for e in (charts.network, charts.network_without))

    assert sorted(words(without)) == [
        "P1 → P2: 1", "P1 → P3: 1", "P2 → P1: 1", "P2 → P3: 1", "P3 → P2: 1",
    ]  # fmt: skip
    counted = [row for row in rows.transitions(found) if row.facilitator == rows.WITHOUT]
    assert sorted(words(without)) == sorted(
        f"{row.before} → {row.after}: {row.count}" for row in counted if row.count
    )
    assert len(words(network)) == 9
    everybody, others = places(network), places(without)
    (empty,) = (each for each in without.iter(f"{SVG}circle") if each.get("class") == "grid")
    assert (empty.get("cx"), empty.get("cy")) == everybody["P0"]
    assert set(everybody) - set(others) == {"P0"}
    assert others == {name: place for name, place in everybody.items() if name != "P0"}


def test_arrows_are_as_wide_as_the_commonest_change_of_their_picture() -> None:
    """P0 → P1 five times: 7 wide. Among the others P1 → P2, twice."""
    found = measured(in_turn([0, 1, 0, 1, 0, 1, 0, 1, 2, 0, 1, 2]))
    widths = [
        {e[0].text: e.get("stroke-width") for e in drawn(each, found).iter(f"{SVG}path")}
        for each in (charts.network, charts.network_without)
    ]
    assert widths == [
        {"P0 → P1: 5": "7.0", "P1 → P0: 3": "4.6", "P1 → P2: 2": "3.4", "P2 → P0: 1": "2.2"},
        {"P1 → P2: 2": "7.0"},
    ]


def test_the_floor_without_the_facilitator_is_of_the_time_that_is_not_theirs() -> None:
    """Nobody speaks for 1.7 of 20 s, several for 3.6. F has turns in 10 s; of the other 10 nobody
    speaks in 1.7, and several in the second that J2 and J3 share and in J2's 0.6 s in J1's turn."""
    series = [measured(hand()), measured(hand())]
    for make, silence, overlap in (
        (lines.series_floor, "0.09", "0.18"),
        (lines.series_floor_without, "0.17", "0.16"),
    ):
        points = words(ElementTree.fromstring(make(series, t)))
        assert points == [f"analysis.nth 1: {value}" for value in [silence] * 2 + [overlap] * 2]


def test_of_a_group_of_one_who_leads_pictures_without_are_empty() -> None:
    alone = measured(hand().without(~hand().facilitators))
    for make in (charts.shares_without, charts.network_without, charts.heat_without):
        picture = drawn(make, alone)
        assert float(picture.get("width", 0)) == WIDTH
        assert not words(picture)


def test_the_table_of_people_has_both_sides() -> None:
    """J1 tries to break into F's last turn, and J3 takes over from J2."""
    found = rows.people(measured(hand()))
    by = {(row.facilitator, row.pseudonym): row for row in found}
    assert len(found) == len(by) == 5 + 4
    assert {row.role for row in found if row.facilitator == "without"} == {GroupRole.MEMBER}
    shares = [(by[side, "J1"].share, by[side, "J1"].weighted_share) for side in ("with", "without")]
    assert shares[0] == pytest.approx((5 / 21.3, 0.25 / 1.485))
    assert shares[1] == pytest.approx((5 / 11.3, 0.25 / 0.985))
    tried = [by[side, "J1"].interruptions_tried for side in ("with", "without")]
    assert tried == [1, 0]
    for side in ("with", "without"):
        assert by[side, "J3"].interruptions_succeeded == by[side, "J2"].interruptions_suffered == 1
        assert by[side, "J2"].backchannels_given == by[side, "J1"].backchannels_received == 1
        assert by[side, "J1"].talk_ms == 5_000
