"""README.txt of an export: what the variables mean, and what each format does not hold."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.codebooks.forms import FileForm
from app.coding.codes import Codes
from app.exports.formats.offered import Format
from app.exports.formats.workbook import Text, code_variable
from app.turns.models import TurnIndex
from app.turns.table import COLUMNS


def readme(
    text: Text,
    index: TurnIndex | None,
    codes: Codes,
    sampled: Mapping[str, Any] | None,
    beside: Sequence[str],
) -> str:
    """Plain text in the reader's language. `sampled`: the decision on what is indexed, and what it
    says of this recording; None where nothing was decided. `beside`: what is said of observation
    notes and of the chat."""
    lines = [text("export.readme_title"), "", text("export.readme_times"), ""]
    lines += [text("export.readme_variables"), ""]
    lines += [f"  {column}: {text(f'variable.{column}')}" for column in COLUMNS]
    names = [column.name for column in codes.columns]
    lines += [f"  {name}: {text(code_variable(name))}" for name in names]
    if index is not None:
        lines += ["", text("export.readme_rules"), "", f"  {index.version}"]
        lines += [f"  {name}: {value}" for name, value in index.parameters.items()]
        lines += ["", f"  {text('export.readme_heard')}"] if "speech" in index.parameters else []
    lines += ["", text("export.readme_codes_withheld")] if codes.is_withheld else []
    lines += ["", text("export.readme_formats"), ""]
    lines += [f"  turns.{each}: {text(f'export.format_{each.lower()}')}" for each in Format]
    if codes.versions:
        lines += [f"  codebook.{form}: {text(f'export.codebook_{form}')}" for form in FileForm]
    lines += ["", text("sampling.readme"), "", f"  {_sampling(text, sampled)}"]
    lines += ["", f"  transcript.vtt: {text('export.readme_transcript')}"]
    lines += [line for words in beside for line in ("", f"  {words}")]
    lines += ["", text("export.readme_consent"), ""]
    return "\n".join(lines)


def _sampling(text: Text, sampled: Mapping[str, Any] | None) -> str:
    if sampled is None:
        return text("sampling.readme_none")
    how = {**sampled["parameters"], "seed": sampled["seed"], "reason": sampled["reason"]}
    counts = {"chosen": sampled["chosen"], "population": sampled["population"]}
    words = [
        text(f"sampling.readme_{sampled['method']}", **how),
        text("sampling.readme_counts", **counts),
        text(f"sampling.readme_{sampled['this_recording']}"),
    ]
    return " ".join(words)
