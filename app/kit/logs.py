"""One line per event on standard error. Never a name, an address, a token or what was said."""

import logging

QUIET = (
    "aiortc",
    "aioice",
    "libav",
    "httpx",
    "httpcore",
    "websockets",
    "alembic",
    "uvicorn",
    "dbos",
)
"""These log addresses, or a line per request, below WARNING."""


def configure(level: int) -> None:
    logging.basicConfig(
        level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True
    )
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
