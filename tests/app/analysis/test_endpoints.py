"""Group dynamics over HTTP: who may, what is in it, as JSON, as tables and as pictures."""

import csv
import io
from functools import partial
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlmodel import select

from app.analysis import service
from app.analysis.charts import OF_MEETING
from app.analysis.lines import OF_GROUP
from app.analysis.rows import TABLES
from app.analysis.silence import Kind
from app.consent.models import Decision, Purpose
from app.kit.languages import LANGUAGES, Languages
from app.meetings.models import Meeting, MeetingState
from app.meetings.naming import group_key
from app.turns.models import Turn, TurnIndex
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.kept import keep
from tests.fixtures.series import COUNT, LATE_MS, LENGTH_MS, PEOPLE, Series, decides

SIDES = ("with", "without")
SVG = "{http://www.w3.org/2000/svg}"


def paths(series: Series) -> list[str]:
    meeting = f"/api/v1/meetings/{series.meetings[0]}/analysis"
    group = f"/api/v1/groups/{series.group}/analysis"
    return [
        *(meeting, f"{meeting}/people.csv", f"{meeting}/heat.svg"),
        *(group, f"{group}/spread.csv", f"{group}/series_balance.svg"),
    ]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("administrator", 200),
        ("coordinator", 200),
        ("researcher", 200),
        ("alice", 404),  # of another group
        ("mallory", 404),
    ],
)
async def test_who_may_see_it(who: str, status: int, cast: Cast, series: Series) -> None:
    client = getattr(cast, who).client
    for path in paths(series):
        assert (await client.get(path)).status_code == status, path


@pytest.mark.parametrize("who", ["alice", "bob", "olga"])
async def test_nobody_in_the_group_sees_it(who: str, running: Application, cast: Cast) -> None:
    """No member, no facilitator: what they would do with it is not what people agreed to."""
    kept = await keep(running, cast)
    client = getattr(cast, who).client
    for place in (f"meetings/{kept.meeting.id}", f"groups/{cast.group_id}"):
        assert (await client.get(f"/api/v1/{place}/analysis")).status_code == 403


async def analysis(cast: Cast, series: Series, number: int = 0) -> dict[str, Any]:
    path = f"/api/v1/meetings/{series.meetings[number]}/analysis"
    answer = await cast.researcher.client.get(path)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_figures_are_of_those_whose_consent_covers_them(cast: Cast, series: Series) -> None:
    """Tuuli agreed to be heard and not to be indexed; Outi observes."""
    found = await analysis(cast, series)

    covered = found["coverage"]
    assert (covered["present"], covered["counted"], covered["left_out"]) == (6, 5, 1)
    assert covered["attendance_known"]
    assert (covered["recorded_ms"], covered["unrecorded_ms"]) == (LENGTH_MS, 0)
    people = {side: told(found, side) for side in SIDES}
    assert list(people["with"]) == ["F1", "J1", "J2", "J3", "J4"]
    assert list(people["without"]) == ["J1", "J2", "J3", "J4"]
    assert people["with"]["F1"]["role"] == "facilitator"
    for rows in people.values():
        assert sum(row["share"] for row in rows.values()) == pytest.approx(1, abs=1e-5)


def told(found: dict[str, Any], side: str = "with") -> dict[str, Any]:
    """What is told of each person."""
    return {row["pseudonym"]: row for row in found["people"] if row["facilitator"] == side}


async def test_talk_times_are_the_sums_of_the_turns_in_the_database(
    running: Application, cast: Cast, series: Series
) -> None:
    found = await analysis(cast, series)
    turns = (
        await cast.researcher.client.get(
            f"/api/v1/recordings/{await _recording(running, series)}/turns.csv"
        )
    ).text
    sums: dict[str, int] = {}
    for row in csv.DictReader(io.StringIO(turns.removeprefix("\ufeff")), delimiter=";"):
        if row["is_backchannel"] == "0":
            length = int(row["duration_ms"])
            sums[row["pseudonym"]] = sums.get(row["pseudonym"], 0) + length
    assert {name: row["talk_ms"] for name, row in told(found).items()} == sums


async def _recording(running: Application, series: Series) -> object:
    from app.recordings.models import Recording

    async with running.context.database.reading() as db:
        query = select(Recording.id).where(Recording.meeting_id == series.meetings[0])
        return (await db.exec(query)).one()


