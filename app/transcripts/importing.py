"""Taking in a transcript that was written elsewhere: whose voice is whose, is said by hand."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.kit.errors import Invalid
from app.kit.permissions import Action
from app.recordings import service as recordings
from app.transcripts import service, vtt
from app.transcripts.models import LONGEST_TEXT, WordsSource
from app.transcripts.service import Said


class NotVtt(Invalid):
    code = "not_vtt"


class VoiceUnknown(Invalid):
    code = "voice_unknown"


class Voice(NamedTuple):
    """A name in the file; empty where it names nobody."""

    name: str
    lines: int
    first_ms: int
    first_words: str


class Imported(NamedTuple):
    """Lines of the file, but for `replaced`."""

    written: int
    passed_over: int
    """Of people whose consents do not cover it, of nobody, or outside the recording."""
    standing: int
    """Not written, since people's own words stand there."""
    replaced: int
    """The machine's lines in whose place these came."""


def voices(content: str) -> list[Voice]:
    """Who speaks in the file, the most talkative first. Raises NotVtt."""
    cues = read(content)
    counts = Counter(cue.voice for cue in cues)
    first = {cue.voice: cue for cue in reversed(cues)}
    return [
        Voice(name, count, first[name].start_ms, first[name].text[:80])
        for name, count in counts.most_common()
    ]


def read(content: str) -> list[vtt.Cue]:
    """Raises NotVtt. A long file takes a while: nobody who writes should wait for it."""
    try:
        return vtt.read(content)
    except vtt.NotVtt:
        raise NotVtt(field="content") from None


async def take_in(
    db: AsyncSession,
    actor: Actor,
    recording_id: UUID,
    cues: Sequence[vtt.Cue],
    file_name: str,
    people: Mapping[str, UUID | None],
    offset_ms: int,
) -> Imported:
    """Writes down each cue as said by the person whom its voice was assigned to, in place of what a
    machine wrote there; a voice assigned to nobody is passed over. `offset_ms`: when the file's
    zero is, on the recording's time line."""
    recording, meeting = await recordings.get(db, actor, recording_id, Action.EDIT_TRANSCRIPT)
    if any(cue.voice not in people for cue in cues):
        raise VoiceUnknown(field="people")
    said = [
        Said(user_id, cue.start_ms + offset_ms, cue.end_ms + offset_ms, cue.text[:LONGEST_TEXT])
        for cue in cues
        if (user_id := people[cue.voice]) is not None
    ]
    free = await service.beside_peoples(db, recording, meeting, said)
    source, by = WordsSource.IMPORTED, actor.user_id
    written = await service.write_down(
        db, recording, meeting, free, source, model=file_name, made_by=by
    )
    standing = len(said) - len(free)
    return Imported(
        written=len(written),
        passed_over=len(cues) - len(written) - standing,
        standing=standing,
        replaced=await service.give_way(db, recording_id, written),
    )
