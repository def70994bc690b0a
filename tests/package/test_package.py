from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from core.database.database import Database
from core.faults import FileWrong
from core.people.predicates import core_predicates
from core.people.tables import Audience, Consent, ContactPerson, Membership
from core.process.package.dates import read_day, read_moment
from core.process.package.loading import Loaded, check_package, load
from core.process.package.section import What
from core.process.package.sections.core import core_sections
from core.process.tables import Event, Office, Phase
from notifications.ledger.drawing_back import change_question
from notifications.ledger.tables import Mailing, MailingText, Occurrence
from notifications.package import notification_sections
from surveys.package import survey_sections
from surveys.responses.audience import survey_predicates
from surveys.responses.tables import FormVersion, Round
from tests.conftest import NOW

EXAMPLE = Path(__file__).parents[2] / "examples" / "psm-torino"
SECTIONS = (
    *core_sections({**core_predicates(), **survey_predicates()}),
    *survey_sections(change_question),
    *notification_sections(),
)
NEVER_OPEN = "send_window: {days: [mon], from: 09:00, until: 10:00, quiet: [{from: 2020-01-01, until: 2100-01-01}]}"


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")


def bring(database: Database, folder: Path, *, force: bool = False, start: date | None = None) -> Loaded:
    checked = check_package(folder, SECTIONS, start)
    return database.write(lambda session: load(session, checked, NOW, force=force))


def told(loaded: Loaded) -> dict[str, What]:
    """What was done, except with what is as it was."""
    return {f"{one.kind} {one.slug}": one.what for one in loaded.changes if one.what is not What.UNCHANGED}


def line_of(folder: Path, text: str) -> int:
    whole = (folder / "process.yaml").read_text(encoding="utf-8")
    return whole[: whole.index(text)].count("\n") + 1


def faults(folder: Path) -> list[str]:
    with pytest.raises(FileWrong) as caught:
        check_package(folder, SECTIONS)
    return str(caught.value).splitlines()


def test_the_example_is_loaded_and_loaded_again(database: Database) -> None:
    first = bring(database, EXAMPLE)
    assert {one.what for one in first.changes} == {What.ADDED}
    assert told(bring(database, EXAMPLE)) == {}
    people = database.read(lambda s: s.scalar(select(func.count()).select_from(Membership)))
    assert people == 400


def test_a_load_fills_the_tables(database: Database, folder: Path) -> None:
    bring(database, folder)
    round_ = database.read(lambda s: s.scalars(select(Round)).one())
    assert round_.opens_at == datetime(2023, 7, 2, 22, tzinfo=UTC)  # midnight in Rome
    assert round_.closes_at == datetime(2023, 7, 13, 22, tzinfo=UTC)  # the end of the last day
    occurrence = database.read(lambda s: s.scalars(select(Occurrence)).one())
    assert occurrence.due_local == "2023-07-04T10:00"
    mailing = database.read(lambda s: s.scalars(select(Mailing)).one())
    assert (mailing.state, mailing.released_at) == ("released", NOW)
    texts = database.read(lambda s: s.scalars(select(MailingText.subject)).all())
    assert list(texts) == ["Hello", "Hello"]
    assert database.read(lambda s: s.scalars(select(ContactPerson)).one()).capacity == "contact"
    assert database.read(lambda s: s.scalars(select(Event)).one()).starts_local == "2023-07-05T10:00"


def test_a_difference_is_a_load_rolled_back(database: Database, folder: Path) -> None:
    checked = check_package(folder, SECTIONS)
    seen = database.read(lambda session: load(session, checked, NOW))
    assert told(seen)["round first"] is What.ADDED
    assert database.read(lambda s: s.scalar(select(func.count()).select_from(Office))) == 0


def test_only_what_changed_is_written(database: Database, folder: Path) -> None:
    bring(database, folder)
    change(folder, "process.yaml", "en: Listening}", "en: Hearing}")
    change(folder, "questionnaires/asking.md", "A proposal?", "Your proposal?")
    change(folder, "messages/invitation.en.md", "Dear", "Hello")
    change(folder, "people.csv", "Person 2", "Person Two")
    assert told(bring(database, folder)) == {
        "phase listening": What.CHANGED,
        "questionnaire asking": What.CHANGED,
        "mailing invitation": What.CHANGED,
        "people people.csv": What.CHANGED,
    }
    versions = database.read(lambda s: s.scalars(select(FormVersion.version).order_by(FormVersion.version)).all())
    assert list(versions) == [1, 2]


