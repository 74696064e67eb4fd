"""Names of files that are taken along: fit for every system, whatever people call things."""

import re
import unicodedata
from urllib.parse import quote

LONGEST = 40
_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\s.;,\'`%]+')
"""What Windows refuses in a name, what a header would have to escape, and blanks."""


def word(name: str) -> str:
    """Of what people named something, for a part of a file's name; nothing of it may be left."""
    whole = unicodedata.normalize("NFC", name)
    printable = "".join(each if each.isprintable() else " " for each in whole)
    return _UNFIT.sub("-", printable).strip("-")[:LONGEST].strip("-")


def attachment(name: str) -> str:
    """The header that names a download (RFC 6266). Browsers take the name in UTF-8 (RFC 8187);
    what knows only ASCII gets it without the dots and rings of its letters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    beside = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'attachment; filename="{plain}"{beside}'
