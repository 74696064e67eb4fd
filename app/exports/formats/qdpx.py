"""Recordings, their turns and what was coded of them as a REFI-QDA Project 1.5 (.qdpx), for
ATLAS.ti, MAXQDA, NVivo, QualCoder and their like.

A ZIP with `project.qde` and the transcripts below `sources`. A recording is a source of sound, a
turn a selection in it; each coder has a selection of their own of a turn, because some programs ask
the selection, and not the coding, who made it. A speaker is a case to which the selections belong.
The sound is not in it: the source names the mix-down beside the file, as for ELAN.

Ids are those of our own rows, or made of them, so that what is exported twice is known again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import NamedTuple
from uuid import UUID, uuid5
from xml.etree.ElementTree import Element, SubElement, tostring
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from app.codebooks.descriptions import fit
from app.codebooks.qdc import grow
from app.coding.codes import Given
from app.consent.models import Purpose
from app.exports.reader import Reader
from app.exports.turnlist import Spoken, TurnList

NAMESPACE = "urn:QDA-XML:project:1.0"
PROJECT, SOURCES = "project.qde", "sources"
NOBODY = "eMessi"
"""Who made a selection that no coder coded."""
IDS = UUID("0b0f5b0e-6f0a-5b52-9a0e-3a5a7f6d6a51")
ROLE = uuid5(IDS, "role")
BACKCHANNEL = "back-channel"
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
"""Of every entry, so that the same content is the same file."""


@dataclass
class _Said:
    """What one coder said of one turn."""

    codes: list[Given] = field(default_factory=list)
    memo: str | None = None


class _Recording(NamedTuple):
    turns: TurnList
    said: dict[UUID, dict[str, _Said]]
    """Turn → coder."""

    @property
    def transcript_id(self) -> UUID:
        return uuid5(self.turns.recording_id, "transcript")

    def of(self, turn: Spoken) -> dict[str, _Said]:
        """Whose selections there are of a turn."""
        return self.said.get(turn.id) or {NOBODY: _Said()}

    def user(self, name: str) -> str:
        """Coders have their numbers in a programme."""
        return str(uuid5(self.turns.programme_id, name))


def qdpx(lists: Sequence[TurnList], reader: Reader, name: str, made_at: datetime) -> bytes:
    """`lists`: recordings of one group, at least one, in order. Valid against Project.xsd."""
    recordings = [_Recording(each, _by_turn(each)) for each in lists]
    files = {PROJECT: _project(recordings, reader, name, made_at)}
    for each in recordings:
        if each.turns.lines:
            text = "".join(piece for piece, _ in _written(each.turns))
            files[f"{SOURCES}/{each.transcript_id}.txt"] = text.encode()
    target = BytesIO()
    with ZipFile(target, "w") as archive:
        for path, content in files.items():
            archive.writestr(ZipInfo(path, ZIP_EPOCH), content, ZIP_DEFLATED)
    return target.getvalue()


def _by_turn(turns: TurnList) -> dict[UUID, dict[str, _Said]]:
    found: dict[UUID, dict[str, _Said]] = {}
    for given in turns.given:
        found.setdefault(given.turn_id, {}).setdefault(given.source, _Said()).codes.append(given)
    for note in turns.notes:
        found.setdefault(note.turn_id, {}).setdefault(note.source, _Said()).memo = note.body
    return found


def _project(
    recordings: Sequence[_Recording], reader: Reader, name: str, made_at: datetime
) -> bytes:
    user = recordings[0].user
    about = {"xmlns": NAMESPACE, "name": fit(name), "origin": NOBODY}
    made = {"creatingUserGUID": user(NOBODY), "creationDateTime": _time(made_at)}
    root = Element("Project", about | made)
    users = SubElement(root, "Users")
    coders = {source for one in recordings for said in one.said.values() for source in said}
    for coder in (NOBODY, *sorted(coders)):
        SubElement(users, "User", {"guid": user(coder), "name": coder})
    codes = _codebook(root, recordings, reader.actor.language)
    _cases(root, recordings)
    sources = SubElement(root, "Sources")
    for each in recordings:
        _source(sources, each, codes, reader)
    _notes(root, recordings)
    told = ["export.format_qdpx", "export.readme_consent"]
    told += ["export.readme_codes_withheld"] if any(r.turns.is_withheld for r in recordings) else []
    SubElement(root, "Description").text = fit("\n\n".join(map(reader.text, told)))
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _codebook(root: Element, recordings: Sequence[_Recording], language: str) -> set[UUID]:
    """Every axis and code once, and their ids. A codebook without codes is none."""
    codes, places = Element("Codes"), dict[UUID, Element]()
    for each in recordings:
        for document in each.turns.codebooks:
            grow(codes, document, language, places)
    if places:
        SubElement(root, "CodeBook").append(codes)
    return set(places)


def _cases(root: Element, recordings: Sequence[_Recording]) -> None:
    """Each speaker with their role, the sources they speak in, and their turns."""
    speakers = {s.pseudonym: s for each in recordings for s in each.turns.speakers}
    if not speakers:
        return
    variable = {"guid": str(ROLE), "name": "role", "typeOfVariable": "Text"}
    SubElement(SubElement(root, "Variables"), "Variable", variable)
    cases = SubElement(root, "Cases")
    for name, speaker in sorted(speakers.items()):
        id_ = uuid5(recordings[0].turns.group_id, name)
        case = SubElement(cases, "Case", {"guid": str(id_), "name": fit(name)})
        value = SubElement(case, "VariableValue")
        SubElement(value, "VariableRef", {"targetGUID": str(ROLE)})
        SubElement(value, "TextValue").text = fit(speaker.role)
        own = [(each, turn) for each in recordings for turn in each.turns.of(speaker)]
        for recording_id in dict.fromkeys(each.turns.recording_id for each, _ in own):
            SubElement(case, "SourceRef", {"targetGUID": str(recording_id)})
        for each, turn in own:
            for coder in each.of(turn):
                SubElement(case, "SelectionRef", {"targetGUID": str(_selection_id(turn, coder))})


def _source(above: Element, each: _Recording, codes: set[UUID], reader: Reader) -> None:
    turns = each.turns
    made = {"creatingUser": each.user(NOBODY), "creationDateTime": _time(turns.recorded_at)}
    about = {"guid": str(turns.recording_id), "name": fit(turns.heading)}
    if turns.media:
        about["path"] = f"relative:///{turns.media[0]}"
    element = SubElement(above, "AudioSource", about | made)
    asked = [Purpose.AUDIO, Purpose.INDEXING] if turns.turns else []
    asked += [Purpose.AUDIO, Purpose.TRANSCRIPT] if turns.lines else []
    names = ", ".join(reader.text(f"consent.{purpose}") for purpose in dict.fromkeys(asked))
    told = reader.text("export.qdpx_rests_on", purposes=names or "–")
    SubElement(element, "Description").text = fit(told)
    if turns.lines:
        _transcript(element, each, made)
    for turn in turns.turns:
        for coder, said in each.of(turn).items():
            _selection(element, each, turn, coder, said, codes)


def _selection(
    above: Element, each: _Recording, turn: Spoken, coder: str, said: _Said, codes: set[UUID]
) -> None:
    id_, by = _selection_id(turn, coder), each.user(coder)
    about = {"guid": str(id_), "name": fit(turn.pseudonym)}
    about |= {"begin": str(turn.start_ms), "end": str(turn.end_ms), "creatingUser": by}
    about |= {"creationDateTime": _time(each.turns.recorded_at)}
    element = SubElement(above, "AudioSelection", about)
    if turn.is_backchannel:
        SubElement(element, "Description").text = BACKCHANNEL
    for given in said.codes:
        if given.code_id not in codes:
            continue
        made = {"guid": str(uuid5(id_, str(given.code_id))), "creatingUser": by}
        made |= {"creationDateTime": _time(given.given_at)} if given.given_at else {}
        coding = SubElement(element, "Coding", made)
        SubElement(coding, "CodeRef", {"targetGUID": str(given.code_id)})
    if said.memo is not None:
        SubElement(element, "NoteRef", {"targetGUID": str(_note_id(turn.id, coder))})


def _transcript(above: Element, each: _Recording, made: dict[str, str]) -> None:
    """A point of time where each line begins: lines of people who speak at once overlap, and
    points in their order do not."""
    id_ = each.transcript_id
    about = {"guid": str(id_), "name": f"{fit(each.turns.heading)}.txt"}
    about["plainTextPath"] = f"internal://{id_}.txt"
    element = SubElement(above, "Transcript", about | made)
    position = 0
    for place, (piece, start_ms) in enumerate(_written(each.turns)):
        point = {"guid": str(uuid5(id_, str(place))), "timeStamp": str(start_ms)}
        SubElement(element, "SyncPoint", point | {"position": str(position)})
        position += len(piece)  # in code points, as the specification counts


def _written(turns: TurnList) -> Iterator[tuple[str, int]]:
    """A line of text for each line, and when it begins."""
    for line in turns.lines:
        yield " ".join(f"{fit(line.pseudonym)}: {fit(line.text)}".split()) + "\n", line.start_ms


def _notes(root: Element, recordings: Sequence[_Recording]) -> None:
    notes = Element("Notes")
    for each in recordings:
        for note in each.turns.notes:
            about = {
                "guid": str(_note_id(note.turn_id, note.source)),
                "name": f"{fit(each.turns.heading)}: {note.source}",
                "creatingUser": each.user(note.source),
            }
            element = SubElement(notes, "Note", about)
            SubElement(element, "PlainTextContent").text = fit(note.body)
    if len(notes):
        root.append(notes)


def _selection_id(turn: Spoken, coder: str) -> UUID:
    return turn.id if coder == NOBODY else uuid5(turn.id, coder)


def _note_id(turn_id: UUID, coder: str) -> UUID:
    return uuid5(turn_id, f"note {coder}")


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