async def test_a_latecomer_is_measured_by_the_time_present(cast: Cast, series: Series) -> None:
    late = told(await analysis(cast, series, 1))["J2"]
    assert late["present_ms"] == LENGTH_MS - LATE_MS
    assert late["weighted_share"] > late["share"]
    assert late["turns_per_minute"] == pytest.approx(late["turns"] / 45, rel=1e-4)


async def test_who_says_nothing_counts_with_nothing(cast: Cast, series: Series) -> None:
    silent = told(await analysis(cast, series, 4))["J3"]
    assert (silent["talk_ms"], silent["share"], silent["mean_ms"]) == (0, 0, None)
    assert silent["present_ms"] == LENGTH_MS


async def test_each_figure_has_both_sides_and_chance_where_it_can(
    cast: Cast, series: Series
) -> None:
    found = await analysis(cast, series)
    by = {(row["facilitator"], row["figure"]): row for row in found["figures"]}
    order = ("reciprocity", "returns", "shift_AB-BA", "shift_AB-XA")
    for figure in ("gini_rescaled", "entropy", "largest_share", *order):
        for side in SIDES:
            row = by[side, figure]
            assert row["chance_low"] <= row["chance_mean"] <= row["chance_high"]
            assert 0 < row["p"] <= 1
    timed = ("silence", "overlap", "changes", "overlapping", "interruptions", "succeeded")
    for figure in (*timed, "dual_starts", "longest_silence_ms", "gap_count", "gap_median_ms"):
        for side in SIDES:
            row = by[side, figure]
            assert row["chance_low"] <= row["chance_high"]
            assert 0 < row["p"] <= 1
    assert by["with", "overlap"]["value"] < by["with", "overlap"]["chance_low"]
    assert by["with", "overlap_to_chance"]["value"] == pytest.approx(
        by["with", "overlap"]["value"] / by["with", "overlap"]["chance_mean"], rel=0.1
    )
    assert by["with", "people"]["value"] == 5
    assert by["without", "people"]["value"] == 4
    assert by["whole", "star"]["p"] < 0.05  # the first meeting goes through the facilitator
    assert found["parameters"] == {
        "bridge_pause_ms": 700, "backchannel_max_ms": 1000, "minimum_ms": 100,
    }  # fmt: skip


async def test_the_facilitator_leads_less_from_meeting_to_meeting(
    cast: Cast, series: Series
) -> None:
    path = f"/api/v1/groups/{series.group}/analysis"
    found = (await cast.researcher.client.get(path)).json()

    assert [each["meeting"] for each in found["meetings"]] == list(range(1, COUNT + 1))
    stars = [
        row["value"]
        for each in found["meetings"]
        for row in each["figures"]
        if row["figure"] == "star"
    ]
    assert stars[0] > stars[-1]
    spread = next(row for row in found["spread"] if row["figure"] == "star")
    mean = sum(stars) / COUNT
    deviation = (sum((star - mean) ** 2 for star in stars) / (COUNT - 1)) ** 0.5
    assert (spread["meetings"], spread["low"], spread["high"]) == (COUNT, min(stars), max(stars))
    assert (spread["mean"], spread["sd"]) == pytest.approx((mean, deviation), abs=1e-6)


async def test_a_withdrawal_leaves_the_figures_at_once(
    running: Application, cast: Cast, series: Series
) -> None:
    async with running.context.database.transaction() as db:
        await decides(db, series, "J1", Purpose.INDEXING, Decision.WITHDRAWN)

    found = await analysis(cast, series)

    assert found["coverage"]["left_out"] == 2
    assert "J1" not in str(found)


async def test_a_facilitator_who_may_not_be_studied_has_no_part_of_nothing(
    running: Application, cast: Cast, series: Series
) -> None:
    async with running.context.database.transaction() as db:
        await decides(db, series, "F1", Purpose.INDEXING, Decision.WITHDRAWN)

    found = await analysis(cast, series)

    stars = [row["value"] for row in found["figures"] if row["figure"] == "star"]
    assert stars == [None]
    path = f"/api/v1/groups/{series.group}/analysis/series_facilitator.svg"
    picture = ElementTree.fromstring((await cast.researcher.client.get(path)).content)
    assert not list(picture.iter(f"{SVG}circle"))


