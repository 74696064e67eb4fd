"""The page that says what works from here: devices, and the ways to a node. For anyone."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.meetings import placement
from app.meetings.addresses import websocket_address
from app.web.visit import Looking, PageRoute

router = APIRouter(route_class=PageRoute)

WAYS = ("direct", "turn_udp", "turn_tcp", "turn_tls")


@router.get("/connection-test")
async def connection_test(visit: Looking) -> HTMLResponse:
    node = await placement.least_loaded(visit.db)
    found = websocket_address(node, visit.request, visit.context) if node is not None else None
    url = f"{found}/ws/trial" if found is not None else None
    return visit.page("connection_test.html", data={"url": url}, ways=WAYS)
