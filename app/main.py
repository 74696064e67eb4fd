"""The web application: REST under /api/v1, the pages, and a word about its health."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from app import wire
from app.accounts import endpoints as accounts
from app.accounts.passwords import Failures
from app.agreement import boundary_endpoints as boundaries
from app.agreement import endpoints as agreement
from app.analysis import endpoints as analysis
from app.audit import endpoints as audit
from app.chat import endpoints as chat
from app.codebooks import endpoints as codebooks
from app.coding import endpoints as coding
from app.coding import members
from app.composites import endpoints as composites
from app.consent import endpoints as consent
from app.content import endpoints as content
from app.erasures import endpoints as erasures
from app.exports import downloads, files, tables
from app.exports import endpoints as exports
from app.exports.programme import endpoints as programme_exports
from app.feedback import endpoints as feedback
from app.groups import endpoints as groups
from app.imports import endpoints as imports
from app.invitations import endpoints as invitations
from app.kit import context, openapi, problems
from app.kit.headers import SecurityHeaders
from app.kit.http import Db
from app.kit.key_folder import KeysAway
from app.kit.limits import LimitedBody
from app.kit.settings import Settings
from app.linkage import endpoints as linkage
from app.meetings import endpoints as meetings
from app.meetings import placement
from app.notes import endpoints as notes
from app.person import endpoints as person
from app.programmes import endpoints as programmes
from app.quality import endpoints as quality
from app.recordings import endpoints as recordings
from app.retention import endpoints as retention
from app.sampling import endpoints as sampling
from app.surveys import endpoints as surveys
from app.transcripts import endpoints as transcripts
from app.turns import edit_endpoints, history_endpoints, rule_endpoints
from app.turns import endpoints as turns
from app.web import pages
from media.store import Missing, Store, Unreachable

API = "/api/v1"
FEATURES = (
    accounts,
    programmes,
    groups,
    invitations,
    meetings,
    consent,
    recordings,
    turns,
    codebooks,
    coding,
    members,
    edit_endpoints,
    history_endpoints,
    rule_endpoints,
    transcripts,
    imports,
    composites,
    sampling,
    retention,
    quality,
    chat,
    notes,
    surveys,
    analysis,
    feedback,
    agreement,
    boundaries,
    content,
    linkage,
    exports,
    programme_exports,
    downloads,
    files,
    tables,
    audit,
    person,
    erasures,
)

health = APIRouter(include_in_schema=False)


@health.get("/healthz")
async def healthz(db: Db) -> dict[str, str]:
    """Answers while the database can be reached. `recording`: a node's disk takes no tapes."""
    if await placement.without_room(db):
        return {"status": "ok", "recording": "interrupted"}
    return {"status": "ok"}


def _operation_id(route: APIRoute) -> str:
    return route.name


def _everything() -> APIRouter:
    router = APIRouter(generate_unique_id_function=_operation_id)
    for feature in FEATURES:
        router.include_router(feature.router, prefix=API)
    router.include_router(wire.router, prefix=API)
    router.include_router(health)
    router.include_router(pages.router)
    return router


ROUTES = _everything().routes
"""Made once a process: FastAPI reads the signature of every endpoint, which takes half a second."""


def create_app(settings: Settings) -> FastAPI:
    app = FastAPI(
        title="eMessi",
        version=version("emessi"),
        openapi_url=f"{API}/openapi.json",
        docs_url=None,  # both load scripts from elsewhere, which the security policy forbids
        redoc_url=None,
        lifespan=_lifespan,
    )
    app.router.routes.extend(ROUTES)  # after the document's own, for pages answer every path
    app.state.context = context.make(settings)
    app.state.failures = Failures()
    app.state.store = Store.open(settings)
    problems.install(app)
    app.add_exception_handler(Unreachable, problems.store_away)
    app.add_exception_handler(KeysAway, problems.store_away)
    app.add_exception_handler(Missing, problems.not_in_store)
    openapi.install(app)
    app.add_middleware(LimitedBody)
    app.add_middleware(SecurityHeaders, https=settings.public_url.startswith("https://"))
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    await app.state.context.database.close()
