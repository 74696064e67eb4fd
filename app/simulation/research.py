"""What two researchers do with a simulated meeting: its turns are looked through at the workbench,
words are written down, both code with the starter codebook, blind, and one decides where they
differ.

Through the REST API alone. The codes follow from what was said, and are ours, nobody's findings.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx

from app.simulation.script import Line, Script
from app.simulation.voices import SENTENCES

CODEBOOK = "Vertaismentoroinnin koodisto"
EARLIER_MS = 30
"""By which the first turn is made to begin earlier, as with three nudges."""
REASON = "Kuunneltiin yhdessä."
MEMO = "Sanottiin päällekkäin edellisen vuoron kanssa."


@dataclass(frozen=True)
class Seen:
    """A coder's view of a sentence, in labels of the starter codebook. The first theme leads."""

    themes: tuple[str, ...]
    function: str
    valence: str


FIRST = (
    Seen(("control",), "experience", "negative"),
    Seen(("leadership", "framework"), "information", "negative"),
    Seen(("approach",), "experience", "positive"),
    Seen(("volunteers",), "opinion", "negative"),
    Seen(("strain",), "question", "neutral"),
    Seen(("values",), "experience", "positive"),
    Seen(("framework", "strain"), "information", "negative"),
    Seen(("group",), "allocation", "neutral"),
    Seen(("control",), "summary", "neutral"),
    Seen(("community", "leadership"), "opinion", "neutral"),
)
"""By the place of the sentence in `SENTENCES`."""
SECOND = (
    FIRST[0],
    replace(FIRST[1], themes=("framework",)),
    FIRST[2],
    replace(FIRST[3], valence="neutral"),
    replace(FIRST[4], themes=("strain", "life")),
    replace(FIRST[5], themes=("volunteers",)),
    replace(FIRST[6], function="opinion"),
    FIRST[7],
    replace(FIRST[8], themes=("approach",)),
    replace(FIRST[9], valence="positive"),
)
VIEWS = (FIRST, SECOND)

Said = tuple[int, int, int]
"""Start and end of a sentence in ms of the recording, and its place in SENTENCES."""


@dataclass(frozen=True)
class Coder:
    """A researcher of the programme, signed in."""

    id: str
    api: httpx.AsyncClient


async def study(
    coordinator: httpx.AsyncClient,
    programme_id: str,
    recording_id: str,
    coders: Sequence[Coder],
    said: Sequence[Said],
    to_words: Collection[str],
) -> str:
    """Everything named above, for a coder per view; the id of the codebook's version. `to_words`:
    names of those whose words may be written down.

    Raises httpx.HTTPStatusError when the installation refuses.
    """
    await _look_through(coders[0].api, recording_id)
    version = await _codebook(coordinator, programme_id)
    turns = (await _sent(coordinator, "GET", f"recordings/{recording_id}/workbench"))["turns"]
    sentences = {turn["id"]: _sentence(turn, said) for turn in turns}
    words = [turn for turn in turns if turn["name"] in to_words and not turn["is_backchannel"]]
    await _write_down(coders[0].api, recording_id, words, sentences)
    for coder, view in zip(coders, VIEWS, strict=True):
        body = {"recording_ids": [recording_id], "coder_id": coder.id, "version_id": version}
        (assigned,) = await _sent(coordinator, "POST", "coding-assignments", body)
        await _code(coder.api, assigned["id"], sentences, view)
    await _decide(coders[0].api, recording_id, version)
    return version


def sentences_of(script: Script, offset_ms: int) -> list[Said]:
    """The script's sentences without its back-channels. `offset_ms`: of its beginning in the
    recording."""

    def span(line: Line) -> Said:
        utterance, at_ms = script.utterance(line), line.at_ms + offset_ms
        return at_ms + utterance.start_ms, at_ms + utterance.end_ms, SENTENCES.index(line.text)

    return [span(line) for line in script.lines if line.text in SENTENCES]


