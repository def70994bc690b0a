"""The mailings around an event by one entry of a package, and its thematic tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from core.database.database import Database
from core.faults import FileWrong
from core.people.tables import Audience, Participant
from core.process.package.items import digest
from core.process.package.loading import check_package, load
from core.process.package.section import What
from core.process.room.tables import TablePlan, TableSeat, TableTheme, ThematicTable
from core.process.room.themes import save_plan
from core.process.tables import Event, PackageItem
from notifications.ledger.tables import Mailing, MailingText, Occurrence
from notifications.ready.pieces import NAMES
from notifications.ready.preparing import Wanted, prepare_set
from surveys.responses.tables import Round
from tests.conftest import NOW
from tests.package.test_package import EXAMPLE, SECTIONS, bring, change, faults, told

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
EVENT = "starts: start+2d 10:00, ends: start+2d 12:00}"
SET = "starts: start+2d 10:00, ends: start+2d 12:00, set: {invite: those, released: true}}"
TABLES = """\
starts: start+2d 10:00, ends: start+2d 12:00,
     tables: {themes: [{title: {it: Acqua, en: Water}, tables: 2, seats: 8}, {title: {it: Aria, en: Air}, seats: 6}],
              axes: {green: Ambiente}, wishes: false, mix: [zone]}}"""


@pytest.fixture
def package(folder: Path) -> Path:
    change(folder, "process.yaml", EVENT, SET)
    return folder


def due(database: Database) -> dict[str, str]:
    """When the released mailings of the set are due, local."""
    found = select(Mailing.slug, Occurrence.due_local).join(Occurrence, Occurrence.mailing_id == Mailing.id)
    found = found.where(Mailing.slug.startswith("launch-"), Mailing.state == "released").order_by(Mailing.id)
    return {row.slug: row.due_local for row in database.read(lambda session: session.execute(found).all())}


def test_one_entry_brings_the_whole_set_and_once(database: Database, package: Path) -> None:
    bring(database, package)
    assert due(database) == {
        "launch-invitation": "2023-06-14T10:00",
        "launch-reminder-week": "2023-06-28T10:00",
        "launch-reminder-day": "2023-07-04T10:00",
        "launch-reminder-hours": "2023-07-05T08:00",
        "launch-thanks": "2023-07-06T10:00",
        "launch-missed-you": "2023-07-06T10:00",
    }
    asked = database.read(lambda s: s.scalars(select(Round).where(Round.slug == "plan.launch-satisfaction")).one())
    assert f"{asked.opens_at:%Y-%m-%dT%H:%M}" == "2023-07-05T10:00", "as the event ends"
    assert told(bring(database, package)) == {}
    wanted = Wanted(NAMES, invite=1)
    assert database.write(lambda session: prepare_set(session, 1, wanted, 1, NOW)) == [], "the console finds it there"
    change(package, "process.yaml", "start+2d 10:00, ends: start+2d 12:00", "start+3d 10:00, ends: start+3d 12:00")
    assert told(bring(database, package))["round plan.launch-satisfaction"] is What.CHANGED
    assert due(database)["launch-reminder-hours"] == "2023-07-06T08:00"


def test_what_the_package_says_itself_stands_in_the_place_of_the_set(database: Database, package: Path) -> None:
    own = "---\nsubject: Domani!\n---\nA domani.\n"
    for language in ("it", "en"):
        (package / f"messages/launch-reminder-day.{language}.md").write_text(own, encoding="utf-8")
    change(package, "process.yaml", "set: {invite: those", "set: {leave_out: [invitation, reminder-week, satisfaction]")
    change(package, "process.yaml", "mailings:\n", "mailings:\n  - {slug: launch-missed-you, kind: mailing, "
           "purpose: events, audience: those, ready: missed-you, anchor: {event: launch, hours: 3}}\n")  # fmt: skip
    bring(database, package)
    assert list(due(database)) == ["launch-reminder-day", "launch-reminder-hours", "launch-thanks"]
    subjects = select(MailingText.subject).where(MailingText.language == "it", MailingText.subject.contains("Domani"))
    assert database.read(lambda session: session.scalars(subjects).all()) == ["Domani!"]
    thanks = select(MailingText.buttons).join(Mailing, Mailing.id == MailingText.mailing_id)
    for buttons in database.read(lambda s: s.scalars(thanks.where(Mailing.slug == "launch-thanks")).all()):
        assert [one["kind"] for one in buttons] == ["event-page"], "no questionnaire, no button for it"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("invite: those", "invite: these", "There is no audience these. Did you mean those?"),
        ("invite: those, ", "", "Write whom it invites"),
        ("invite: those", "invite: those, leave_out: [thank-you]", "Write what is left out as a list of"),
        ("invite: those", "invite: those, leave_out: thanks", "Write what is left out as a list of"),
        ("invite: those", "invites: those", "Did you mean invite?"),
        ("slug: launch,", "slug: The Launch,", "The Launch is no short name"),
        ("kind: event,", "kind: appointment,", "Only an event of kind event or meeting"),
        ("set: {invite: those, released: true}", "set: yes", "Keys and values are expected here"),
        ("file: questionnaires/asking.md", "ready: asking", "asking cannot stand after ready"),
        (", file: questionnaires/asking.md", "", "A questionnaire needs a file, or ready"),
    ],
)
def test_what_is_wrong_with_a_set_is_said_at_its_line(
    package: Path, old: str, new: str, said: str, database_url: str
) -> None:
    change(package, "process.yaml", old, new)
    found = [one for one in faults(package) if said in one]
    assert len(set(found)) == 1 and found[0].startswith("process.yaml:"), faults(package)


def test_short_names_of_events_are_kept_with_their_process(database: Database, folder: Path) -> None:
    rule = "{all: [{took_part: true}, {zone: hills}]}"
    change(folder, "process.yaml", rule, "{rsvp: {event: launch, reply: online}}")
    bring(database, folder)
    kept = select(Audience.rule).where(Audience.slug == "those")
    assert database.read(lambda s: s.scalars(kept).one()) == {"rsvp": {"event": "plan/launch", "reply": "online"}}
    bare = {"rsvp": {"event": "launch", "reply": "online"}}  # as an earlier release kept it
    loaded = digest({"name": "Those who took part", "rule": bare})
    database.write(lambda s: s.execute(update(Audience).where(Audience.slug == "those").values(rule=bare)))
    database.write(lambda s: s.execute(update(PackageItem).where(PackageItem.slug == "those").values(digest=loaded)))
    assert told(bring(database, folder)) == {"audience those": What.CHANGED}
    assert database.read(lambda s: s.scalars(kept).one())["rsvp"]["event"] == "plan/launch"


def tables(database: Database) -> list[tuple[str, int, int]]:
    """Theme, number and seats of each table."""
    found = select(TableTheme.title, ThematicTable.number, ThematicTable.seats)
    found = found.join(ThematicTable, ThematicTable.theme_id == TableTheme.id).order_by(ThematicTable.number)
    return [(row.title["en"], row.number, row.seats) for row in database.read(lambda s: s.execute(found).all())]


def test_tables_are_loaded_once_and_follow_the_package(database: Database, folder: Path) -> None:
    change(folder, "process.yaml", EVENT, TABLES)
    assert "tables launch" in told(bring(database, folder))
    assert tables(database) == [("Water", 1, 8), ("Water", 2, 8), ("Air", 3, 6)]
    plan = database.read(lambda session: session.scalars(select(TablePlan)).one())
    assert (plan.axes, plan.wishes_open, plan.mix) == ([{"value": "green", "label": "Ambiente"}], False, ["zone"])
    assert told(bring(database, folder)) == {}
    change(folder, "process.yaml", "en: Air}, seats: 6", "en: The air}, tables: 2, seats: 7")
    assert told(bring(database, folder)) == {"tables launch": What.CHANGED}
    assert tables(database) == [("Water", 1, 8), ("Water", 2, 8), ("The air", 3, 7), ("The air", 4, 7)]
    database.write(lambda session: save_plan(session, 1, [], wishes_open=True))  # in the console
    change(folder, "process.yaml", "seats: 7", "seats: 5")
    assert told(bring(database, folder)) == {"tables launch": What.KEPT}
    bring(database, folder, force=True)
    assert tables(database)[2:] == [("The air", 3, 5), ("The air", 4, 5)]


def test_tables_at_which_somebody_sits_are_not_taken_away(database: Database, folder: Path) -> None:
    change(folder, "process.yaml", EVENT, TABLES)
    bring(database, folder)

    def seat(session) -> None:  # type: ignore[no-untyped-def]
        person = session.scalars(select(Participant.id).limit(1)).one()
        session.execute(insert(TableSeat).values(event_id=1, participant_id=person, table_id=2, told=0))

    database.write(seat)
    change(folder, "process.yaml", "tables: 2, seats: 8", "tables: 1, seats: 8")
    with pytest.raises(FileWrong, match="The tables of launch stay as they are: Table 2 cannot be taken away"):
        bring(database, folder)
    assert len(tables(database)) == 3


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("seats: 8", "seats: 101", "must lie between 1 and 100"),
        ("seats: 8", "chairs: 8", "The key chairs is unknown here"),
        ("it: Aria, en: Air", "it: Acqua, en: Water", "Acqua stands there twice as a theme"),
        ("mix: [zone]", "mix: [age]", "Write what tables are mixed by"),
        ("en: Air", "fr: Air", "has no text in en"),
    ],
)
def test_what_is_wrong_with_tables_is_said(folder: Path, old: str, new: str, said: str, database_url: str) -> None:
    change(folder, "process.yaml", EVENT, TABLES)
    change(folder, "process.yaml", old, new)
    assert any(said in one for one in faults(folder)), faults(folder)


def test_the_example_has_its_sets_and_tables(database: Database) -> None:
    checked = check_package(EXAMPLE, SECTIONS)
    changes = database.write(lambda session: load(session, checked, NOW)).changes
    brought = {f"{one.kind} {one.slug}" for one in changes}
    events = database.read(lambda session: session.scalars(select(Event.slug)).all())
    public = [slug for slug in ("launch", "listening-event", "co-planning-event") if slug in events]
    assert {f"mailing {slug}-{name}" for slug in public for name in NAMES} <= brought
    assert "tables co-planning-event" in brought and len(tables(database)) == 27
    assert all(one.what is What.UNCHANGED or one.kind == "people" for one in bring(database, EXAMPLE).changes)
