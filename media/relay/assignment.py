"""Which publication each section of an uplink offer stands for."""

from collections.abc import Iterable, Mapping

from app.kit.ids import new_id
from media.relay.description import RemoteDescription
from media.relay.publication import Publication
from media.relay.refusals import MediaRefused


def assigned(
    present: Iterable[Publication],
    participant: str,
    remote: RemoteDescription,
    sources: Mapping[str, str],
) -> dict[str, Publication]:
    """By mid: of those `present` the one with that source and codec, or a new one.

    Changes nothing. Raises MediaRefused for a source without media, and for one named twice.
    """
    mine = {publication.source: publication for publication in present}
    found: dict[str, Publication] = {}
    for media in remote.media:
        source = sources.get(media.mid)
        if source is None or not media.sends:
            continue
        if media.codec is None or (source == "microphone") != (media.kind == "audio"):
            raise MediaRefused(field="offer")
        known = mine.pop(source, None)
        rids = media.rids or ("",)
        if known is None or known.codec != media.codec or known.rids != rids:
            known = Publication(str(new_id()), participant, source, media.codec, rids)
        found[media.mid] = known
    if len({p.source for p in found.values()}) != len(found):
        raise MediaRefused(field="sources")
    return found
