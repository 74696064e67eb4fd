"""Commands about one's own media."""

from collections.abc import Mapping

from app.recordings.models import SpanEnd
from media.relay.view import Tile, View
from signalling import spans, taping
from signalling.live import Live
from signalling.messages import (
    AnswerDownlink,
    Done,
    Publish,
    Published,
    SetMuted,
    SetView,
    SourceName,
)
from signalling.refusals import CommandRefused


async def publish(live: Live, participant: str, command: Publish) -> None:
    answer, ids = await send(live, participant, command.offer, command.sources)
    live.tell(participant, Published(ref=command.ref, answer=answer, publications=ids))


async def send(
    live: Live, participant: str, offer: str, sources: Mapping[str, SourceName]
) -> tuple[str, dict[str, str]]:
    """Take what is offered, tell everyone, and tape what may be taped.

    Returns the answer, and each mid's publication. Raises MediaRefused, and then nothing changed.
    """
    published = await live.media.publish(participant, offer, sources)
    taping.cut(live, published.removed)
    live.deliver(live.room.publications_removed(published.removed))
    ids = {mid: publication.id for mid, publication in published.publications.items()}
    for mid, id_ in ids.items():
        live.deliver(live.room.publication_added(id_, participant, sources[mid]))
    spans.note(live, SpanEnd.TURNED_OFF)
    live.offer_downlinks()
    if live.room.to_tape():
        live.background(taping.tape_newly_allowed(live))
    return published.answer, ids


async def answer_downlink(live: Live, participant: str, command: AnswerDownlink) -> None:
    negotiation = live.presences[participant].negotiation
    if not negotiation.expects(command.offer_id):
        raise CommandRefused("invalid")
    await live.media.answer_downlink(participant, command.answer)
    live.tell(participant, Done(ref=command.ref))
    if negotiation.answered():
        live.offer_downlink(participant)


async def set_muted(live: Live, participant: str, command: SetMuted) -> None:
    publication = live.room.of_source(participant, command.source)
    if publication is None:
        raise CommandRefused("not_found")
    live.media.set_muted(publication.id, command.muted)
    live.deliver(live.room.muted(publication, muted=command.muted))
    spans.note(live, SpanEnd.MUTED)
    live.tell(participant, Done(ref=command.ref))


async def set_view(live: Live, participant: str, command: SetView) -> None:
    tiles = {id_: Tile(tile.height, tile.pinned) for id_, tile in command.tiles.items()}
    live.media.set_view(participant, View(tiles))
    live.tell(participant, Done(ref=command.ref))
