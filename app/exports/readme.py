"""README.txt of an export: what the variables mean, and what each format does not hold."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.codebooks.forms import FileForm
from app.exports.agreed import Agreed
from app.exports.formats.codings import COLUMNS as OF_CODINGS
from app.exports.formats.offered import Format, described
from app.exports.formats.rows import COLUMNS, code_variable
from app.exports.formats.workbook import Text
from app.exports.listing import Listing


def readme(
    text: Text,
    found: Listing,
    sampled: Mapping[str, Any] | None,
    agreed: Agreed,
    beside: Sequence[str],
) -> str:
    """Plain text in the reader's language. `sampled`: the decision on what is indexed, and what it
    says of this recording; None where nothing was decided. `beside`: what is said of observation
    notes and of the chat."""
    index, codes = found.in_use, found.codes
    lines = [text("export.readme_title"), "", *_audience(text, agreed)]
    lines += [text("export.readme_times"), "", text("export.readme_tables"), ""]
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
    lines += [f"  turns.{each}: {described(each, text)}" for each in Format]
    if codes.versions:
        lines += [f"  codebook.{form}: {text(f'export.codebook_{form}')}" for form in FileForm]
    if found.turns.given or found.turns.notes:
        lines += ["", text("export.readme_codings"), ""]
        lines += [f"  {column}: {text(coding_variable(column))}" for column in OF_CODINGS]
    lines += ["", text("sampling.readme"), "", f"  {sample_words(text, sampled)}"]
    lines += ["", f"  transcript.vtt: {text('export.readme_transcript')}"]
    lines += [line for words in beside for line in ("", f"  {words}")]
    lines += ["", text("export.readme_consent"), ""]
    return "\n".join(lines)


def _audience(text: Text, agreed: Agreed) -> list[str]:
    """For whom it is, who is not in it, and who may be quoted from it."""
    left_out = ", ".join(each["pseudonym"] for each in agreed.left_out())
    lines = [text(f"export.readme_for_{agreed.audience}"), ""]
    lines += [text("export.readme_left_out", people=left_out), ""] if left_out else []
    return [*lines, text("export.readme_may_quote", people=", ".join(agreed.quotable()) or "–"), ""]


def coding_variable(column: str) -> str:
    return f"variable.{column}" if column in COLUMNS else f"variable.coding_{column}"


def sample_words(text: Text, sampled: Mapping[str, Any] | None) -> str:
    """Of a recording, or of the whole sample."""
    if sampled is None:
        return text("sampling.readme_none")
    how = {**sampled["parameters"], "seed": sampled["seed"], "reason": sampled["reason"]}
    counts = {"chosen": sampled["chosen"], "population": sampled["population"]}
    words = [
        text(f"sampling.readme_{sampled['method']}", **how),
        text("sampling.readme_counts", **counts),
    ]
    if "this_recording" in sampled:
        words.append(text(f"sampling.readme_{sampled['this_recording']}"))
    return " ".join(words)