def test_a_moved_phase_moves_rounds_and_what_is_due(database: Database, folder: Path) -> None:
    bring(database, folder)
    bring(database, folder, start=date(2023, 8, 7))
    assert database.read(lambda s: s.scalars(select(Round.opens_at)).one()) == datetime(2023, 8, 6, 22, tzinfo=UTC)
    assert database.read(lambda s: s.scalars(select(Occurrence.due_local)).one()) == "2023-08-08T10:00"


def test_what_was_edited_since_is_kept_unless_forced(database: Database, folder: Path) -> None:
    bring(database, folder)
    database.write(lambda s: s.execute(update(Phase).values(ends_on=date(2023, 7, 31))))
    database.write(lambda s: s.execute(update(Audience).values(name="Renamed")))
    database.write(lambda s: s.execute(update(MailingText).where(MailingText.language == "it").values(body="Nuovo")))
    database.write(lambda s: s.execute(update(Membership).where(Membership.reference == "P1").values(category="guest")))
    change(folder, "people.csv", "Person 1", "Person One")
    kept = told(bring(database, folder))
    assert kept == {
        "phase listening": What.KEPT,
        "audience those": What.KEPT,
        "round first": What.CHANGED,  # it closes with the phase, as that stands now
        "mailing invitation": What.KEPT,
        "people people.csv": What.KEPT,
    }
    assert told(bring(database, folder))["phase listening"] is What.KEPT  # and again
    bring(database, folder, force=True)
    assert database.read(lambda s: s.scalars(select(Phase.ends_on)).one()) == date(2023, 7, 13)
    names = database.read(lambda s: s.scalars(select(Membership.name).order_by(Membership.id)).all())
    assert list(names) == ["Person One", "Person 2", "Person 3"]


def test_all_faults_come_at_once_with_their_lines(folder: Path) -> None:
    change(folder, "process.yaml", "slug: plan", "slug: The Plan")
    change(folder, "process.yaml", "zone: hills", "zone: hils")
    change(folder, "process.yaml", "phase: listening, at: opens}", "phase: listning, at: opens}")
    change(folder, "process.yaml", "    released: true", "    relased: true")
    change(folder, "people.csv", "p2@example.org,hills", "p2.example.org,vale")
    change(folder, "questionnaires/asking.md", "| text |", "| txet |")
    change(folder, "messages/invitation.en.md", "{{ name }}", "{{ nome }}")
    change(folder, "organisations.csv", "union,borgo", "union,bogo")
    found = faults(folder)
    for place, words in (
        ("process.yaml:2:", "short name"),
        (f"process.yaml:{line_of(folder, 'slug: those')}:", "hills"),
        (f"process.yaml:{line_of(folder, 'opens: {')}:", "listening"),
        (f"process.yaml:{line_of(folder, 'relased')}:", "released"),
        ("people.csv:3 [email]:", "name@example.org"),
        ("people.csv:3 [zone]:", "Did you mean hills"),
        ("questionnaires/asking.md:", "txet"),
        ("messages/invitation.en.md:", "nome"),
        ("organisations.csv:2 [municipality]:", "borgo"),
    ):
        assert any(line.startswith(place) and words in line for line in found), (place, found)


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("audiences:", "audience:", "audience:", "audiences"),
        ("languages: [it, en]", "languages: [it, xx]", "languages", "it, en, fr"),
        ("{it: Piano, en: Plan}", "{it: Piano}", "title", "en"),
        ("starts: start, ends: start+10d", "starts: start+11d, ends: start+10d", "starts", "ends before"),
        ("starts: start, ends: start+10d", "starts: tomorrow, ends: start+10d", "starts", "tomorrow"),
        ("file: people.csv", "file: ../../etc/passwd", "source: A list", "folder"),
        ("file: people.csv", "file: peple.csv", "source: A list", "no file"),
        ("legal_basis: public-task", "legal_basis: because", "source: A list", "consent, public-task"),
        ("purpose: questionnaires", "purpose: spam", "purpose", "polls"),
        ("at: opens, days: 1", "at: opens, days: soon", "anchor", "whole number"),
        ("process:\n", "process:\n  slug: twice\n", "slug: plan", "twice"),
        ("slug: first", "slug: [first", "questionnaire: asking", "YAML"),
        ("  slug: plan\n", "", "process", "slug is missing"),
        ("questionnaire: asking", "questionnaire: askin", "questionnaire: askin", "asking"),
        ("at: opens, days: 1", "at: opens, days: 999999999", "anchor", "36500"),
        ("closes: {phase: listening, at: closes}", "closes: {phase: listening, days: 40000}", "closes", "36500"),
        ("kind: event,", "kind: event, capacity: 99999999999999999999,", "capacity", "as a number, or for each mode"),
        ("kind: event,", "kind: event, capacity: !!int many,", "launch", "many"),
        ("kind: event,", f"kind: event, capacity: {'9' * 5000},", "launch", "too large"),
        ("released: true", "released: !!bool maybe", "released", "maybe"),
        ("starts: start+2d 10:00", "starts: start+2d 10:00+01:00", "starts: start+2d", "no day and time"),
        ("{it: Piano, en: Plan}", "[Piano]", "title", "{it: ..., en: ...}"),
        ("office:", f"{NEVER_OPEN}\noffice:", "send_window", "29221"),
    ],
)
def test_a_fault_names_its_line(folder: Path, old: str, new: str, place: str, words: str) -> None:
    change(folder, "process.yaml", old, new)
    found = faults(folder)
    where = f"process.yaml:{line_of(folder, place)}:"
    assert any(line.startswith(where) and words in line for line in found), (where, found)


