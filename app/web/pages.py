"""The pages people see: every page's routes together, the files they need, and the last 404."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from app.accounts.http import LANGUAGE_COOKIE
from app.accounts.signing import REFRESH_FOR
from app.kit.errors import NotFound
from app.kit.http import Ctx
from app.kit.languages import LANGUAGES
from app.kit.problems import problem
from app.web import (
    agreement,
    analysis,
    audit,
    codebooks,
    coding,
    connection_test,
    consent_texts,
    consents,
    content,
    entrance,
    erasures,
    feedback,
    groups,
    history,
    imports,
    linkage,
    meetings,
    person,
    programme_analysis,
    recordings,
    reference,
    retention,
    sampling,
    segmentations,
    surveys,
    transcripts,
    workbench,
)
from app.web.visit import PageRoute

STATIC = Path(__file__).parent / "static"
_files = StaticFiles(directory=STATIC)

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PARTS = (
    *(connection_test, entrance, groups, imports, meetings, recordings, reference, transcripts),
    *(analysis, audit, codebooks, coding, consent_texts, consents, erasures, person, retention),
    *(agreement, content, feedback, history, linkage, programme_analysis),
    *(sampling, segmentations, surveys, workbench),
)
for part in PARTS:
    router.include_router(part.router)


@router.get("/static/{path:path}")
async def static(path: str, request: Request) -> Response:
    """What runs is what is in the folder: checked for news each time, by its ETag."""
    try:
        response = await _files.get_response(path, request.scope)
    except HTTPException:
        raise NotFound from None
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@router.get("/favicon.ico")
async def favicon() -> FileResponse:
    return FileResponse(STATIC / "favicon.svg", media_type="image/svg+xml")


@router.get("/languages/{language}.json")
async def texts(language: str, context: Ctx) -> JSONResponse:
    """The texts of the browser's modules."""
    if language not in LANGUAGES:
        raise NotFound
    catalogue = context.languages.catalogue(language)
    return JSONResponse(dict(catalogue), headers={"Cache-Control": "no-cache"})


@router.get("/language/{language}")
async def choose_language(
    language: str, next_: Annotated[str, Query(alias="next", max_length=2000)] = "/"
) -> RedirectResponse:
    """Shows this and every later page in that language."""
    if language not in LANGUAGES:
        raise NotFound
    response = RedirectResponse(entrance.inside(next_), 303)
    lifetime = int(REFRESH_FOR.total_seconds())
    response.set_cookie(LANGUAGE_COOKIE, language, max_age=lifetime, samesite="lax")
    return response


@router.get("/{path:path}")
async def nowhere(path: str, request: Request) -> Response:
    """A page for people, a problem for programs."""
    if path.startswith("api/"):
        return problem(request, NotFound.code, NotFound.status)
    raise NotFound
