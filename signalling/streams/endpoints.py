"""WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep): POST begins, PATCH is for ICE, DELETE ends."""

import time
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.kit.errors import NotAllowed, NotFound, NotSignedIn, TooMany
from app.kit.tokens import Scope, Stream
from media.relay.refusals import MediaRefused
from signalling.gate import Gate
from signalling.live import Node
from signalling.messages import IceServer
from signalling.rooms import Rooms
from signalling.streams import sessions
from signalling.streams.descriptions import read_fragment, write_fragment
from signalling.streams.refusals import (
    SessionChanged,
    TooLarge,
    Unacceptable,
    Unconditional,
    UnknownKind,
)
from signalling.turn import ice_servers

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
LARGEST = 100_000
"""Characters of a description, as on the websocket."""
ANY_TAG = {"*", '"*"'}
"""RFC 9110 §13.1.1; the examples of RFC 9725 quote it."""

Way = Literal["whip", "whep"]
SCOPES: dict[Way, Scope] = {"whip": "publish", "whep": "watch"}

router = APIRouter()


class Desk:
    """What every request needs; made once per node."""

    def __init__(self, node: Node, rooms: Rooms, gate: Gate, prefix: str) -> None:
        self.node = node
        self.rooms = rooms
        self.gate = gate
        self.prefix = prefix
        """Path under which a proxy shows this node."""

    def holder(self, request: Request, way: Way, meeting_id: UUID) -> Stream:
        """Raises NotSignedIn without a good token, NotAllowed with one for the other way."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise NotSignedIn
        stream = self.node.tokens.read_stream(token.strip())
        if stream.node_name != self.node.settings.node.name:
            raise NotSignedIn
        if stream.meeting_id != meeting_id:
            raise NotFound
        if stream.scope != SCOPES[way]:
            raise NotAllowed
        return stream


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


@router.post("/{way}/{meeting_id}")
async def begin(
    request: Request,
    way: Way,
    meeting_id: UUID,
    participant: Annotated[str | None, Query(max_length=40)] = None,
) -> Response:
    desk = _desk(request)
    stream = desk.holder(request, way, meeting_id)
    _require_kind(request, SDP)
    _require_accepted(request.headers.get("accept", "*/*"))
    offer = await _text(request)
    if not desk.gate.may_join(stream.user_id):
        raise TooMany
    begun = await sessions.begin(desk.node, desk.rooms, stream, offer, participant)
    answer = Response(begun.answer, 201, media_type=SDP)
    answer.headers["Location"] = f"{desk.prefix}/{way}/{meeting_id}/{begun.session.id}"
    answer.headers["ETag"] = f'"{begun.session.tag}"'
    answer.headers["Accept-Patch"] = FRAGMENT
    turn = desk.node.settings.turn_server
    for link in _links(ice_servers(turn, begun.participant, int(time.time()))):
        answer.headers.append("Link", link)
    return answer


@router.patch("/{way}/{meeting_id}/{session_id}")
async def change(request: Request, way: Way, meeting_id: UUID, session_id: str) -> Response:
    desk = _desk(request)
    held = sessions.find(desk.rooms, desk.holder(request, way, meeting_id), session_id)
    _require_kind(request, FRAGMENT)
    text = await _text(request)
    _require_match(request.headers.get("if-match"), held.session.tag)
    fragment = read_fragment(text)
    local = sessions.refresh(held, fragment, desk.node.clock.now)
    if local is None:
        return Response(status_code=204)
    answer = Response(write_fragment(local, fragment), 200, media_type=FRAGMENT)
    answer.headers["ETag"] = f'"{held.session.tag}"'
    return answer


@router.delete("/{way}/{meeting_id}/{session_id}")
async def end(request: Request, way: Way, meeting_id: UUID, session_id: str) -> Response:
    desk = _desk(request)
    sessions.end(sessions.find(desk.rooms, desk.holder(request, way, meeting_id), session_id))
    return Response(status_code=200)


@router.api_route("/{way}/{meeting_id}", methods=["GET", "HEAD"])
@router.api_route("/{way}/{meeting_id}/{session_id}", methods=["GET", "HEAD"])
async def look(way: Way) -> Response:
    """There is nothing to see (RFC 9725 §4.1), only that this is the place."""
    return Response(status_code=200, media_type=SDP)


# ---- What a request says --------------------------------------------------------------------


def _require_kind(request: Request, kind: str) -> None:
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != kind:
        raise UnknownKind


def _require_accepted(accept: str) -> None:
    kinds = {part.split(";")[0].strip().lower() for part in accept.split(",")}
    if not kinds & {SDP, "application/*", "*/*"}:
        raise Unacceptable


def _require_match(header: str | None, tag: str) -> None:
    """By strong comparison (RFC 9110 §13.1.1)."""
    if header is None:
        raise Unconditional
    named = {part.strip() for part in header.split(",")}
    if not named & ANY_TAG and f'"{tag}"' not in named:
        raise SessionChanged


async def _text(request: Request) -> str:
    data = b""
    async for chunk in request.stream():
        data += chunk
        if len(data) > LARGEST:
            raise TooLarge
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise MediaRefused(field="sdp") from None


def _links(servers: list[IceServer]) -> list[str]:
    """RFC 9725 §4.6."""
    return [
        f'<{url}>; rel="ice-server"; username="{server.username}"; '
        f'credential="{server.credential}"; credential-type="password"'
        for server in servers
        for url in server.urls
    ]
