"""What changed from one text to the next, as HTML: <del> and <ins> inside the changed lines."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from markupsafe import Markup

LONGEST = 1_500
"""Words compared one by one, in each of two changed passages. Higher: comparing takes longer than
typing. Lower: a long passage that was changed in one place is struck out whole."""
SKIPPED = Markup('<p class="skipped" aria-hidden="true">⋯</p>')


def as_html(before: str, after: str) -> Markup:
    """The changed lines only, with a sign where others lie between. Empty when nothing changed."""
    old, new = _lines(before), _lines(after)
    found: list[Markup] = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new).get_opcodes():
        if tag == "equal":
            found.append(SKIPPED)
        elif tag == "replace":
            found.append(_line(_words("\n".join(old[i:j]), "\n".join(new[k:m]))))
        else:
            found += [_line(_marked("del", line)) for line in old[i:j]]
            found += [_line(_marked("ins", line)) for line in new[k:m]]
    return Markup("\n").join(found) if found != [SKIPPED] else Markup()


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _words(before: str, after: str) -> Markup:
    old, new = _split(before), _split(after)
    if max(len(old), len(new)) > LONGEST:
        return _marked("del", before) + Markup("\n") + _marked("ins", after)
    found = Markup()
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found += "".join(old[i:j])
            continue
        found += _marked("del", "".join(old[i:j]))
        found += _marked("ins", "".join(new[k:m]))
    return found


def _split(text: str) -> Sequence[str]:
    return re.findall(r"\s+|\S+", text)


def _marked(tag: str, text: str) -> Markup:
    return Markup(f"<{tag}>{{}}</{tag}>").format(text) if text else Markup()


def _line(html: Markup) -> Markup:
    return Markup('<p class="changed">{}</p>').format(html)
