"""The documentation names every key that a package accepts, every column and every condition."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.people.importing.columns import NAMES
from core.people.predicates import core_predicates
from core.process.package.sections.core import core_sections
from core.process.package.sections.places import OrganisationSection, TerritorySection
from notifications.package import notification_sections
from surveys.package import survey_sections
from surveys.responses.audience import survey_predicates

DOCS = Path(__file__).parents[2] / "docs"
PREDICATES = {**core_predicates(), **survey_predicates()}
SECTIONS = {
    name: set(keys)
    for section in (*core_sections(PREDICATES), *survey_sections(), *notification_sections())
    for name, keys in section.keys.items()
} | {"territories.csv": set(TerritorySection.columns), "organisations.csv": set(OrganisationSection.columns)}


def documented() -> dict[str, set[str]]:
    """The first column of every section's table."""
    text = (DOCS / "process-package.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    keys = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)
    return {name: set(keys.findall(body)) for name, body in zip(parts[::2], parts[1::2], strict=True)}


@pytest.mark.parametrize("section", SECTIONS)
def test_every_key_of_a_section_is_documented_and_no_other(section: str) -> None:
    assert documented()[section] == SECTIONS[section]


def test_every_people_column_and_condition_is_documented() -> None:
    text = (DOCS / "people.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"`{name}`" not in text] == []
    assert [name for name in PREDICATES if f"`{name}: " not in text] == []
