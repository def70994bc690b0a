"""What `ascolto form check` tells about a form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.i18n import Translator, translator
from surveys.xlsform.compile import compile_form
from surveys.xlsform.errors import FormErrors


def check_json(path: Path, t: Translator | None = None) -> dict[str, Any]:
    """`{"errors": [{"sheet", "row", "column", "text"}], "warnings": [...]}`; no error: it can be used."""
    t = t or translator("en")
    try:
        compiled = compile_form(path, path.name, name=path.stem, version=1)
    except FormErrors as faults:
        return {"errors": [one.to_json(t) for one in faults.errors], "warnings": []}
    return {"errors": [], "warnings": [one.to_json(t) for one in (*compiled.stumbles, *compiled.warnings)]}
