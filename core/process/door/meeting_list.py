"""The attendance list that a meeting program exports, whatever program it was. Pure.

What is known of them: a CSV (commas, semicolons or tabs; UTF-8, UTF-16 or Windows-1252) with a line that names the
columns somewhere near its top, and a row for each time that somebody joined, or for each person.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

MOST_ROWS = 20_000
LOOKED_AT = 60  # lines in which the names of the columns are looked for
COLUMNS = {
    "name": (
        "name", "full name", "participant", "participant name", "attendee", "display name", "name (original name)",
        "nome", "nome completo", "partecipante", "nome utente", "nome e cognome", "nome (nome originale)", "nom",
        "nom complet", "participant(e)", "nom d'utilisateur", "nom (nom d'origine)", "user name",
    ),
    "first": ("first name", "nome proprio", "prénom"),
    "last": ("last name", "surname", "cognome", "nom de famille"),
    "email": (
        "email", "e-mail", "user email", "email address", "attendee email", "participant email", "indirizzo email",
        "indirizzo e-mail", "posta elettronica", "e-mail utente", "adresse e-mail", "adresse email", "courriel",
        "participant id (upn)", "id partecipante (upn)", "id du participant (upn)", "upn",
    ),
    "joined": (
        "join time", "time joined", "first join", "joined", "joined at", "ora di accesso", "ora di ingresso",
        "primo accesso", "primo ingresso", "heure d'arrivée", "première connexion", "première arrivée",
    ),
    "left": (
        "leave time", "time exited", "last leave", "left", "left at", "ora di uscita", "ultima uscita",
        "heure de départ", "dernier départ",
    ),
    "duration": (
        "duration", "duration (minutes)", "total duration (minutes)", "in-meeting duration", "attendance duration",
        "time in session (minutes)", "time in session", "durata", "durata (minuti)", "durata totale (minuti)",
        "durata nella riunione", "durata partecipazione", "durée", "durée (minutes)", "durée totale (minutes)",
        "durée de la réunion", "durée de présence",
    ),
}  # fmt: skip
NAMED = {words: column for column, many in COLUMNS.items() for words in many}
MOMENTS = (
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%y %I:%M:%S %p",
    "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%d/%m/%y %H:%M:%S",
)  # fmt: skip
PARTS = re.compile(r"(\d+(?:[.,]\d+)?)\s*(h|m|s)[a-zàé.]*", re.IGNORECASE)
CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})")


class NoList(ValueError):
    """There is no line that names the columns."""


@dataclass(frozen=True)
class Attendee:
    """Somebody on the list, all times that they joined taken together; `minutes` None where the list says none."""

    name: str
    email: str
    minutes: float | None = None
    joined: datetime | None = None  # on the clock of whoever exported the list

    @property
    def label(self) -> str:
        return self.name or self.email


def read_list(content: bytes) -> list[Attendee]:
    """Everybody on the list, in its order; raises NoList."""
    rows = _rows(_text(content))
    for number, row in enumerate(rows[:LOOKED_AT]):
        places = _places(row)
        if "email" in places or "name" in places or {"first", "last"} <= places.keys():
            return _together(_attendees(rows[number + 1 :], row, places))
    raise NoList


def minutes_in(text: str) -> float | None:
    """A duration as programs write it (`90`, `1h 2m 3s`, `1 h 5 min`, `01:30:00`), None for what is none."""
    told = text.strip()
    if not told:
        return None
    if found := CLOCK.fullmatch(told):
        hours, minutes, seconds = (int(one or 0) for one in found.groups())
        return hours * 60 + minutes + seconds / 60
    if parts := PARTS.findall(told):
        worth = {"h": 60.0, "m": 1.0, "s": 1 / 60}
        return sum(float(number.replace(",", ".")) * worth[unit.lower()] for number, unit in parts)
    try:
        found_number = float(told.replace(",", "."))
    except ValueError:
        return None
    return found_number if 0 <= found_number < 100_000 else None


def moment_in(text: str) -> datetime | None:
    """A date with a time of the day, without a zone; None for what is none."""
    told = " ".join(text.replace(",", " ").split())
    try:
        return datetime.fromisoformat(told).replace(tzinfo=None)
    except ValueError:
        pass
    for form in MOMENTS:
        try:
            return datetime.strptime(told, form)  # noqa: DTZ007 - the list names no zone
        except ValueError:
            continue
    return None


def _text(content: bytes) -> str:
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _rows(text: str) -> list[list[str]]:
    """By the delimiter that the line with the columns' names has most of."""
    clean = text.replace("\x00", "")
    lines = clean.splitlines()[:LOOKED_AT]
    named = [line for line in lines if any(word in line.casefold() for word in ("name", "nom", "mail"))] or lines
    delimiter = max("\t;,", key=lambda one: max((line.count(one) for line in named), default=0))
    try:
        found = csv.reader(io.StringIO(clean), delimiter=delimiter)
        return [row for row, _ in zip(found, range(MOST_ROWS), strict=False)]
    except csv.Error as error:
        raise NoList from error


def _places(row: Sequence[str]) -> dict[str, int]:
    """Where the columns stand, the first of each; an e-mail before an account's name."""
    places: dict[str, int] = {}
    for number, cell in enumerate(row):
        column = NAMED.get(" ".join(cell.split()).casefold().strip("\ufeff*:"))
        if column is not None:
            places.setdefault(column, number)
    return places


def _attendees(rows: Iterable[Sequence[str]], head: Sequence[str], places: dict[str, int]) -> Iterable[Attendee]:
    """Down to the end of that table: a second one in the same file says the same people minute by minute."""
    for row in rows:
        if not any(cell.strip() for cell in row):
            return

        def cell(name: str, row: Sequence[str] = row) -> str:
            place = places.get(name, -1)
            return " ".join(row[place].split())[:300] if 0 <= place < len(row) else ""

        if list(row) == list(head):
            continue
        name = cell("name") or " ".join(filter(None, (cell("first"), cell("last"))))
        email = cell("email").casefold() if "@" in cell("email") else ""
        if not name and not email:
            continue
        joined, left, minutes = moment_in(cell("joined")), moment_in(cell("left")), minutes_in(cell("duration"))
        if minutes is None and joined is not None and left is not None and left >= joined:
            minutes = (left - joined).total_seconds() / 60
        yield Attendee(name, email, minutes, joined)


def _together(found: Iterable[Attendee]) -> list[Attendee]:
    """Who left and came back is one person, with the minutes of all times: by address, else by name."""
    known: dict[str, Attendee] = {}
    for one in found:
        key = one.email or one.name.casefold()
        before = known.get(key)
        if before is None:
            known[key] = one
            continue
        told = [minutes for minutes in (before.minutes, one.minutes) if minutes is not None]
        joined = min(filter(None, (before.joined, one.joined)), default=None)
        known[key] = replace(before, minutes=sum(told) if told else None, joined=joined)
    return list(known.values())
