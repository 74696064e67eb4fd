"""README.txt of an export: what the variables mean, and what each format does not hold."""

from app.exports.formats.offered import Format
from app.exports.formats.workbook import Text
from app.turns.models import TurnIndex
from app.turns.table import COLUMNS


def readme(text: Text, index: TurnIndex | None) -> str:
    """Plain text in the reader's language."""
    lines = [text("export.readme_title"), "", text("export.readme_times"), ""]
    lines += [text("export.readme_variables"), ""]
    lines += [f"  {column}: {text(f'variable.{column}')}" for column in COLUMNS]
    if index is not None:
        lines += ["", text("export.readme_rules"), "", f"  {index.version}"]
        lines += [f"  {name}: {value}" for name, value in index.parameters.items()]
    lines += ["", text("export.readme_formats"), ""]
    lines += [f"  turns.{each}: {text(f'export.format_{each.lower()}')}" for each in Format]
    lines += ["", text("export.readme_consent"), ""]
    return "\n".join(lines)
