"""Forms for tests, written as Markdown tables."""

from __future__ import annotations

from datetime import UTC, datetime

from surveys.engine.form import Form
from surveys.xlsform.compile import compile_form
from surveys.xlsform.errors import FormError, FormErrors

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

YES_NO = """
| choices | list_name | name | label |
| | yn | si | Sì |
| | yn | no | No |
"""


def form(table: str) -> Form:
    """The form of a Markdown table; fails the test where the form has faults."""
    return compile_form(table.encode(), "form.md", name="form", version=1).form


def faults(table: str) -> tuple[FormError, ...]:
    """What is wrong with a Markdown table, () where nothing is."""
    try:
        form(table)
    except FormErrors as found:
        return found.errors
    return ()
