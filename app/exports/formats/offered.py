"""Every format in which turns are handed out, by its name in addresses and file endings."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple

from app.exports.formats.eaf import eaf
from app.exports.formats.parquet import parquet
from app.exports.formats.qdpx import qdpx
from app.exports.formats.rttm import rttm
from app.exports.formats.textgrid import textgrid
from app.exports.formats.webvtt import webvtt
from app.exports.formats.workbook import workbook
from app.exports.reader import Reader
from app.exports.turnlist import TurnList
from app.kit.db import now


class Format(StrEnum):
    EAF = "eaf"
    TEXTGRID = "TextGrid"
    RTTM = "rttm"
    XLSX = "xlsx"
    PARQUET = "parquet"
    VTT = "vtt"
    QDPX = "qdpx"


class Way(NamedTuple):
    media_type: str
    write: Callable[[TurnList, Reader], bytes]


FORMATS: Mapping[Format, Way] = {
    Format.EAF: Way("application/xml", lambda turns, _: eaf(turns)),
    Format.TEXTGRID: Way("text/plain; charset=utf-8", lambda turns, _: textgrid(turns)),
    Format.RTTM: Way("text/plain; charset=utf-8", lambda turns, _: rttm(turns)),
    Format.XLSX: Way(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        lambda turns, reader: workbook(turns, reader.text),
    ),
    Format.PARQUET: Way("application/vnd.apache.parquet", lambda turns, _: parquet(turns)),
    Format.VTT: Way("text/vtt; charset=utf-8", lambda turns, _: webvtt(turns)),
    Format.QDPX: Way(
        "application/zip", lambda turns, reader: qdpx([turns], reader, turns.title, now())
    ),
}