def test_aliases_that_grow_without_end_are_refused(folder: Path) -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
    )
    (folder / "process.yaml").write_text(bomb)
    assert any("too much" in line for line in faults(folder))


def test_a_missing_text_or_process_is_told(folder: Path) -> None:
    (folder / "messages/invitation.en.md").unlink()
    assert any(
        f"process.yaml:{line_of(folder, 'slug: invitation')}:" in line and "en" in line for line in faults(folder)
    )
    (folder / "process.yaml").unlink()
    assert "process.yaml" in faults(folder)[0]


def test_a_bad_person_leaves_nothing_behind(database: Database, folder: Path) -> None:
    bring(database, folder)
    shutil.copy(folder / "people.csv", folder / "more.csv")
    change(folder, "more.csv", "P1,", "Q1,")
    change(folder, "process.yaml", "people:\n", "people:\n  - {file: more.csv, source: B, legal_basis: consent}\n")
    change(folder, "process.yaml", "en: Plan}", "en: The plan}")
    with pytest.raises(FileWrong) as caught:
        bring(database, folder)
    assert "known as P1 already" in str(caught.value)
    assert told(bring_with(database, folder, "more.csv"))["process plan"] is What.CHANGED


def bring_with(database: Database, folder: Path, without: str) -> Loaded:
    lines = (folder / "process.yaml").read_text().splitlines(keepends=True)
    (folder / "process.yaml").write_text("".join(line for line in lines if without not in line))
    return bring(database, folder)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("start", date(2023, 7, 3)),
        ("start+12d", date(2023, 7, 15)),
        ("start - 1w", date(2023, 6, 26)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2023-02-29", None),
        ("start+99999999d", None),
        ("begin", None),
    ],
)
def test_days(text: str, day: date | None) -> None:
    assert read_day(text, date(2023, 7, 3)) == day


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("start-3d 09:30", "2023-06-30T09:30:00"),
        ("2023-09-27T09:30", "2023-09-27T09:30:00"),
        ("2023-09-27", None),
        ("start+1d 25:00", None),
    ],
)
def test_moments(text: str, moment: str | None) -> None:
    found = read_moment(text, date(2023, 7, 3))
    assert (found and found.isoformat()) == moment


def test_a_second_process_of_the_office_takes_nothing_from_the_first(database: Database, folder: Path) -> None:
    bring(database, folder)
    change(folder, "process.yaml", "slug: plan", "slug: second")
    with pytest.raises(FileWrong) as caught:
        bring(database, folder)
    assert f"process.yaml:{line_of(folder, 'slug: first')}:" in str(caught.value)
    change(folder, "process.yaml", "slug: first", "slug: again")
    change(folder, "process.yaml", "round: first", "round: again")
    change(folder, "process.yaml", "{took_part: true}, {zone: hills}", "{zone: hills}")
    with pytest.raises(FileWrong, match="The process plan has those already"):
        bring(database, folder)
    rules = database.read(lambda s: s.scalars(select(Audience.rule)).all())
    assert rules == [{"all": [{"took_part": True}, {"zone": "hills"}]}]
    change(folder, "process.yaml", "{zone: hills}", "{took_part: true}, {zone: hills}")
    assert told(bring(database, folder))["round again"] is What.ADDED