async def test_nothing_is_told_of_a_meeting_that_goes_on(
    running: Application, cast: Cast, series: Series
) -> None:
    async with running.context.database.transaction() as db:
        (await db.get_one(Meeting, series.meetings[0])).state = MeetingState.OPEN

    answer = await cast.researcher.client.get(f"/api/v1/meetings/{series.meetings[0]}/analysis")
    assert (answer.status_code, answer.json()["type"].rsplit(":")[-1]) == (409, "meeting_not_over")
    found = await cast.researcher.client.get(f"/api/v1/groups/{series.group}/analysis")
    assert len(found.json()["meetings"]) == COUNT - 1


async def test_a_meeting_without_turns_says_so(running: Application, cast: Cast) -> None:
    meeting = Meeting(
        group_id=cast.group_id, starts_at=(await keep(running, cast)).meeting.starts_at,
        state=MeetingState.ENDED,
    )  # fmt: skip
    async with running.context.database.transaction() as db:
        db.add(meeting)
    answer = await cast.researcher.client.get(f"/api/v1/meetings/{meeting.id}/analysis")
    assert (answer.status_code, answer.json()["type"].rsplit(":")[-1]) == (409, "no_turns")


@pytest.mark.parametrize("table", TABLES)
async def test_a_table_has_the_rows_of_the_answer(table: str, cast: Cast, series: Series) -> None:
    path = f"/api/v1/meetings/{series.meetings[0]}/analysis"
    answer = await cast.researcher.client.get(f"{path}/{table}.csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    found = (await analysis(cast, series))[table]
    wanted = found if isinstance(found, list) else [found]
    assert len(rows) == len(wanted)
    for row, whole in zip(rows, wanted, strict=True):
        assert row["rules"] == "bridge_pause_ms 700 · backchannel_max_ms 1000 · minimum_ms 100"
        for column, value in row.items():
            if isinstance(whole[column], bool):
                assert value == str(whole[column])
            elif isinstance(whole[column], int | float):
                assert float(value) == pytest.approx(whole[column])
            else:
                assert value == (whole[column] or "")


async def test_rules_with_parts_are_read_as_words(
    running: Application, cast: Cast, series: Series
) -> None:
    """And stand beside what is over several meetings, too; several, where they differ."""
    async with running.context.database.transaction() as db:
        for index in (await db.exec(select(TurnIndex))).all():
            index.parameters = {"bridge_pause_ms": 700, "detector": {"onset": 0.5, "hang_ms": 80}}
    group = f"/api/v1/groups/{series.group}/analysis"
    people = await table(cast, f"{group}/people.csv")
    alike = await table(cast, f"{group}/spread.csv")
    async with running.context.database.transaction() as db:
        index = (await db.exec(select(TurnIndex))).all()[0]
        index.parameters = {"bridge_pause_ms": 900}
    apart = await table(cast, f"{group}/spread.csv")

    words = "bridge_pause_ms 700 · detector (onset 0.5, hang_ms 80)"
    assert {row["rules"] for row in people} == {words}
    (one,) = {row["rules"] for row in alike}
    assert one.endswith(f" · {words}")
    (both,) = {row["rules"] for row in apart}
    assert sorted(each.partition(" · ")[2] for each in both.split(" | ")) == [
        words, "bridge_pause_ms 900",
    ]  # fmt: skip


async def table(cast: Cast, path: str) -> list[dict[str, str]]:
    text = (await cast.researcher.client.get(path)).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


async def test_who_follows_whom_is_told_with_the_facilitator_and_without(
    cast: Cast, series: Series
) -> None:
    found = (await analysis(cast, series))["transitions"]
    sides = {side: [row for row in found if row["facilitator"] == side] for side in SIDES}
    assert [len(rows) for rows in sides.values()] == [5 * 4, 4 * 3]
    assert not [row for row in sides["without"] if "F1" in (row["before"], row["after"])]
    by = {(row["before"], row["after"]): row for row in sides["with"]}
    for row in sides["without"]:
        assert row["count"] == by[row["before"], row["after"]]["count"]
        assert row["chance_low"] <= row["chance_mean"] <= row["chance_high"]
        assert 0 < row["p"] <= 1
        assert row["tried_chance_low"] <= row["tried_chance_high"]
        assert 0 < row["tried_p"] <= 1
    from_j1 = [row for row in sides["without"] if row["before"] == "J1"]
    assert sum(row["row_share"] for row in from_j1) == pytest.approx(1, abs=1e-5)


async def test_what_lies_between_is_told_with_the_facilitator_and_without(
    cast: Cast, series: Series
) -> None:
    found = (await analysis(cast, series))["passages"]
    by = {(row["facilitator"], row["kind"]): row for row in found}
    assert len(by) == len(found) == 2 * len(Kind)
    figures = (await analysis(cast, series))["figures"]
    values = {(row["facilitator"], row["figure"]): row for row in figures}
    for (side, kind), row in by.items():
        assert row["count"] == values[side, f"{kind}_count"]["value"]
        assert row["p"] == values[side, f"{kind}_count"]["p"]
        assert row["median_p"] == values[side, f"{kind}_median_ms"]["p"]
        assert row["count"] <= by["with", kind]["count"]
    assert by["with", "gap"]["count"] > by["without", "gap"]["count"] > 0


async def test_a_spreadsheet_in_finnish_reads_numbers_as_numbers(
    cast: Cast, series: Series
) -> None:
    path = f"/api/v1/groups/{series.group}/analysis/people.csv?decimal=comma"
    text = (await cast.researcher.client.get(path)).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert len(rows) == (5 + 4) * COUNT
    assert all("." not in row["share"] for row in rows)
    assert any("," in row["share"] for row in rows)


async def test_no_name_is_in_it(cast: Cast, series: Series) -> None:
    for path in paths(series):
        text = (await cast.researcher.client.get(path)).text
        assert not [name for name in PEOPLE if name in text or name.split()[0] in text]


async def test_pictures_are_svg_that_stands_alone(
    running: Application, cast: Cast, series: Series
) -> None:
    """Well-formed, with a title, with its rules, and with nothing that the policy would refuse."""
    async with running.context.database.reading() as db:
        actor = cast.researcher.actor
        measured = await service.of_meeting(db, actor, series.meetings[1], orders=False)
        _, whole = await service.of_group(db, actor, series.group)
    for language in LANGUAGES:
        t = partial(_text, running.context.languages, language)
        for name, make in OF_MEETING.items():
            stands_alone(make(measured, t), t(f"analysis.{name}"))
        for name, draw in OF_GROUP.items():
            stands_alone(draw(whole, t), t(f"analysis.{name}"))


def _text(languages: Languages, language: str, key: str, **values: object) -> str:
    return languages.text(key, language, **values)


def stands_alone(svg: str, title: str) -> None:
    root = ElementTree.fromstring(svg)
    tags = {each.tag.removeprefix(SVG) for each in root.iter()}
    assert not {"style", "script", "image"} & tags
    assert not [each for each in root.iter() if "style" in each.attrib]
    assert root.findtext(f"{SVG}title") == title
    assert "analysis." not in svg
    last = list(root.iter(f"{SVG}text"))[-1].text or ""
    assert "bridge_pause_ms 700" in last


async def test_a_picture_speaks_the_language_asked_for(cast: Cast, series: Series) -> None:
    path = f"/api/v1/meetings/{series.meetings[1]}/analysis/heat.svg"
    answer = await cast.researcher.client.get(path, params={"language": "sv"})
    assert answer.headers["content-type"] == "image/svg+xml"
    name = f"heat-2-{group_key(series.group)}.svg"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert "Nästa talare" in answer.text


async def test_the_time_line_has_a_bar_for_each_turn(
    running: Application, cast: Cast, series: Series
) -> None:
    path = f"/api/v1/meetings/{series.meetings[0]}/analysis/timeline.svg"
    root = ElementTree.fromstring((await cast.researcher.client.get(path)).content)
    bars = [each for each in root.iter(f"{SVG}rect") if "hue-" in each.get("class", "")]
    found = await analysis(cast, series)
    by = {(row["facilitator"], row["figure"]): row["value"] for row in found["figures"]}
    assert len(bars) == by["with", "turns"] + by["with", "backchannels"]
    async with running.context.database.reading() as db:
        assert len((await db.exec(select(Turn.id))).all()) > len(bars)  # of all six meetings
