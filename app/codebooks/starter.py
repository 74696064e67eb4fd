"""The codebook to begin with: three themes that are known, the rest a proposal that says so.

Its axes and codes have the same ids wherever it is begun from, so that programmes can be compared.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from app.codebooks.document import Axis, Code, CodebookDocument, Prose

FILE = Path(__file__).with_name("starter.json")
NAMESPACE = UUID("6f1b6d5e-35c8-4d0b-9d0a-6a1f2f3c7e11")
BALES = "bales"
KEYS = "1234567890qwertyuiop"
"""By place in the axis: the upper two rows of every keyboard used in Finland."""
COLOURS = (
    *("#25786b", "#b5561f", "#5367b8", "#8d6e14", "#9a4f8f", "#4b7f36"),
    *("#b94459", "#2b709e", "#836646", "#6a58b0", "#66731f", "#566b77"),
)
SOURCES = {
    "found": Prose(
        fi="Tunnettu teema: nimetty eMessi-hankkeen julkaisuissa (Humak). Määritelmä, rajaukset ja"
        " esimerkki ovat ehdotuksia.",
        sv="Känt tema: nämns i eMessi-projektets publikationer (Humak). Definitionen,"
        " avgränsningarna och exemplet är förslag.",
        en="A known theme: named in the publications of the eMessi project (Humak). The definition,"
        " the boundaries and the example are proposals.",
    ),
    "mixed": Prose(
        fi="Kolme ensimmäistä teemaa ovat tunnettuja, muut ehdotus.",
        sv="De tre första temana är kända, de övriga ett förslag.",
        en="The first three themes are known, the others a proposal.",
    ),
    "proposal": Prose(
        fi="Ehdotus, ei alkuperäisestä tutkimuksesta.",
        sv="Ett förslag, inte ur den ursprungliga studien.",
        en="A proposal, not of the original study.",
    ),
    "bales": Prose(
        fi="Bales, R. F. (1950): Interaction Process Analysis; luokat kuten JMIR 2020, taulukko 1."
        " Määritelmät on kirjoitettu Balesin (1950) mukaan, omin sanoin; rajaukset ja"
        " esimerkit ovat ehdotuksia.",
        sv="Bales, R. F. (1950): Interaction Process Analysis; kategorierna som i JMIR 2020,"
        " tabell 1. Definitionerna är skrivna efter Bales (1950), med egna ord; avgränsningarna och"
        " exemplen är förslag.",
        en="Bales, R. F. (1950): Interaction Process Analysis; the categories as in JMIR 2020,"
        " table 1. The definitions are after Bales (1950), in our own words; the boundaries and"
        " examples are proposals.",
    ),
}


def starter(*, with_bales: bool = False) -> CodebookDocument:
    axes = [_axis(each) for each in _written() if with_bales or each["label"] != BALES]
    return CodebookDocument(axes=axes)


@cache
def _written() -> list[dict[str, Any]]:
    axes: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return axes


def _axis(written: dict[str, Any]) -> Axis:
    axis_source = written["source"]
    keys = iter(KEYS)
    codes = []
    for place, each in enumerate(written["codes"]):
        codable = each.get("is_codable", True)
        codes.append(
            Code(
                id=_id(written["label"], each["label"]),
                parent_id=_id(written["label"], each["parent"]) if "parent" in each else None,
                label=each["label"],
                key=next(keys) if codable else "",
                colour=COLOURS[place % len(COLOURS)],
                is_codable=codable,
                name=each["name"],
                definition=each.get("definition", {}),
                include=each.get("include", {}),
                exclude=each.get("exclude", {}),
                example=each.get("example", {}),
                source=SOURCES[each.get("source", axis_source)],
            )
        )
    kept = {name: written[name] for name in ("label", "name", "definition", "choice")}
    flags = {name: written.get(name, False) for name in ("is_required", "is_ordinal")}
    return Axis(id=_id(written["label"]), source=SOURCES[axis_source], codes=codes, **kept, **flags)


def _id(*labels: str) -> UUID:
    return uuid5(NAMESPACE, "/".join(labels))
