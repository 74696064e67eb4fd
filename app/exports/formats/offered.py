"""Every format in which turns are handed out, by its name in addresses and file endings."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple

from app.exports.formats.eaf import eaf
from app.exports.formats.parquet import parquet
from app.exports.formats.rttm import rttm
from app.exports.formats.textgrid import textgrid
from app.exports.formats.webvtt import webvtt
from app.exports.formats.workbook import Text, workbook
from app.exports.turnlist import TurnList


class Format(StrEnum):
    EAF = "eaf"
    TEXTGRID = "TextGrid"
    RTTM = "rttm"
    XLSX = "xlsx"
    PARQUET = "parquet"
    VTT = "vtt"


class Way(NamedTuple):
    media_type: str
    write: Callable[[TurnList, Text], bytes]


FORMATS: Mapping[Format, Way] = {
    Format.EAF: Way("application/xml", lambda turns, text: eaf(turns)),
    Format.TEXTGRID: Way("text/plain; charset=utf-8", lambda turns, text: textgrid(turns)),
    Format.RTTM: Way("text/plain; charset=utf-8", lambda turns, text: rttm(turns)),
    Format.XLSX: Way("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", workbook),
    Format.PARQUET: Way("application/vnd.apache.parquet", lambda turns, text: parquet(turns)),
    Format.VTT: Way("text/vtt; charset=utf-8", lambda turns, text: webvtt(turns)),
}
