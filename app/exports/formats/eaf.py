"""ELAN's annotation format, EAF 3.0: a tier for each speaker, one annotation for each turn.

Annotations of one tier may not overlap, hence a tier each; what is said of a turn stands on a tier
of its own below it (Symbolic_Association): its kind, and a tier for each axis and coder.
"""

from xml.etree import ElementTree

from pympi.Elan import Eaf, to_adocument

from app.codebooks.descriptions import fit
from app.exports.turnlist import TurnList

SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
BACKCHANNEL = "back-channel"
KIND = "kind"
"""The tier below a speaker's: what a turn is, where it is no plain one."""
CODE = "code"
"""The type of the tiers of codes, `J1 theme_coder1`."""


def eaf(turns: TurnList) -> bytes:
    """UTF-8 XML. Times are ms, as in our index; roles stand in the tiers' participants."""
    document = Eaf(author="eMessi")
    document.adocument |= {
        "DATE": turns.recorded_at.isoformat(timespec="seconds"),
        "VERSION": "3.0",
        "FORMAT": "3.0",
        "xsi:noNamespaceSchemaLocation": SCHEMA,
    }
    document.remove_tier("default")
    document.add_linguistic_type(KIND, "Symbolic_Association", timealignable=False)
    document.add_linguistic_type(CODE, "Symbolic_Association", timealignable=False)
    for name, value in (("group", turns.group), ("kind", turns.kind), ("ordinal", turns.ordinal)):
        document.add_property(name, fit(str(value)))
    for name in turns.media:
        # A name alone: an absolute path would tell whose computer it was made on.
        document.add_linked_file(name, relpath=f"./{name}", mimetype="audio/webm")
    for speaker in turns.speakers:
        tier, below = speaker.pseudonym, f"{speaker.pseudonym} {KIND}"
        document.add_tier(tier, part=f"{speaker.pseudonym} ({speaker.role})")
        document.add_tier(below, ling=KIND, parent=tier, part=speaker.pseudonym)
        for column in turns.columns:
            name = f"{tier} {column}"
            document.add_tier(name, ling=CODE, parent=tier, part=speaker.pseudonym)
        for turn in turns.of(speaker):
            document.add_annotation(tier, turn.start_ms, turn.end_ms)
            middle = (turn.start_ms + turn.end_ms) / 2  # inside even of one ms, and of no neighbour
            if turn.is_backchannel:
                document.add_ref_annotation(below, tier, middle, BACKCHANNEL)
            for column, value in turn.codes.items():
                document.add_ref_annotation(f"{tier} {column}", tier, middle, value)
    root = to_adocument(document, pretty=True)
    return bytes(ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True))
