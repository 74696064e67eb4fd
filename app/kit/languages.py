"""One catalogue per language (gettext .po), for pages, problems and browser modules alike."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from babel.core import negotiate_locale
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parents[1] / "web" / "languages"
LANGUAGES = ("fi", "sv", "en")
DEFAULT = "fi"


class Languages:
    """Every text by its key. A key without a text is shown as the key, and a test fails."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._texts = {language: _read(folder / language) for language in LANGUAGES}

    def text(self, key: str, language: str, **values: object) -> str:
        text = self.catalogue(language).get(key, key)
        return text.format(**values) if values else text

    def catalogue(self, language: str) -> Mapping[str, str]:
        return self._texts.get(language, self._texts[DEFAULT])

    def negotiate(self, accept_language: str) -> str:
        """The language that suits an Accept-Language header best (RFC 9110 §12.5.4)."""
        wanted: list[tuple[float, str]] = []
        for part in accept_language[:500].split(","):
            name, _, quality = part.strip().partition(";q=")
            try:
                wanted.append((-float(quality or 1), name.split("-")[0].lower()))
            except ValueError:
                continue
        order = [name for _, name in sorted(wanted, key=lambda pair: pair[0])]
        return negotiate_locale(order, LANGUAGES) or DEFAULT


@cache  # some thousand texts, which a process need not read twice
def _read(folder: Path) -> Mapping[str, str]:
    texts: dict[str, str] = {}
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file)
        texts |= {str(m.id): str(m.string) for m in catalogue if m.id and m.string}
    return MappingProxyType(texts)
