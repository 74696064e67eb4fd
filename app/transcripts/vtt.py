"""WebVTT (W3C, https://www.w3.org/TR/webvtt1/): transcripts as programs of meetings write them.

Strict where a mistake would put words at a wrong time or into a wrong mouth, silent about what has
no meaning for a transcript: styles, regions, notes, settings of cues.
"""

import html
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

SIGNATURE = "WEBVTT"
_TIME = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t]+.*)?")
_VOICE = re.compile(r"<v(?:\.[^ \t>]+)*[ \t]+([^>]*)>")
_TAG = re.compile(r"<[^>]*>")
_PREFIX = re.compile(r"([^\s:<][^:<\n]{0,58}):[ \t]+(?=\S)")
"""`Name: text`, as some programs write it instead of voice tags."""


class NotVtt(ValueError):
    """The text is no WebVTT; says why, and at which line."""


class Cue(NamedTuple):
    """Somebody says something; ms, start < end. `voice` is empty where the file names nobody."""

    start_ms: int
    end_ms: int
    voice: str
    text: str


def read(content: str) -> list[Cue]:
    """Cues in the file's order; one for each voice where a cue holds several. Cues without words
    are left out. Raises NotVtt."""
    lines = content.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not re.fullmatch(rf"{SIGNATURE}(?:[ \t].*)?", lines[0]):
        raise NotVtt("line 1 is not WEBVTT")
    cues = [cue for number, block in _blocks(lines) for cue in _cues(number, block)]
    return cues if any(cue.voice for cue in cues) else [_named(cue) for cue in cues]


def write(cues: Iterable[Cue]) -> str:
    """The document; a voice's name loses what a tag cannot hold."""
    parts = [SIGNATURE]
    for cue in cues:
        words = html.escape(" ".join(cue.text.split()), quote=False)
        voice = html.escape(" ".join(cue.voice.replace(">", " ").split()), quote=False)
        said = f"<v {voice}>{words}" if voice else words
        parts.append(f"{_clock(cue.start_ms)} --> {_clock(cue.end_ms)}\n{said}")
    return "\n\n".join(parts) + "\n"


def _blocks(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """What stands between blank lines, each with the number of its first line; not the header."""
    block: list[str] = []
    header = True
    for number, line in enumerate([*lines, ""], start=1):
        if line:
            block.append(line)
            continue
        if block and not header:
            yield number - len(block), block
        header, block = header and not block, []


def _cues(number: int, block: list[str]) -> Iterator[Cue]:
    if block[0].split()[:1] in (["NOTE"], ["STYLE"], ["REGION"]):
        return
    place = next((n for n, line in enumerate(block[:2]) if "-->" in line), None)
    if place is None:
        return  # words without a time
    timing = _TIMING.fullmatch(block[place].strip())
    if timing is None:
        raise NotVtt(f"line {number + place} is no timing")
    start_ms, end_ms = _ms(timing.groups()[:4]), _ms(timing.groups()[4:])
    if start_ms >= end_ms:
        raise NotVtt(f"line {number + place} ends before it begins")
    before, *spoken = _VOICE.split("\n".join(block[place + 1 :]))
    voices = [("", before), *zip(spoken[::2], spoken[1::2], strict=True)]
    for voice, text in voices:
        if words := _plain(text):
            yield Cue(start_ms, end_ms, _plain(voice), words)


def _named(cue: Cue) -> Cue:
    prefix = _PREFIX.match(cue.text)
    if prefix is None:
        return cue
    return cue._replace(voice=prefix[1].strip(), text=cue.text[prefix.end() :])


def _plain(text: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", text)).replace("\0", "").split())


def _ms(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, ms = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms


def _clock(at_ms: int) -> str:
    seconds, ms = divmod(at_ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}"
