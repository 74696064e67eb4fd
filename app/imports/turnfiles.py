"""Who spoke when, from files of other programs: RTTM, ELAN's EAF, WebVTT, Praat's
TextGrid. Pure but for pympi, which reads from the disk.
"""

import math
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from pympi.Elan import Eaf

from app.imports import textgrid
from app.transcripts import vtt

DAY_MS = 86_400_000
"""No meeting is longer; a time beyond it is a mistake."""


class TurnFormat(StrEnum):
    RTTM = "rttm"
    EAF = "eaf"
    VTT = "vtt"
    TEXTGRID = "textgrid"


class Unreadable(ValueError):
    """The file is not what it is said to be; says why."""


class SpokenBy(NamedTuple):
    """Somebody speaks; ms of the file's own time, start < end."""

    name: str
    start_ms: int
    end_ms: int


def read(form: TurnFormat, content: str) -> list[SpokenBy]:
    """By start. Raises Unreadable."""
    spoken = READERS[form](content)
    return sorted(spoken, key=lambda one: (one.start_ms, one.end_ms, one.name))


def _rttm(content: str) -> list[SpokenBy]:
    """SPEAKER lines (NIST RT-09); nine fields, as some programs write, are as good as ten."""
    found = []
    for number, line in enumerate(content.removeprefix("\ufeff").splitlines(), start=1):
        fields = line.split()
        if not fields or fields[0] != "SPEAKER":
            continue  # comments, and the other types of the format
        if len(fields) < 8:
            raise Unreadable(f"line {number} has {len(fields)} fields")
        start_ms, length_ms = (_ms(field, f"line {number}") for field in fields[3:5])
        if length_ms:
            found.append(_checked(fields[7], start_ms, start_ms + length_ms))
    return found


def _ms(seconds: str | float, place: str) -> int:
    try:
        value = float(seconds)
    except ValueError:
        raise Unreadable(f"{place} has no time in seconds") from None
    if not math.isfinite(value) or not 0 <= value <= DAY_MS / 1000:
        raise Unreadable(f"{place} has no time in seconds")
    return round(value * 1000)


def _eaf(content: str) -> list[SpokenBy]:
    """Every annotation of every tier that stands on the time line; tiers below others say what
    turns are, not whose."""
    if "<!DOCTYPE" in content or "<!ENTITY" in content:
        raise Unreadable("it declares a document type")  # no ELAN does, and entities can explode
    with TemporaryDirectory() as folder:
        path = Path(folder) / "turns.eaf"
        path.write_text(content, encoding="utf-8")
        try:
            document = Eaf(path, suppress_version_warning=True)
            tiers = {name: _participant(document, name) for name in document.get_tier_names()}
            return [
                _checked(who, start, end)
                for name, who in tiers.items()
                if not document.tiers[name][2].get("PARENT_REF")
                for start, end, *_ in document.get_annotation_data_for_tier(name)
                if start < end
            ]
        except Exception as error:  # pympi raises this very class, and others by chance
            raise Unreadable(f"no EAF: {type(error).__name__}") from None


def _participant(document: Eaf, tier: str) -> str:
    """A tier is named for its speaker."""
    return tier.strip() or str(document.tiers[tier][2].get("PARTICIPANT", "")).strip()


def _vtt(content: str) -> list[SpokenBy]:
    try:
        cues = vtt.read(content)
    except vtt.NotVtt as error:
        raise Unreadable(str(error)) from None
    return [_checked(cue.voice, cue.start_ms, cue.end_ms) for cue in cues]


def _textgrid(content: str) -> list[SpokenBy]:
    """A tier is named for its speaker; whatever is written over an interval, it is a turn."""
    try:
        labels = textgrid.read(content)
    except textgrid.NotTextGrid as error:
        raise Unreadable(str(error)) from None
    place = "an interval"
    spans = [(one.tier, _ms(one.start_s, place), _ms(one.end_s, place)) for one in labels]
    return [_checked(*span) for span in spans if span[1] < span[2]]


def _checked(name: str, start_ms: int, end_ms: int) -> SpokenBy:
    if not 0 <= start_ms < end_ms <= DAY_MS:
        raise Unreadable("a time lies before the beginning or beyond a day")
    return SpokenBy(name, start_ms, end_ms)


READERS: Mapping[TurnFormat, Callable[[str], list[SpokenBy]]] = {
    TurnFormat.RTTM: _rttm,
    TurnFormat.EAF: _eaf,
    TurnFormat.VTT: _vtt,
    TurnFormat.TEXTGRID: _textgrid,
}