def test_a_round_that_closes_before_it_opens_by_its_phases_is_refused(database: Database, folder: Path) -> None:
    change(folder, "process.yaml", "closes: {phase: listening, at: closes}", "closes: {phase: listening, days: -3}")
    with pytest.raises(FileWrong, match="closes before it opens") as caught:
        bring(database, folder)
    assert f"process.yaml:{line_of(folder, 'closes: {phase')}:" in str(caught.value)


def test_a_withdrawal_counts_for_whom_staff_edited_too(database: Database, folder: Path) -> None:
    with_consent = "reference,name,consent_events,consent_date,consent_source\nP1,{},{},{},form\n"
    (folder / "people.csv").write_text(with_consent.format("Ada", "yes", "2023-05-02"))
    bring(database, folder)
    database.write(lambda s: s.execute(update(Membership).values(category="guest")))
    (folder / "people.csv").write_text(with_consent.format("Ada R.", "no", "2023-06-02"))
    assert told(bring(database, folder)) == {"people people.csv": What.KEPT}
    current = select(Consent.granted).where(Consent.ended_at.is_(None))
    assert database.read(lambda s: s.scalars(current).all()) == [False]


QUOTAS = """\
    most: 300
    quotas:
      - {slug: talkers, most: 5, when: "string-length(${idea}) > 9",
         title: {it: Chi scrive molto, en: Those who write much}}
"""


def with_quotas(folder: Path, quotas: str = QUOTAS) -> None:
    closes = "    closes: {phase: listening, at: closes}\n"
    change(folder, "process.yaml", closes, closes + quotas)


def test_quotas_are_loaded_and_loaded_again(database: Database, folder: Path) -> None:
    bring(database, folder)
    with_quotas(folder)
    assert told(bring(database, folder)) == {"round first": What.CHANGED}
    (found,) = database.read(lambda s: s.scalars(select(Round.quotas)).all())
    assert [(one["slug"], one["most"]) for one in found] == [("", 300), ("talkers", 5)]
    assert told(bring(database, folder)) == {}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("${idea}", "${ideas}", "ideas"),
        ("string-length(", "string-lengt(", "string-length"),
        ("most: 300", "most: 0", "between 1"),
        ("most: 5,", "most: few,", "whole number"),
        ("most: 5,", "at-most: 5,", "most"),
        ("en: Those who write much", "fr: Ceux", "en"),
    ],
)
def test_a_quota_that_cannot_work_is_refused_with_its_line(folder: Path, old: str, new: str, words: str) -> None:
    with_quotas(folder, QUOTAS.replace(old, new))
    found = faults(folder)
    first = line_of(folder, "    most:")
    places = tuple(f"process.yaml:{line}:" for line in range(first, first + 5))
    assert any(line.startswith(places) and words in line for line in found), found


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_municipality_is_put_below_its_union(database: Database, folder: Path) -> None:
    whose = "office: {slug: metro, name: Metro, kind: authority}"
    below = "office: {slug: alto, name: Alto, kind: municipality, above: hills}"
    change(folder, "process.yaml", whose, below)
    with pytest.raises(FileWrong, match=r"process.yaml:6: .*no union and no zone hills"):
        bring(database, folder)
    change(folder, "process.yaml", below, "office: {slug: hills, name: Hills, kind: union}")
    bring(database, folder)
    change(folder, "process.yaml", "office: {slug: hills, name: Hills, kind: union}", below)
    bring(database, folder)
    assert told(bring(database, folder)) == {}
    offices = database.read(lambda s: {one.slug: one for one in s.scalars(select(Office)).all()})
    assert offices["alto"].parent_id == offices["hills"].id and offices["hills"].parent_id is None
    change(folder, "process.yaml", ", above: hills", "")
    bring(database, folder)
    same = database.read(lambda s: {one.slug: one.parent_id for one in s.scalars(select(Office)).all()})
    assert same["alto"] == offices["hills"].id, "what a package does not say stays"
    change(folder, "process.yaml", "kind: municipality", "kind: zone, above: hills")
    assert any("Only a municipality" in one for one in faults(folder))
