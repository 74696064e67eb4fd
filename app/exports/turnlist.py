"""The turns of one recording as every format of the exports takes them: under pseudonyms only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.codebooks import service as codebooks
from app.codebooks.document import CodebookDocument
from app.coding.codes import Codes, Given, Noted
from app.exports.agreed import Agreed
from app.exports.models import Audience
from app.exports.place import group_name, month
from app.groups.models import Group
from app.kit.ids import new_id
from app.meetings.models import Meeting, MeetingKind
from app.meetings.naming import file_name
from app.recordings.models import FileKind, Recording
from app.transcripts.attaching import attached
from app.transcripts.service import LineRow
from app.turns.models import Talk, TurnState
from app.turns.service import TurnRow


@dataclass(frozen=True)
class Speaker:
    pseudonym: str
    role: str


@dataclass(frozen=True)
class Spoken:
    """One turn; ms after the recording's start, start < end."""

    pseudonym: str
    start_ms: int
    end_ms: int
    is_backchannel: bool
    codes: Mapping[str, str] = field(default_factory=dict)
    """Column → labels of codes."""
    words: str = ""
    """What was said in it, where the consents allow that to be written down."""
    may_quote: bool = False
    """Whether its words may be quoted."""
    state: str = TurnState.PROPOSED
    id: UUID = field(default_factory=new_id)
    talk: str = Talk.SPEECH
    """What people marked it as."""


@dataclass(frozen=True)
class Line:
    """One line of the transcript; ms as of turns."""

    pseudonym: str
    start_ms: int
    text: str


@dataclass(frozen=True)
class TurnList:
    title: str
    """`5d3fa2b1-mentoring-3`: no other meeting's; a file name without its ending."""
    meeting_id: str
    ordinal: int
    recorded_at: datetime
    duration_ms: int
    """At least the end of the last turn."""
    media: tuple[str, ...]
    """Files on the same time line that begin at its zero, by name."""
    speakers: tuple[Speaker, ...]
    """Whoever has a turn, in the group's order."""
    turns: tuple[Spoken, ...]
    """By start. Of one speaker no two overlap."""
    columns: tuple[str, ...] = ()
    """Of codes: an axis and who coded it, `theme_coder1`."""
    recording_id: UUID = field(default_factory=new_id)
    group_id: UUID = field(default_factory=new_id)
    """Pseudonyms are those of a group."""
    programme_id: UUID = field(default_factory=new_id)
    """Coders have their numbers in a programme."""
    lines: tuple[Line, ...] = ()
    """By start. Of turns and of what stands between them."""
    codebooks: tuple[CodebookDocument, ...] = ()
    """What the codes mean; of one codebook the newest version first."""
    given: tuple[Given, ...] = ()
    """Codes of these turns, one by one."""
    notes: tuple[Noted, ...] = ()
    """Coders' memos of these turns."""
    is_withheld: bool = False
    """Whoever exports still codes this recording, and gets no codes."""
    group: str = ""
    """What the group is called in this export."""
    kind: str = MeetingKind.MENTORING

    @property
    def heading(self) -> str:
        """For people."""
        return f"{self.group} {self.kind}-{self.ordinal}".strip()

    @property
    def month(self) -> str:
        return month(self.recorded_at)

    def of(self, speaker: Speaker) -> list[Spoken]:
        return [turn for turn in self.turns if turn.pseudonym == speaker.pseudonym]


ON_THE_COMMON_CLOCK = frozenset({FileKind.MIXDOWN})
"""A person's file begins with that person's first media; only these begin with the recording."""


def turn_list(
    group: Group,
    meeting: Meeting,
    recording: Recording,
    rows: Sequence[TurnRow],
    media: Sequence[tuple[FileKind, str]],
    codes: Codes,
    lines: Sequence[LineRow],
    agreed: Agreed,
) -> TurnList:
    """`media`: kind and name of the files that may be used. `lines`: of the transcript.

    Coders' memos stay at home when it is given on: they are notes about people, for the team."""
    turns = _spoken(rows, codes, lines, agreed)
    shown = {turn.id for turn in turns}
    keeps_memos = agreed.audience == Audience.RESEARCH
    roles = {row.speaker.pseudonym: str(row.speaker.role) for row in rows}
    last_ms = max((turn.end_ms for turn in turns), default=0)
    return TurnList(
        title=file_name(group.id, meeting.kind, meeting.ordinal),
        meeting_id=str(meeting.id),
        ordinal=meeting.ordinal,
        recorded_at=recording.started_at,
        duration_ms=max(recording.duration_ms or 0, last_ms),
        media=tuple(name for kind, name in media if kind in ON_THE_COMMON_CLOCK),
        speakers=tuple(Speaker(name, roles[name]) for name in sorted(roles)),
        turns=turns,
        columns=tuple(column.name for column in codes.columns),
        recording_id=recording.id,
        group_id=group.id,
        programme_id=group.programme_id,
        lines=tuple(Line(row.speaker.pseudonym, row.line.start_ms, row.line.text) for row in lines),
        codebooks=tuple(
            codebooks.said(each) for each in sorted(codes.versions, key=lambda v: -v.version)
        ),
        given=tuple(each for each in codes.given if each.turn_id in shown),
        notes=tuple(each for each in codes.notes if each.turn_id in shown and keeps_memos),
        is_withheld=codes.is_withheld,
        group=group_name(group, agreed.audience),
        kind=str(meeting.kind),
    )


def _spoken(
    rows: Sequence[TurnRow], codes: Codes, lines: Sequence[LineRow], agreed: Agreed
) -> tuple[Spoken, ...]:
    said = attached([row.turn for row in rows], [row.line for row in lines])
    return tuple(
        Spoken(
            row.speaker.pseudonym,
            row.turn.start_ms,
            row.turn.end_ms,
            row.turn.is_backchannel,
            codes.of(row.turn.id),
            " ".join(line.text for line in said.get(row.turn.id, ())),
            agreed.may_quote(row.turn.user_id),
            row.turn.state,
            row.turn.id,
            row.turn.talk,
        )
        for row in rows
    )
