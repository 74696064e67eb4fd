"""README.txt of an export: what the variables mean, and what each format does not hold."""

from app.exports.formats.offered import Format
from app.exports.formats.workbook import Text
from app.turns.table import COLUMNS


def readme(text: Text) -> str:
    """Plain text in the reader's language."""
    lines = [text("export.readme_title"), "", text("export.readme_times"), ""]
    lines += [text("export.readme_variables"), ""]
    lines += [f"  {column}: {text(f'variable.{column}')}" for column in COLUMNS]
    lines += ["", text("export.readme_formats"), ""]
    lines += [f"  turns.{each}: {text(f'export.format_{each.lower()}')}" for each in Format]
    lines += ["", f"  transcript.vtt: {text('export.readme_transcript')}"]
    lines += ["", text("export.readme_consent"), ""]
    return "\n".join(lines)
