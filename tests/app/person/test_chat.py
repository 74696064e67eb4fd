"""Whoever had only their chat kept is told who read it, and takes it along; nobody else is."""

import json

from app.consent.models import Decision, Purpose
from tests.app.person.test_endpoints import archive
from tests.fixtures.chatted import wrote
from tests.fixtures.kept import Kept


async def test_a_person_of_whom_there_is_only_chat_learns_who_read_it(kept: Kept) -> None:
    carol = kept.cast.carol
    await kept.decide(carol, Purpose.CHAT, Decision.GRANTED)
    await wrote(kept, carol, "Kirjoitan vain.", 4_000)
    await wrote(kept, kept.cast.bob, "Bobin oma.", 5_000)
    await kept.cast.researcher.client.get(f"{kept.path}/chat")

    files = await archive(carol)
    (line,) = json.loads(files.read("chat.json"))
    assert (line["text"], line["recording_id"]) == ("Kirjoitan vain.", str(kept.recording.id))
    assert not [name for name in files.namelist() if b"Bobin oma." in files.read(name)]
    looked = json.loads(files.read("log.json"))["by_others"]
    assert [entry["deed"] for entry in looked] == ["read_chat"]

    await kept.decide(carol, Purpose.CHAT, Decision.WITHDRAWN)
    assert json.loads((await archive(carol)).read("chat.json")) == []
