"""Every page and download of a study, by address, with how soon it must be there."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlmodel import col, select

from app.accounts.models import User
from app.blinding.models import AssignmentState, CodingAssignment
from app.exports.formats.offered import Format
from app.kit.context import Context
from app.sampling import service as sampling
from app.sampling.forms import StratifiedSample
from app.sampling.models import Method

from .coded import actor
from .study import Study

PAGE_MS = 2_000.0
EXPORT_MS = 30_000.0
SEARCHED = {"common": "palautua", "rare": "sanottiin%20ääneen%20se", "none": "hyvää%20iltaa"}
"""In every third line; in some fifty of all; in none."""
API = "/api/v1"


class Asked(NamedTuple):
    name: str
    path: str
    goal_ms: float = PAGE_MS
    by: User | None = None
    """None: the coordinator."""


async def asked(context: Context, study: Study) -> list[Asked]:
    """In the order in which they are measured. Draws the sample that two of them show."""
    async with context.database.transaction() as db:
        form = StratifiedSample(method=Method.STRATIFIED, parts=2, per_stratum=1, seed=1)
        sample = await sampling.draw(db, actor(study.coordinator), study.programme.id, form)
        query = select(CodingAssignment).order_by(col(CodingAssignment.id).desc())
        assignments = (await db.exec(query)).all()
    still = next(each for each in assignments if each.state == AssignmentState.OPEN)
    coder = next(user for user in study.coders if user.id == still.coder_id)
    blind = {each.recording_id for each in assignments if each.state == AssignmentState.OPEN}
    double = next(e for e in assignments if e.is_double and e.recording_id not in blind)
    facilitator = study.members[study.groups[0].id][0]
    differing = f"/recordings/{double.recording_id}/codings/{study.version_id}"
    return [
        *_pages(study),
        Asked("sample, table", f"{API}/samples/{sample.id}/recordings.csv"),
        Asked("a coder's own work", f"/coding/{still.id}", by=coder),
        Asked("where coders differ", differing),
        Asked("my data, page", "/my-data", by=facilitator),
        *_group_dynamics(study),
        *_coded(study),
        *_answered(study),
        *_exports(study),
        Asked("everything about me, JSON", f"{API}/me/data", EXPORT_MS, facilitator),
        Asked("everything about me, ZIP", f"{API}/me/data.zip", EXPORT_MS, facilitator),
        Asked("everything about a coder, ZIP", f"{API}/me/data.zip", EXPORT_MS, study.coders[0]),
    ]


def _pages(study: Study) -> Iterator[Asked]:
    programme, recording = f"/programmes/{study.programme.id}", study.recordings[0].id
    yield Asked("front page", "/")
    yield Asked("programme", programme)
    yield Asked("group", f"/groups/{study.groups[0].id}")
    yield Asked("coding queue", f"{programme}/coding")
    yield Asked("coding queue, REST", f"{API}{programme}/coding-assignments")
    yield Asked("sample", f"{programme}/sampling")
    yield Asked("retention", f"{programme}/retention")
    yield Asked("audit", f"{programme}/audit")
    yield Asked("codebook", f"/codebook-versions/{study.version_id}")
    for name, words in SEARCHED.items():
        yield Asked(f"search in words, {name}", f"{programme}/transcripts?words={words}")
    yield Asked("surveys", f"{programme}/surveys")
    yield Asked("recording", f"/recordings/{recording}")
    yield Asked("workbench", f"/recordings/{recording}/workbench")
    yield Asked("workbench, index", f"{API}/recordings/{recording}/workbench")
    yield Asked("history of edits", f"/recordings/{recording}/history")
    yield Asked("history of edits, table", f"{API}/recordings/{recording}/edits/history.csv")
    yield Asked("turns, table", f"{API}/recordings/{recording}/turns.csv")


def _group_dynamics(study: Study) -> Iterator[Asked]:
    meeting = f"/meetings/{study.meetings[0].id}/analysis"
    group = f"/groups/{study.groups[0].id}/analysis"
    programme, every = f"/programmes/{study.programme.id}/analysis", "?recordings=all"
    yield Asked("meeting analysis", meeting)
    for table in ("people", "figures", "transitions"):
        yield Asked(f"meeting analysis, {table}.csv", f"{API}{meeting}/{table}.csv")
    for chart in ("network", "network_without"):
        yield Asked(f"meeting analysis, {chart}.svg", f"{API}{meeting}/{chart}.svg")
    yield Asked("group analysis", group)
    for table in ("figures", "spread"):
        yield Asked(f"group analysis, {table}.csv", f"{API}{group}/{table}.csv")
    yield Asked("group analysis, series_balance.svg", f"{API}{group}/series_balance.svg")
    yield Asked("programme analysis", programme + every)
    yield Asked("programme analysis, REST", f"{API}{programme}{every}")
    for table in ("by_order", "between"):
        path = f"{API}{programme}/{table}.csv{every}"
        yield Asked(f"programme analysis, {table}.csv", path)
    picture = f"{API}{programme}/programme_balance.svg{every}"
    yield Asked("programme analysis, balance.svg", picture)
    yield Asked("programme analysis, sample only", programme)


def _coded(study: Study) -> Iterator[Asked]:
    programme, version = (
        f"/programmes/{study.programme.id}",
        f"/codebook-versions/{study.version_id}",
    )
    yield Asked("agreement", f"{programme}/agreement")
    yield Asked("agreement, REST", f"{API}{version}/agreement")
    yield Asked("boundaries of all recordings", f"{programme}/segmentations")
    yield Asked("boundaries of all recordings, REST", f"{API}{programme}/boundaries")
    for table in ("coefficients", "confusions"):
        yield Asked(f"agreement, {table}.csv", f"{API}{version}/agreement/{table}.csv")
    every = "recordings=all"
    sample = f"{programme}/content?version={study.version_id}"
    content = f"{sample}&{every}"
    yield Asked("content of the programme", content)
    yield Asked("content, another axis", f"{content}&axis=function&other=theme")
    yield Asked("content of a group", f"{content}&group={study.groups[0].id}")
    yield Asked(
        "content of a meeting",
        f"{content}&group={study.groups[0].id}&meeting={study.meetings[0].id}",
    )
    yield Asked("content, sample only", sample)
    yield Asked("content, for others", f"{sample}&hide=1")
    for table in ("frequencies", "river", "together", "follows", "effects"):
        yield Asked(f"content, {table}.csv", f"{API}{version}/content/{table}.csv?{every}")
    for chart in ("frequencies", "river", "river_without", "together", "follows"):
        yield Asked(f"content, {chart}.svg", f"{API}{version}/content/{chart}.svg?{every}")


def _answered(study: Study) -> Iterator[Asked]:
    programme = f"/programmes/{study.programme.id}/linkage"
    yield Asked("answers beside the talk", programme)
    of_code = f"{programme}?version={study.version_id}&measure=theme/strain"
    yield Asked("answers beside a code", of_code)


def _exports(study: Study) -> Iterator[Asked]:
    recording = study.recordings[0].id
    for form in Format:
        path = f"{API}/recordings/{recording}/turns/{form}"
        yield Asked(f"turns of a meeting as {form}", path, EXPORT_MS)
    yield Asked("transcript, WebVTT", f"{API}/recordings/{recording}/transcript.vtt", EXPORT_MS)
    yield Asked("export of a meeting", f"{API}/meetings/{study.meetings[0].id}/export", EXPORT_MS)
    project = f"{API}/groups/{study.groups[0].id}/project.qdpx"
    yield Asked("project of a group, QDPX", project, EXPORT_MS)
    yield Asked("export of a group", f"{API}/groups/{study.groups[0].id}/export", EXPORT_MS)
    programme = f"{API}/programmes/{study.programme.id}/export"
    yield Asked("export of the programme", programme, EXPORT_MS)
