from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.database.database import Database
from core.faults import FileWrong
from core.people.consent import consents
from core.people.exporting import export_people
from core.people.importing.importing import Became, Report, import_people
from core.people.importing.writing import Origin
from core.people.tables import Address, ContactPerson, Membership, Organisation, Participant
from tests.conftest import NOW
from tests.people import scene

GOOD = """riferimento;nome;cognome;e-mail;comune;zona;ha partecipato;ente;referente;Asse preferito
A1;Ada;Riva;ADA@example.org;Borgo Alto;hills;sì;rete;referente;mobilità
A2;Bo;Neri;hall@example.org;citta;;no;;;
A3;Cleo;Neri;hall@example.org;;;;;;
"""


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


class Office:
    """An office that imports files."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.id = database.write(scene.office)

    def take(self, content: str | bytes, name: str = "people.csv", **told: str) -> Report:
        path = write(self.folder / name, content)
        origin = Origin(self.id, "a list", "public-task")
        return self.database.write(lambda session: import_people(session, path, origin, NOW, told))

    def faults(self, content: str | bytes, name: str = "people.csv") -> list[tuple[int, str, str]]:
        before = self.count()
        with pytest.raises(FileWrong) as caught:
            self.take(content, name)
        assert self.count() == before
        return [(one.line, one.column, one.text.format(**one.values)) for one in caught.value.faults]

    def count(self) -> int:
        return self.database.read(lambda s: s.scalar(select(func.count()).select_from(Participant))) or 0

    def member(self, reference: str) -> Membership:
        statement = select(Membership).where(Membership.reference == reference, Membership.office_id == self.id)
        return self.database.read(lambda s: s.scalars(statement).one())


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return Office(database, tmp_path)


def test_people_come_in_with_italian_headers(office: Office) -> None:
    report = office.take(GOOD)
    assert report.counts[Became.ADDED] == 3
    assert report.columns["comune"] == "municipality"
    assert report.attributes == {"Asse preferito": "asse_preferito"}
    ada = office.member("A1")
    assert (ada.name, ada.source, ada.legal_basis) == ("Ada Riva", "a list", "public-task")
    assert ada.attributes == {"asse_preferito": "mobilità", "took_part": "yes"}
    assert None not in {ada.organisation_id, ada.municipality_id, ada.zone_id}
    mails = office.database.read(lambda s: s.scalars(select(Address.value).order_by(Address.id)).all())
    assert list(mails) == ["ada@example.org", "hall@example.org", "hall@example.org"]
    contact = office.database.read(lambda s: s.scalars(select(ContactPerson)).one())
    assert (contact.participant_id, contact.capacity) == (ada.participant_id, "contact")


def test_the_same_file_again_changes_nothing(office: Office) -> None:
    office.take(GOOD)
    again = office.take(GOOD)
    assert again.counts[Became.UNCHANGED] == again.rows == 3
    assert office.count() == 3


def test_a_changed_row_changes_its_person_and_leaves_other_columns_alone(office: Office) -> None:
    office.take(GOOD)
    report = office.take("reference,name,email,asse_preferito\nA1,Ada Rivas,ada.rivas@example.org,\n")
    assert report.counts[Became.CHANGED] == 1
    ada = office.member("A1")
    assert ada.name == "Ada Rivas"
    assert ada.attributes == {"took_part": "yes"}
    assert ada.zone_id is not None
    statement = select(Address.value).where(Address.participant_id == ada.participant_id)
    assert office.database.read(lambda s: list(s.scalars(statement))) == ["ada.rivas@example.org"]


def test_without_a_reference_name_and_email_tell_people_apart(office: Office) -> None:
    office.take("name,email\nAda,hall@example.org\nBo,hall@example.org\n")
    report = office.take("name,email\nADA,HALL@example.org\nCleo,hall@example.org\n")
    assert (report.counts[Became.CHANGED], report.counts[Became.ADDED]) == (1, 1)
    assert office.count() == 3


def test_another_offices_people_are_not_looked_at(office: Office, tmp_path: Path) -> None:
    office.take(GOOD)
    other = office.database.write(lambda session: scene.office(session, "valley"))
    path = write(tmp_path / "same.csv", "reference,name,email\nA1,Ada Riva,ada@example.org\n")
    report = office.database.write(lambda s: import_people(s, path, Origin(other, "x", "public-task"), NOW))
    assert report.counts[Became.ADDED] == 1
    assert office.count() == 4


def test_every_wrong_row_is_told_and_none_is_stored(office: Office) -> None:
    office.take(GOOD)
    found = office.faults(
        "reference,name,email,comune,lingua,referente\n"
        "B1,Dan,dan@@example.org,,,\n"
        "B2,Eva,eva@example.org,Borgo Alt,xx,\n"
        "B2,Eva Again,,,,\n"
        "B3,Ada Riva,ada@example.org,,,\n"
        ",,,,,\n"
        "B4,Fay,fay@example.org,,,chief\n"
    )
    assert sorted((row, column) for row, column, _ in found) == [
        (2, "email"), (3, "comune"), (3, "lingua"), (5, ""), (7, "referente"),
    ]  # fmt: skip
    words = {row: text for row, _, text in found}
    assert "dan@@example.org" in words[2]
    assert "A1" in words[5]


def test_a_repeated_row_names_the_first(office: Office) -> None:
    assert office.faults("reference,name\nA,Ada\nB,Bo\nA,Ann\n") == [
        (4, "", "The reference A stands in row 2 already.")
    ]
    assert office.faults("name,email\nAda,a@example.org\nada,A@example.org\n")[0][0] == 3


@pytest.mark.parametrize("words", [("yes", "no"), ("sì", "falso"), ("oui", "non"), ("Vrai", "faux")])
def test_a_consent_needs_its_proof(office: Office, words: tuple[str, str]) -> None:
    found = office.faults("reference,name,consent_events\nA1,Ada,yes\n")
    assert found[0][:2] == (2, "consent_date")
    head = "reference,name,consent_events,consent_polls,consent_date,consent_source,consent_text\n"
    assert "future" in office.faults(f"{head}A1,Ada,yes,no,2030-01-01,form,v1\n")[0][2]
    yes, no = words
    office.take(f"{head}A1,Ada,{yes},{no},2023-05-01,form,v1\n")
    person = office.member("A1").participant_id
    stands = office.database.read(lambda s: consents(s, person, office.id))
    assert stands == {("events", "email"): True, ("polls", "email"): False}


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.csv", "empty"),
        (b"name\nAda\0\n", "a.csv", "NUL"),
        (b"reference,Reference\n1,2\n", "a.csv", "twice"),
        (b"town,colour\nx,y\n", "a.csv", "name or a reference"),
        (b'name\n"Ada\n', "a.csv", "quotation"),
        (b"name\n=cmd()\n", "a.csv", "formula"),
        (b"name\n" + b"x" * 1_000_000 + b"\n", "a.csv", "too long"),
        (b"name\n" + b"x" * 20_000 + b"\n", "a.csv", "too long"),
        (b"name\nAda,Bo\n", "a.csv", "no name in the first row"),
        (b"PK\x03\x04 not a zip", "a.xlsx", "damaged"),
        (b"%PDF-1.7", "a.pdf", "not a table"),
        (b"nome,name,first_name\na,b,c\n", "a.csv", "both mean"),
    ],
)
def test_hostile_files_have_a_clear_answer(office: Office, content: bytes, name: str, words: str) -> None:
    assert any(words in text for _, _, text in office.faults(content, name))


@pytest.mark.parametrize(
    ("content", "warned"),
    [
        ("nome\tcomune\nNicolò\tcitta\n".encode("utf-16"), False),
        ("\ufeffnome,comune\nNicolò,citta\n".encode(), False),
        ("nome;comune\nNicolò;Città Bassa\n".encode("cp1252"), True),
    ],
)
def test_other_encodings_are_understood(office: Office, content: bytes, warned: bool) -> None:
    report = office.take(content)
    assert bool(report.warnings) is warned
    assert office.database.read(lambda s: s.scalars(select(Membership.name)).all()) == ["Nicolò"]


def test_a_spreadsheet_is_read_and_its_formulas_are_not(office: Office, tmp_path: Path) -> None:
    def book(*rows: list[Any]) -> bytes:
        made = Workbook()
        for row in rows:
            made.active.append(row)  # type: ignore[union-attr]
        packed = io.BytesIO()
        made.save(packed)
        return packed.getvalue()

    report = office.take(book(["reference", "name", "took_part"], [17, "Ada", True], [None, None, None]), "p.xlsx")
    assert report.counts[Became.ADDED] == 1
    assert office.member("17").attributes == {"took_part": "yes"}
    assert office.faults(book(["name"], ["=1+1"]), "p.xlsx")[0][:2] == (2, "name")


def test_columns_may_be_told(office: Office) -> None:
    report = office.take("Chi è,Note\nAda,secret\n", **{"Chi è": "name", "Note": "-"})
    assert (report.columns, report.attributes) == ({"Chi è": "name"}, {})


def test_a_dry_run_is_the_import_rolled_back(office: Office, tmp_path: Path) -> None:
    path = write(tmp_path / "people.csv", GOOD)

    def dry(session: Session) -> Report:
        return import_people(session, path, Origin(office.id, "x", "public-task"), NOW)

    assert office.database.read(dry).counts[Became.ADDED] == 3
    assert office.count() == 0


def test_what_is_exported_can_be_imported_and_is_no_formula(office: Office, tmp_path: Path) -> None:
    office.take("reference,name,axis\nA1,+Ada,@x\nA2,'=Bo,\n")
    out = io.StringIO()
    assert office.database.read(lambda s: export_people(s, office.id, out)) == 2
    cells = [cell for row in csv.reader(io.StringIO(out.getvalue())) for cell in row]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    again = office.take(out.getvalue())
    assert again.counts[Became.UNCHANGED] == 2


def test_many_people_are_imported_in_batches(office: Office) -> None:
    rows = "".join(f"R{n},Person {n},p{n}@example.org\n" for n in range(1300))
    assert office.take("reference,name,email\n" + rows).counts[Became.ADDED] == 1300
    last = office.member("R1299")
    statement = select(Address.value).where(Address.participant_id == last.participant_id)
    assert office.database.read(lambda s: s.scalar(statement)) == "p1299@example.org"


def test_a_reference_given_later_finds_the_person_by_name_and_address(office: Office) -> None:
    office.take("name,email\nAda Riva,ada@example.org\n")
    again = office.take("reference,name,email\nA1,Ada Riva,ada@example.org\n")
    assert (again.counts[Became.CHANGED], office.count()) == (1, 1)
    assert office.member("A1").name == "Ada Riva"


def test_a_shared_mailbox_without_names_goes_by_references(office: Office) -> None:
    report = office.take("reference,email\nA1,hall@example.org\nA2,hall@example.org\n")
    assert report.counts[Became.ADDED] == 2
    assert office.take("reference,email\nA3,hall@example.org\n").counts[Became.ADDED] == 1


def test_of_two_bodies_with_one_name_the_row_must_say_which(office: Office) -> None:
    twin = {"office_id": office.id, "slug": "rete-2", "name": "Rete Verde", "kind": "third-sector"}
    office.database.write(lambda session: scene.put(session, Organisation, **twin))
    ((line, column, text),) = office.faults("name,organisation\nAda,Rete Verde\n")
    assert (line, column) == (2, "organisation")
    assert "Rete Verde is the name of more than one" in text
    assert office.take("name,organisation\nAda,rete-2\n").counts[Became.ADDED] == 1


def test_who_speaks_for_two_bodies_goes_on_speaking_for_the_other(office: Office) -> None:
    office.take("reference,name,organisation,contact\nA1,Ada,rete,yes\n")
    other = select(Organisation.id).where(Organisation.slug == "lega")

    def speak(session: Session) -> None:
        who = {"participant_id": office.member("A1").participant_id, "capacity": "contact"}
        scene.put(session, ContactPerson, organisation_id=session.scalars(other).one(), **who)

    office.database.write(speak)
    office.take("reference,name,organisation,contact\nA1,Ada,,\n")
    left = office.database.read(lambda s: s.scalars(select(ContactPerson.organisation_id)).all())
    assert left == [office.database.read(lambda s: s.scalars(other).one())]