async def _look_through(api: httpx.AsyncClient, recording_id: str) -> None:
    """The first turn begins a little earlier, all others but the last are accepted as they are."""
    turns = (await _sent(api, "GET", f"recordings/{recording_id}/workbench"))["turns"]
    for number, turn in enumerate(turns[:-1]):
        operation: dict[str, Any] = {"name": "accept", "turn": turn["id"], "given": str(uuid4())}
        if number == 0:
            earlier = max(0, turn["start_ms"] - EARLIER_MS)
            operation |= {"name": "move", "start_ms": earlier, "end_ms": turn["end_ms"]}
        edit = {"id": str(uuid4()), "operation": operation}
        await _sent(api, "POST", f"recordings/{recording_id}/edits", edit)


async def _codebook(api: httpx.AsyncClient, programme_id: str) -> str:
    """The starter, published."""
    body = {"name": CODEBOOK, "starter": True, "bales": False}
    book = await _sent(api, "POST", f"programmes/{programme_id}/codebooks", body)
    draft = await _sent(api, "GET", f"codebooks/{book['id']}/draft")
    revision = {"revision": draft["revision"]}
    version = await _sent(api, "POST", f"codebooks/{book['id']}/versions", revision)
    return str(version["id"])


def _sentence(turn: Mapping[str, Any], said: Sequence[Said]) -> int:
    """The one that fills most of the turn."""

    start_ms: int = turn["start_ms"]
    end_ms: int = turn["end_ms"]

    def shared(sentence: Said) -> int:
        return min(end_ms, sentence[1]) - max(start_ms, sentence[0])

    return max(said, key=shared)[2]


async def _write_down(
    api: httpx.AsyncClient,
    recording_id: str,
    turns: Sequence[Mapping[str, Any]],
    sentences: Mapping[str, int],
) -> None:
    for turn in turns:
        line = {name: turn[name] for name in ("user_id", "start_ms", "end_ms")}
        line["text"] = SENTENCES[sentences[turn["id"]]]
        await _sent(api, "POST", f"recordings/{recording_id}/transcript", line)


async def _code(
    api: httpx.AsyncClient, assignment: str, sentences: Mapping[str, int], view: Sequence[Seen]
) -> None:
    """Every turn on three axes; the first coder notes something of the last; and done."""
    path = f"coding-assignments/{assignment}"
    work = await _sent(api, "GET", path)
    axes = {axis["label"]: axis for axis in work["codebook"]["axes"]}
    mine = [turn["id"] for turn in work["turns"] if turn["is_mine"]]
    for turn in mine:
        seen = view[sentences[turn]]
        labels = {"theme": seen.themes, "function": (seen.function,), "valence": (seen.valence,)}
        for label, its in labels.items():
            codes = {code["label"]: code["id"] for code in axes[label]["codes"]}
            body = {
                "version_id": work["version_id"],
                "code_ids": [codes[each] for each in its],
                "confidence": 3 if label == "theme" else None,
                "decided_at": datetime.now(UTC).isoformat(),
            }
            await _sent(api, "PUT", f"{path}/turns/{turn}/axes/{axes[label]['id']}", body)
    if view is FIRST:
        memo = {"body": MEMO, "decided_at": datetime.now(UTC).isoformat()}
        await _sent(api, "PUT", f"{path}/turns/{mine[-1]}/memo", memo)
    await _sent(api, "POST", f"{path}/finish")


async def _decide(api: httpx.AsyncClient, recording_id: str, version: str) -> None:
    """As the first coder said, but for the last difference: that one is left to be tried."""
    path = f"recordings/{recording_id}/codings/{version}"
    differences = (await _sent(api, "GET", f"{path}/differences"))["differences"]
    for each in differences[:-1]:
        body = {"code_ids": each["said"][0]["code_ids"], "reason": REASON}
        await _sent(api, "PUT", f"{path}/turns/{each['turn_id']}/axes/{each['axis_id']}", body)


async def _sent(api: httpx.AsyncClient, method: str, path: str, body: Any = None) -> Any:
    answer = await api.request(method, f"/api/v1/{path}", json=body)
    answer.raise_for_status()
    return answer.json() if answer.content else None
