"""The chat in exports: of those who agreed to have it kept, under pseudonyms, and registered."""

import csv
import io

from app.consent.models import Decision, Purpose
from tests.app.exports.test_endpoints import export, manifest_holds, sums
from tests.fixtures.chatted import wrote
from tests.fixtures.coded import coded
from tests.fixtures.kept import Kept


async def test_the_chat_goes_out_as_its_writers_agreed(kept: Kept) -> None:
    await wrote(kept, kept.cast.bob, "=HYPERLINK(1)", 4_000)
    await wrote(kept, kept.cast.carol, "ei lupaa", 5_000)
    files = await export(kept)
    (row,) = csv.DictReader(io.StringIO(files["chat.csv"].decode("utf-8-sig")), delimiter=";")
    assert row == {
        "recording": str(kept.recording.id),
        "position_ms": "4000",
        "pseudonym": "J1",
        "role": "member",
        "text": "'=HYPERLINK(1)",
        "may_quote": "1",
    }
    about = {"included": True, "count": 1, "rests_on": ["chat"]}
    assert manifest_holds(files)["chat"] == about
    readme = files["README.txt"].decode()
    assert "chat.csv" in readme
    assert "position_ms" in readme
    sums(files)
    group = await export(kept, f"/api/v1/groups/{kept.cast.group_id}/export")
    assert sum(name.endswith("/chat.csv") for name in group) == 1
    path = f"/api/v1/groups/{kept.cast.group_id}/exports"
    listed = (await kept.cast.coordinator.client.get(path)).json()["items"]
    for each in listed:
        assert {"chat"} <= {
            purpose
            for one in each["contents"]
            if one["user_id"] == str(kept.cast.bob.id)
            for purpose in one["purposes"]
        }
        assert str(kept.cast.carol.id) not in {one["user_id"] for one in each["contents"]}

    await kept.decide(kept.cast.bob, Purpose.CHAT, Decision.WITHDRAWN)
    files = await export(kept)
    assert "chat.csv" not in files
    assert manifest_holds(files)["chat"] == {"included": False, "count": 0, "rests_on": ["chat"]}


async def test_whoever_still_codes_takes_none_along(kept: Kept) -> None:
    work = await coded(kept)
    await wrote(kept, kept.cast.bob, "Veikko lähti jo", 4_000)
    await work.assign(kept.cast.coordinator)
    files = await export(kept)
    assert "chat.csv" not in files
    about = {"included": False, "withheld": True, "rests_on": ["chat"]}
    assert manifest_holds(files)["chat"] == about
    path = f"/api/v1/groups/{kept.cast.group_id}/exports"
    (listed,) = (await kept.cast.coordinator.client.get(path)).json()["items"]
    assert not [one for one in listed["contents"] if "chat" in one["purposes"]]
