"""The consent text's Markdown as HTML: headings, paragraphs, lists and bold, nothing else.

Everything is escaped first, so that no text can bring markup of its own.
"""

import re
from collections.abc import Iterator

from markupsafe import Markup, escape


def as_html(text: str) -> Markup:
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return Markup("\n").join(html for block in blocks for html in _block(block))


def _block(block: str) -> Iterator[Markup]:
    """A heading may stand directly above its paragraph, and a paragraph above its list."""
    paragraph: list[str] = []
    items: list[str] = []
    for line in (line.strip() for line in block.splitlines()):
        heading = re.match(r"(#{1,4})\s+(.*)", line)
        item = re.match(r"[-*]\s+(.*)", line)
        if items and not heading and not item:
            items[-1] += f" {line}"  # a list item that goes on on the next line
            continue
        if paragraph and (heading or item):
            yield _paragraph(paragraph)
            paragraph = []
        if items and heading:
            yield _list(items)
            items = []
        if heading:
            level = "h2" if len(heading[1]) < 3 else "h3"
            yield Markup(f"<{level}>{{}}</{level}>").format(_inline(heading[2]))
        elif item:
            items.append(item[1])
        else:
            paragraph.append(line)
    if paragraph:
        yield _paragraph(paragraph)
    if items:
        yield _list(items)


def _paragraph(lines: list[str]) -> Markup:
    return Markup("<p>{}</p>").format(_inline(" ".join(lines)))


def _list(items: list[str]) -> Markup:
    return Markup("<ul>{}</ul>").format(
        Markup().join(Markup("<li>{}</li>").format(_inline(item)) for item in items)
    )


def _inline(text: str) -> Markup:
    return Markup(re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", str(escape(text))))
