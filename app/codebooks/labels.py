"""Short names for programs, made of names for people."""

import re
import unicodedata
from collections.abc import Collection

LONGEST = 40


def label_of(name: str, taken: Collection[str] = (), otherwise: str = "code") -> str:
    """`Työn puitteet` → `tyon_puitteet`; with a number where that is taken."""
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    stem = words if words[:1].isalpha() else f"{otherwise}_{words}".strip("_")
    stem = stem[: LONGEST - 4].strip("_")
    label, number = stem, 1
    while label in taken:
        number += 1
        label = f"{stem}_{number}"
    return label
