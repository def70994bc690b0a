"""Questions that share their choices, as one table (XLSForm appearances "table-list" and "list-nolabel")."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby

from surveys.engine.prompts import Option
from web.public.controls import Control

MOST_COLUMNS = 7  # with more, each question stands by itself


@dataclass(frozen=True)
class Table:
    """Rows with a choice in each, under one row of headings."""

    caption: str
    columns: tuple[Option, ...]
    rows: tuple[Control, ...]


def parts_of(controls: Iterable[Control]) -> tuple[Control | Table, ...]:
    """What stands on a page: questions, and tables of those that belong together."""
    found: list[Control | Table] = []
    for shared, group in groupby(controls, _shared):
        if shared is None:
            found += group
        else:
            found.append(_table(tuple(group)))
    return tuple(found)


def _shared(control: Control) -> tuple[str, str, tuple[Option, ...]] | None:
    """What rows of one table have in common, None for what stands alone."""
    prompt = control.prompt
    known = "list-nolabel" in prompt.appearance and control.widget in ("radio", "checkbox")
    if not known or len(control.options) > MOST_COLUMNS:
        return None
    return control.widget, prompt.heading, control.options


def _table(rows: tuple[Control, ...]) -> Table:
    first = rows[0]
    return Table(first.prompt.heading, first.options, tuple(replace(row, in_table=True) for row in rows))
