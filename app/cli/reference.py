"""The settings as text: `.env.example`, so that no setting is undocumented."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from app.kit.settings import Section, Settings


def environment_example() -> str:
    """Every setting as a commented line with its default, below what it means."""
    lines = [
        "# Settings of eMessi. Every line is optional; the values shown are the defaults.",
        "# Written by `emessi settings`; change the descriptions in app/kit/settings.py.",
    ]
    for name, field in _fields(Settings, "EMESSI_"):
        lines += ["", f"# {field.description}", f"#{name}={_shown(field.default)}"]
    return "\n".join(lines) + "\n"


def _fields(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield from _fields(field.annotation, f"{prefix}{name.upper()}__")
        else:
            yield prefix + name.upper(), field


def _shown(default: Any) -> str:
    if default is None or isinstance(default, SecretStr):
        return ""
    return "[]" if default == [] else str(default)
