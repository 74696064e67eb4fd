"""Templates into pages: texts by key, times by language."""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.kit.languages import Languages
from app.web.document import as_html

TEMPLATES = Path(__file__).parent / "templates"


def _home_zone() -> tzinfo:
    try:
        return ZoneInfo("Europe/Helsinki")
    except ZoneInfoNotFoundError:
        return UTC


ZONE = _home_zone()
"""Of times in the page as it is sent; the browser shows them in its reader's own zone."""


def _plain(value: datetime, language: str, shape: str) -> str:
    local = value.astimezone(ZONE)
    if shape == "date":
        return str(format_date(local, "long", locale=language))
    if shape == "time":
        return str(format_time(local, "short", locale=language))
    if shape == "full":
        return str(format_datetime(local, "medium", locale=language))
    words = {"fi": "ccc d.M. 'klo' H.mm", "sv": "EEE d MMM 'kl.' HH:mm", "en": "EEE d MMM, HH:mm"}
    return str(format_datetime(local, words[language], locale=language))


def _size(count: int, language: str) -> str:
    """Of a file, from its bytes."""
    if count < 1_000_000:
        return f"{max(1, round(count / 1_000))} kB"
    return f"{format_decimal(count / 1_000_000, '#,##0.0', locale=language)} MB"


_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters["document"] = as_html


class Templates:
    """Renders a template in one language."""

    def __init__(self, languages: Languages) -> None:
        self._languages = languages

    def render(
        self, name: str, language: str, values: Mapping[str, Any], *, status: int = 200
    ) -> HTMLResponse:
        template = _environment.get_template(name)
        body = template.render({**values, **self._words(language)})
        return HTMLResponse(body, status, headers={"Cache-Control": "no-store"})

    def _words(self, language: str) -> dict[str, Any]:
        def t(key: str, **values: object) -> str:
            return self._languages.text(key, language, **values)

        def when(value: datetime, shape: str = "moment") -> Markup:
            return Markup('<time datetime="{}" data-shape="{}">{}</time>').format(
                value.isoformat(), shape, _plain(value, language, shape)
            )

        def when_text(value: datetime) -> str:
            return _plain(value, language, "moment")

        def size(count: int) -> str:
            return _size(count, language)

        return {"t": t, "when": when, "when_text": when_text, "size": size, "language": language}
