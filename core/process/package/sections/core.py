"""Core's sections, in the order in which they are loaded."""

from __future__ import annotations

from core.people.audience import Predicates
from core.process.package.section import Section
from core.process.package.sections.audiences import AudienceSection
from core.process.package.sections.events import EventSection
from core.process.package.sections.people import PeopleSection
from core.process.package.sections.phases import PhaseSection
from core.process.package.sections.places import OrganisationSection, TerritorySection
from core.process.package.sections.process import OfficeSection, ProcessSection
from core.process.package.sections.slots import SlotSection
from core.process.package.sections.tables import TableSection


def core_sections(predicates: Predicates) -> tuple[Section, ...]:
    """`predicates` are those of all parts of the product, for the audiences' rules."""
    return (
        OfficeSection(),
        ProcessSection(),
        PhaseSection(),
        EventSection(),
        SlotSection(),
        TableSection(),
        TerritorySection(),
        OrganisationSection(),
        PeopleSection(),
        AudienceSection(predicates),
    )
