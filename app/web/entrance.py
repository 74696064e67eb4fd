"""The ways in: signing in, setting the installation up, and an invitation's link."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.consent import texts
from app.invitations import service as invitations
from app.programmes.models import Programme
from app.web.visit import Looking, PageRoute

router = APIRouter(route_class=PageRoute)


def inside(address: str) -> str:
    """The same address if it lies on this site, else the front page: no open redirect."""
    ours = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if ours else "/"


@router.get("/sign-in")
async def sign_in(
    visit: Looking, next_: Annotated[str, Query(alias="next", max_length=2000)] = "/"
) -> Response:
    if visit.user is not None:
        return RedirectResponse(inside(next_), 303)
    return visit.page("sign_in.html", next=inside(next_))


@router.get("/set-up")
async def set_up(visit: Looking, token: Annotated[str, Query(max_length=100)] = "") -> HTMLResponse:
    return visit.page("set_up.html", token=token)


@router.get("/i/{token}")
async def invitation(token: str, visit: Looking) -> HTMLResponse:
    """What one is invited to, what is recorded and why, and every consent on its own."""
    preview = await invitations.preview(visit.db, token)
    if preview.re_entry:
        return visit.page("re_entry.html", token=token, preview=preview)
    programme = await visit.db.get_one(Programme, preview.programme_id)
    text = await texts.current(visit.db, programme.id, visit.language)
    return visit.page(
        "invitation.html",
        token=token,
        preview=preview,
        text=text,
        body=texts.filled(text, programme),
        purposes=texts.in_order(text.purposes),
    )
