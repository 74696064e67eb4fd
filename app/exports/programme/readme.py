"""README.txt of a programme's export: what its tables are, and what their variables mean."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.codebooks.forms import FileForm
from app.exports.formats.parquet import SCHEMA as TURNS
from app.exports.formats.workbook import Text
from app.exports.models import Audience
from app.exports.programme.codings import SCHEMA as CODINGS
from app.exports.programme.codings import Coded
from app.exports.programme.material import WHERE, Material
from app.exports.programme.tables import RECORDINGS
from app.exports.readme import coding_variable, sample_words


def readme(
    text: Text, audience: Audience, found: Material, coded: Coded, sampled: Mapping[str, Any] | None
) -> str:
    """Plain text in the reader's language. `sampled`: the decision on what is indexed, if any."""
    lines = [text("export.readme_programme"), "", text(f"export.readme_for_{audience}"), ""]
    left_out = "; ".join(_left_out(found))
    lines += [text("export.readme_left_out", people=left_out), ""] if left_out else []
    lines += [text("export.readme_times"), "", text("export.readme_tables"), ""]
    lines += [text("export.readme_variables"), ""]
    lines += [f"  {name}: {text(f'variable.{name}')}" for name in TURNS]
    lines += ["", text("export.readme_codings"), ""]
    lines += [f"  {name}: {text(coding_variable(name))}" for name in CODINGS]
    lines += ["", text("export.readme_recordings"), ""]
    lines += [f"  {name}: {text(_of_recordings(name))}" for name in RECORDINGS]
    lines += ["", text("export.readme_rules_programme")]
    if coded.versions:
        lines += ["", text("export.readme_codebooks"), ""]
        lines += [f"  codebook.{form}: {text(f'export.codebook_{form}')}" for form in FileForm]
    if coded.withheld:
        lines += ["", text("export.readme_programme_withheld", count=len(coded.withheld))]
    lines += ["", text("sampling.readme"), "", f"  {sample_words(text, sampled)}"]
    return "\n".join([*lines, "", text("export.readme_consent"), ""])


def _left_out(found: Material) -> Iterable[str]:
    for part in found.parts.values():
        if out := part.agreed.left_out():
            yield f"{part.name}: {', '.join(each['pseudonym'] for each in out)}"


def _of_recordings(name: str) -> str:
    return f"variable.{name}" if name in WHERE else f"variable.recordings_{name}"
