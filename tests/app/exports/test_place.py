"""Files and rows of several meetings, put together, tell of which each is."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid5
from xml.etree import ElementTree
from zipfile import ZipFile

import polars as pl
import pytest

from app.accounts.actor import Actor
from app.exports.formats.offered import FORMATS, Format
from app.exports.formats.qdpx import PROJECT, qdpx
from app.exports.models import Audience
from app.exports.place import archive_name, group_name, month
from app.exports.reader import Reader
from app.exports.turnlist import Speaker, Spoken, TurnList
from app.groups.models import Group
from app.kit.ids import new_id
from app.meetings.naming import file_name, group_key
from tests.fixtures.refi import NAMESPACE

READER = Reader(Actor(UUID(int=9), False, "fi"), lambda key, **_: key)
AT = datetime(2027, 3, 31, 21, 30, tzinfo=UTC)


def made(group: Group, kind: str) -> TurnList:
    """J1 speaks in the first meeting of this kind."""
    id_ = uuid5(group.id, kind)
    title = file_name(group.id, kind, 1)
    speakers, turns = (Speaker("J1", "member"),), (Spoken("J1", 0, 1_000, False, id=id_),)
    listed = TurnList(title, str(id_), 1, AT, 2_000, (), speakers, turns, recording_id=id_)
    return replace(listed, group_id=group.id, group=group.name, kind=kind)


@pytest.fixture
def meetings() -> list[TurnList]:
    groups = [Group(id=new_id(), programme_id=new_id(), name=name) for name in ("Aamu", "Ilta")]
    return [made(group, kind) for group in groups for kind in ("mentoring", "interview")]


def test_in_one_rttm_each_is_a_file_of_its_own(meetings: list[TurnList]) -> None:
    lines = b"".join(FORMATS[Format.RTTM].write(each, READER) for each in meetings).splitlines()
    assert len({line.split()[1] for line in lines}) == len(meetings)
    assert all(len(line.split(b" ")) == 10 for line in lines)


def test_in_one_table_a_person_is_group_and_pseudonym(meetings: list[TurnList]) -> None:
    frames = [
        pl.read_parquet(io.BytesIO(FORMATS[Format.PARQUET].write(each, READER)))
        for each in meetings
    ]
    whole = pl.concat(frames)
    assert whole.select("group_id", "pseudonym").n_unique() == 2
    told = whole.select("group", "kind", "ordinal", "month").rows()
    assert told == [
        (group, kind, 1, "2027-03")
        for group in ("Aamu", "Ilta")
        for kind in ("mentoring", "interview")
    ]
    text = FORMATS[Format.CSV].write(meetings[1], READER).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text), delimiter=";")
    assert (row["group"], row["kind"], row["month"]) == ("Aamu", "interview", "2027-03")


def test_in_one_project_no_two_sources_have_a_name(meetings: list[TurnList]) -> None:
    names = []
    for two in (meetings[:2], meetings[2:]):
        with ZipFile(io.BytesIO(qdpx(two, READER, "x", AT))) as archive:
            root = ElementTree.fromstring(archive.read(PROJECT))
        names += [each.get("name") for each in root.iter(f"{NAMESPACE}AudioSource")]
    assert names == ["Aamu mentoring-1", "Aamu interview-1", "Ilta mentoring-1", "Ilta interview-1"]


def test_what_a_group_is_called_stays_at_home() -> None:
    group = Group(id=new_id(), programme_id=new_id(), name="Rantakylän terveysasema")
    assert group_name(group, Audience.RESEARCH) == "Rantakylän terveysasema"
    assert group_name(group, Audience.SHARING) == f"group-{group_key(group.id)}"
    shared = archive_name(group, group.name, Audience.SHARING)
    assert shared == f"emessi-{group_key(group.id)}-for-sharing"
    assert file_name(group.id, "training", 12) == f"{group_key(group.id)}-training-12"


def test_no_day_is_told() -> None:
    assert month(AT) == "2027-03"
