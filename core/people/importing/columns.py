"""Which column of a people file means what: by its name in Italian or English, or as told."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.faults import Fault
from core.i18n import N_
from core.people.consent import PURPOSES
from core.people.predicates import ATTRIBUTE

NAMES: dict[str, tuple[str, ...]] = {
    "reference": ("reference", "riferimento", "codice", "id", "ref"),
    "name": ("name", "nome_e_cognome", "nominativo", "cognome_e_nome", "full_name"),
    "first_name": ("first_name", "nome"),
    "last_name": ("last_name", "surname", "cognome"),
    "email": ("email", "e_mail", "mail", "posta_elettronica", "indirizzo_email", "email_address"),
    "language": ("language", "lingua"),
    "channel": ("channel", "preferred_channel", "canale", "canale_preferito"),
    "category": ("category", "categoria"),
    "organisation": ("organisation", "organization", "organizzazione", "ente"),
    "contact": ("contact", "contact_person", "referente"),
    "municipality": ("municipality", "comune"),
    "zone": ("zone", "zona", "zona_omogenea"),
    "took_part": ("took_part", "ha_partecipato"),
    "consent_questionnaires": ("consent_questionnaires", "consenso_questionari"),
    "consent_events": ("consent_events", "consenso_eventi"),
    "consent_polls": ("consent_polls", "consenso_sondaggi"),
    "consent_results": ("consent_results", "consenso_risultati"),
    "consent_date": ("consent_date", "data_consenso"),
    "consent_source": ("consent_source", "fonte_consenso"),
    "consent_text": ("consent_text", "testo_consenso"),
}
CONSENTS = {f"consent_{purpose}": purpose for purpose in PURPOSES}
IGNORED = "-"

NO_PERSON = N_("No column says who the people are. A name or a reference is needed: {columns}")
NO_SUCH_COLUMN = N_("The file has no column {name}. Its columns are: {columns}")
NO_SUCH_FIELD = N_("{name} means nothing here. Choose one of: {fields}, an attribute's name, or - to leave it out.")
SAME_FIELD = N_("The columns {one} and {other} both mean {field}. Leave one out: --map '{other}=-'")


@dataclass(frozen=True)
class Columns:
    """Fields and attributes by the file's own column names."""

    fields: Mapping[str, str]
    attributes: Mapping[str, str]

    def column_of(self, field: str) -> str:
        return next((column for column, found in self.fields.items() if found == field), field)


def plain_name(text: str) -> str:
    """A header as a name: lower case, no accents, underscores."""
    letters = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")


def match_columns(file: str, headers: Sequence[str], told: Mapping[str, str]) -> tuple[Columns, list[Fault]]:
    """Says what every column means, and what is wrong with it; `told` maps column names to fields."""
    faults = [
        Fault(file, 1, "", NO_SUCH_COLUMN, {"name": name, "columns": ", ".join(headers)})
        for name in told
        if name not in headers
    ]
    meanings = {name: meaning for names in NAMES.items() for meaning in names[:1] for name in names[1]}
    fields: dict[str, str] = {}
    attributes: dict[str, str] = {}
    for header in headers:
        name = told.get(header, plain_name(header))
        if name == IGNORED:
            continue
        field = (name if name in NAMES else "") if header in told else meanings.get(name, "")
        if field in fields.values():
            other = next(column for column, found in fields.items() if found == field)
            faults.append(Fault(file, 1, header, SAME_FIELD, {"one": other, "other": header, "field": field}))
        elif field:
            fields[header] = field
        elif ATTRIBUTE.fullmatch(name):
            attributes[header] = name
        else:
            faults.append(Fault(file, 1, header, NO_SUCH_FIELD, {"name": name, "fields": ", ".join(NAMES)}))
    if not {"name", "first_name", "last_name", "reference"} & set(fields.values()):
        faults.append(Fault(file, 1, "", NO_PERSON, {"columns": ", ".join(headers)}))
    return Columns(fields, attributes), faults
