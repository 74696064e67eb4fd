"""CSV as spreadsheets in Finland open it."""

BYTE_ORDER_MARK = "\ufeff"
"""Spreadsheets take a file without it for one in an old code page and spoil å, ä and ö."""


def inert(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
