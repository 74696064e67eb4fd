"""What a table must have so that spreadsheets open it well and obey nothing in it.

A spreadsheet that opens a table with another separator than it was written with sees cells begin in
the middle of ours: after a comma, a semicolon, a tab or the end of a line. A cell that begins with
one of `=+-@`, a tab or a return is a formula, or may become one.
"""

import re

BYTE_ORDER_MARK = "\ufeff"
"""Spreadsheets take a file without it for one in an old code page and spoil å, ä and ö."""

_BEGINS = r"(?:^|(?<=[,;\t\r\n]))"
"""Where a cell begins to somebody."""
_LIVE = re.compile(_BEGINS + r"""(?="*[=+\-@\t\r])""")
"""Quotation marks at the beginning of a cell are no part of it."""
_MARKED = re.compile(_BEGINS + r"""(?="*[=+\-@\t\r'])""")
_MARK = re.compile(_BEGINS + r"""'(?="*[=+\-@\t\r'])""")


def inert(text: str) -> str:
    """Text of which a spreadsheet takes nothing for a formula, whatever it separates cells by: an
    apostrophe stands before what it would."""
    return _LIVE.sub("'", text)


def marked(text: str) -> str:
    """`inert`, and apostrophes that stood in such places are doubled, so that `unmarked` finds the
    text again."""
    return _MARKED.sub("'", text)


def unmarked(text: str) -> str:
    """What was `marked`."""
    return _MARK.sub("", text)
