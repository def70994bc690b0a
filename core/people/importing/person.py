"""One row of a people file, read and checked; pure."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from core.faults import Fault
from core.i18n import LANGUAGE_UNKNOWN, LANGUAGES, N_
from core.people.addresses import normal_email
from core.people.channels import CHANNELS
from core.people.errors import EmailWrong
from core.people.importing.columns import CONSENTS, Columns
from core.people.predicates import NO, YES
from core.spreadsheet import Row

YES_WORDS = {"yes", "y", "true", "1", "x", "si", "sì", "s", "vero", "oui", "vrai"}
NO_WORDS = {"no", "n", "false", "0", "", "falso", "non", "faux"}
CAPACITIES = {"contact": "contact", "referente": "contact", "substitute": "substitute", "supplente": "substitute"}
LONGEST_NAME = 200

TOO_LONG = N_("This is too long: at most {most} characters are accepted.")
NEITHER = N_("Write yes or no instead of {value}.")
CHANNEL = N_("The channel {value} is not known. Choose one of: {known}.")
EMAIL = N_("{value} is not an e-mail address. Write it as in name@example.org.")
PLACE = N_("There is no {kind} {value}. Did you mean {near}?")
SAME_NAME = N_("{value} is the name of more than one: write the short name of the one you mean.")
NO_PLACE = N_("There is no {kind} {value}: the office has none yet. Load its places first.")
CONTACT = N_("Write contact or substitute instead of {value}, or leave it empty.")
NO_BODY = N_("Whoever is a contact person needs an organisation.")
NOBODY = N_("The row has neither a name nor a reference nor an e-mail address.")
DATE = N_("Write the date as in 2023-07-03 instead of {value}.")
PROOF = N_("A consent needs its proof: fill in consent_date and consent_source.")
FUTURE = N_("The consent's date lies in the future.")

Places = Mapping[str, Mapping[str, str]]  # by kind: slug, and name in small letters, to slug
SEVERAL = "*"  # no slug: more than one has the name


@dataclass(frozen=True)
class Person:
    """What a row says; what its file has no column for is not in `values`."""

    row: int
    reference: str | None
    email: str
    language: str
    channel: str
    values: dict[str, Any]
    attributes: dict[str, str]
    consents: dict[str, bool] = field(default_factory=dict)
    consent_at: datetime | None = None
    consent_source: str = ""
    consent_text: str = ""

    @property
    def name(self) -> str:
        return str(self.values.get("name", ""))


class PersonReader:
    """Reads rows of one file; collects what is wrong with each."""

    def __init__(self, file: str, columns: Columns, places: Places, now: datetime | None) -> None:
        self._file, self._columns, self._places, self._now = file, columns, places, now
        self._row = 0
        self._faults: list[Fault] = []

    def read(self, row: Row) -> tuple[Person | None, list[Fault]]:
        """The person of a row, or None and why not."""
        self._row, self._faults = row.number, list(row.faults)
        cells = {field: row.cells[column] for column, field in self._columns.fields.items()}
        values = self._values(cells)
        email = self._email(cells.get("email", ""))
        reference = cells.get("reference", "") or None
        if not (values.get("name") or reference or email):
            self._fault("name", NOBODY)
        consents = {purpose: self._truth(name, cells[name]) for name, purpose in CONSENTS.items() if cells.get(name)}
        person = Person(
            row.number,
            reference,
            email,
            self._choice("language", cells.get("language", "").lower(), LANGUAGES, LANGUAGE_UNKNOWN),
            self._choice("channel", cells.get("channel", "").lower(), CHANNELS, CHANNEL),
            values,
            self._attributes(row, cells),
            consents,
            self._proof(cells) if consents else None,
            cells.get("consent_source", ""),
            cells.get("consent_text", ""),
        )
        return (None if self._faults else person), self._faults

    def _fault(self, field: str, text: str, **values: str) -> None:
        self._faults.append(Fault(self._file, self._row, self._columns.column_of(field), text, values))

    def _values(self, cells: Mapping[str, str]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if {"name", "first_name", "last_name"} & set(cells):
            whole = cells.get("name") or f"{cells.get('first_name', '')} {cells.get('last_name', '')}"
            values["name"] = " ".join(whole.split())
        if "category" in cells:
            values["category"] = cells["category"]
        for name in ("name", "category"):
            if len(values.get(name, "")) > LONGEST_NAME:
                self._fault(name, TOO_LONG, most=str(LONGEST_NAME))
        for kind in ("organisation", "municipality", "zone"):
            if kind in cells:
                values[kind] = self._place(kind, cells[kind])
        if "contact" in cells:
            values["contact"] = self._contact(cells["contact"], bool(values.get("organisation")))
        return values

    def _place(self, kind: str, value: str) -> str:
        if not value:
            return ""
        known = self._places.get(kind, {})
        found = known.get(value, known.get(value.casefold(), ""))
        if found == SEVERAL:
            self._fault(kind, SAME_NAME, value=value)
        if found:
            return found
        near = difflib.get_close_matches(value.casefold(), known, 1, 0.0)
        if near:
            self._fault(kind, PLACE, kind=kind, value=value, near=near[0])
        else:
            self._fault(kind, NO_PLACE, kind=kind, value=value)
        return ""

    def _contact(self, value: str, has_body: bool) -> str:
        word = value.casefold()
        capacity = "contact" if word in YES_WORDS else "" if word in NO_WORDS else CAPACITIES.get(word)
        if capacity is None:
            self._fault("contact", CONTACT, value=value)
        elif capacity and not has_body:
            self._fault("contact", NO_BODY)
        return capacity or ""

    def _email(self, value: str) -> str:
        try:
            return normal_email(value) if value else ""
        except EmailWrong:
            self._fault("email", EMAIL, value=value[:100])
            return ""

    def _choice(self, field: str, value: str, known: tuple[str, ...], text: str) -> str:
        if value and value not in known:
            self._fault(field, text, value=value, known=", ".join(known))
        return value

    def _truth(self, field: str, value: str) -> bool:
        word = value.casefold()
        if word not in YES_WORDS | NO_WORDS:
            self._fault(field, NEITHER, value=value[:40])
        return word in YES_WORDS

    def _attributes(self, row: Row, cells: Mapping[str, str]) -> dict[str, str]:
        found = {name: row.cells[column] for column, name in self._columns.attributes.items()}
        if "took_part" in cells:
            found["took_part"] = YES if self._truth("took_part", cells["took_part"]) else NO
        return found

    def _proof(self, cells: Mapping[str, str]) -> datetime | None:
        """The beginning of the consent's day, in UTC."""
        if not cells.get("consent_date") or not cells.get("consent_source"):
            self._fault("consent_date", PROOF)
            return None
        try:
            day = date.fromisoformat(cells["consent_date"])
        except ValueError:
            self._fault("consent_date", DATE, value=cells["consent_date"][:40])
            return None
        stated = datetime(day.year, day.month, day.day, tzinfo=UTC)
        if self._now is not None and stated > self._now:
            self._fault("consent_date", FUTURE)
        return stated
