"""Every format in which turns are handed out, by its name in addresses and file endings; and what
each of them loses, by which its description is made."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple

from app.exports.formats.eaf import eaf
from app.exports.formats.parquet import parquet
from app.exports.formats.qdpx import qdpx
from app.exports.formats.rttm import rttm
from app.exports.formats.table import table
from app.exports.formats.textgrid import textgrid
from app.exports.formats.webvtt import webvtt
from app.exports.formats.workbook import Text, workbook
from app.exports.reader import Reader
from app.exports.turnlist import TurnList
from app.kit.db import now


class Format(StrEnum):
    CSV = "csv"
    EAF = "eaf"
    TEXTGRID = "TextGrid"
    RTTM = "rttm"
    XLSX = "xlsx"
    PARQUET = "parquet"
    VTT = "vtt"
    QDPX = "qdpx"


class Loss(StrEnum):
    """What a format may not hold. Without codes nothing is held of them, and without words nothing
    of those: neither is named besides."""

    IDS = "ids"
    """Of the recording, the group and the programme, or of the meeting and the turns."""
    GROUP = "group"
    """What the group is called."""
    ORDINAL = "ordinal"
    """The meeting's kind and its place among those of its kind."""
    DATE = "date"
    LENGTH = "length"
    """Of the recording."""
    SOUND = "sound"
    ROLES = "roles"
    BACKCHANNELS = "backchannels"
    TALK = "talk"
    """What people marked as technical talk or as laughter."""
    STATE = "state"
    """Which turns people accepted."""
    WORDS = "words"
    LINES = "lines"
    """Lines of the transcript, with their times."""
    QUOTATION = "quotation"
    """Who may be quoted."""
    CODES = "codes"
    CODED_AT = "coded_at"
    LEADING = "leading"
    """Which of several codes leads."""
    CONFIDENCE = "confidence"
    CODEBOOK = "codebook"
    """What the codes mean."""
    MEMOS = "memos"


class Way(NamedTuple):
    media_type: str
    write: Callable[[TurnList, Reader], bytes]
    lost: tuple[Loss, ...]
    """In the order of telling."""


L = Loss
_ABOUT = (L.IDS, L.DATE, L.LENGTH, L.SOUND)
"""What a table of turns says nothing of."""
_CODED = (L.LINES, L.CODED_AT, L.CONFIDENCE, L.CODEBOOK, L.MEMOS)
_ALL_BUT_TIMES = (L.WORDS, L.TALK, L.STATE, L.CODES, L.MEMOS)

FORMATS: Mapping[Format, Way] = {
    Format.CSV: Way("text/csv; charset=utf-8", lambda turns, _: table(turns), (*_ABOUT, *_CODED)),
    Format.EAF: Way(
        "application/xml",
        lambda turns, _: eaf(turns),
        (L.IDS, L.LENGTH, L.WORDS, L.TALK, L.STATE, *_CODED[1:]),
    ),
    Format.TEXTGRID: Way(
        "text/plain; charset=utf-8",
        lambda turns, _: textgrid(turns),
        (L.IDS, L.GROUP, L.ORDINAL, L.DATE, L.SOUND, L.ROLES, *_ALL_BUT_TIMES),
    ),
    Format.RTTM: Way(
        "text/plain; charset=utf-8",
        lambda turns, _: rttm(turns),
        (*_ABOUT, L.GROUP, L.ROLES, L.BACKCHANNELS, *_ALL_BUT_TIMES),
    ),
    Format.XLSX: Way(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        lambda turns, reader: workbook(turns, reader.text),
        (L.IDS, L.LENGTH, L.SOUND, *_CODED),
    ),
    Format.PARQUET: Way(
        "application/vnd.apache.parquet", lambda turns, _: parquet(turns), (*_ABOUT, *_CODED)
    ),
    Format.VTT: Way(
        "text/vtt; charset=utf-8",
        lambda turns, _: webvtt(turns),
        (
            *(*_ABOUT, L.GROUP, L.ORDINAL, L.ROLES, L.BACKCHANNELS, L.TALK, L.STATE),
            *(L.LINES, L.QUOTATION, L.CODES, L.MEMOS),
        ),
    ),
    Format.QDPX: Way(
        "application/zip",
        lambda turns, reader: qdpx([turns], reader, turns.heading, now()),
        (L.IDS, L.LENGTH, L.TALK, L.STATE, L.QUOTATION, L.LEADING, L.CONFIDENCE),
    ),
}


def described(form: Format, text: Text) -> str:
    """What a format is for, and what it loses."""
    lost = ", ".join(text(f"loss.{each}") for each in FORMATS[form].lost)
    return f"{text(f'export.format_{form.lower()}')} {text('export.lost', lost=lost)}"
