"""Questionnaires that come back: opened when their row is due, answered, and followed from one time to the next."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from playwright.sync_api import Browser
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.i18n import translator
from core.process.tables import Office, Process
from notifications.ledger.states import MailingState
from notifications.ledger.tables import Mailing, Occurrence
from notifications.planning import timers
from notifications.planning.anchors import AnchorEndless, due_local, parse_anchor
from notifications.planning.round_pulse import open_round_turn
from notifications.planning.schedule import timetables
from notifications.planning.timers import PlannerDeps, plan_due
from surveys.recurring import clockwork
from surveys.recurring.rhythm import Rhythm, SeriesState
from surveys.recurring.series import (
    Repeated,
    Series,
    add_round_series,
    load_round_series,
    round_series_of,
    rounds_of,
    set_round_series_state,
)
from surveys.recurring.tables import RoundSeries
from surveys.recurring.trend import Wave, follow
from surveys.responses.shelf import FormShelf
from surveys.responses.tables import Answer, Questionnaire, Response
from surveys.results.counts import Given, count
from tests.console.conftest import SignIn, browser, enter_console, scene, sign_in, web
from tests.dates.test_console import post
from tests.notifications.office import RULES
from tests.package.conftest import folder
from tests.package.test_package import bring, change, faults, told
from tests.responses.scene import Scene
from tests.support.browser import overflow, page_of, violations
from tests.support.web import RunningWeb

__all__ = ["browser", "folder", "scene", "sign_in", "web"]  # fixtures

sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FIRST = "2023-07-12T10:00"  # a Wednesday, two days ahead


def series(scene: Scene, *, running: bool = True) -> int:
    def work(session: Session) -> int:
        process = session.get_one(Process, scene.process_id)
        asked = Repeated(scene.questionnaire_id, {"it": "Il polso del piano", "en": "The plan's pulse"})
        made = add_round_series(session, process, asked, Rhythm(4, FIRST), (1, scene.now))
        if running:
            set_round_series_state(session, made, SeriesState.RUNNING)
        return made

    return scene.database.write(work)


def answered(scene: Scene, round_id: int, people: list[int], given: list[dict[str, str]]) -> None:
    """Complete responses of the first of these people, as rows."""

    def work(session: Session) -> None:
        for at, values in enumerate(given):
            row = {
                "round_id": round_id, "subject_kind": "participant", "subject": str(people[at]),
                "participant_id": people[at],
                "form_version_id": scene.form_version_id, "state": "complete", "session": {}, "started_at": scene.now,
                "changed_at": scene.now, "completed_at": scene.now,
            }  # fmt: skip
            made = session.execute(insert(Response).values(row).returning(Response.id)).scalar_one()
            for name, value in values.items():
                answer = {"response_id": made, "form_version_id": scene.form_version_id, "ref": f"/data/{name}"}
                answer |= {"value": value, "language": "it", "door": "web"}
                session.execute(insert(Answer).values(**answer, answered_at=scene.now))

    scene.database.write(work)


async def test_a_round_is_opened_once_with_its_mailings(database: Database, scene: Scene, clock: FixedClock) -> None:
    made = series(scene)
    assert database.write(lambda s: open_round_turn(s, made, clock.now())) is None, "not before its time"
    clock.advance(timedelta(days=2, hours=1))
    assert database.read(lambda s: clockwork.moments(s, RoundSeries, scene.now, clock.now())) != []
    await plan_due(PlannerDeps(database, clock, RULES))
    assert database.write(lambda s: open_round_turn(s, made, clock.now())) is None, "a second ring finds nothing"
    ((number, round_),) = database.read(lambda s: rounds_of(s, made))
    assert (number, round_.slug) == (1, "follow-up-2023-07-12")
    assert round_.closes_at == datetime(2023, 7, 17, 16, tzinfo=UTC), "18:00 in Rome"
    mine = select(Mailing).where(Mailing.round_id == round_.id).order_by(Mailing.id)
    mailings = database.read(lambda s: s.scalars(mine).all())
    assert [(one.kind, one.purpose, one.state) for one in mailings] == [
        ("mailing", "questionnaires", MailingState.RELEASED), ("reminder", "questionnaires", MailingState.RELEASED),
    ]  # fmt: skip
    wanted = select(Occurrence.due_local, Occurrence.state).where(Occurrence.mailing_id.in_([m.id for m in mailings]))
    dues = database.read(lambda s: s.execute(wanted.order_by(Occurrence.mailing_id)).all())
    assert [tuple(one) for one in dues] == [("2023-07-12T11:00", "planned"), ("2023-07-15T10:00", "due")]
    assert database.read(lambda s: load_round_series(s, made)).next_local == "2023-08-09T10:00"
    clock.advance(timedelta(weeks=13))  # off for three turns: it asks once, and keeps its rhythm
    assert database.read(lambda s: clockwork.due(s, RoundSeries, clock.now())) == [made]
    assert database.write(lambda s: open_round_turn(s, made, clock.now())) is not None
    assert [one for one, _ in database.read(lambda s: rounds_of(s, made))] == [1, 2]
    assert database.read(lambda s: load_round_series(s, made)).next_at > clock.now()


@sqlite
def test_a_mailing_can_hang_on_any_round(database: Database, scene: Scene) -> None:
    scene.round("endless", closes_at=None)
    table = database.read(lambda s: timetables(s, {scene.process_id}))[scene.process_id]
    closes = table.rounds["follow-up-2023"][1]
    assert due_local(parse_anchor({"round": "follow-up-2023", "at": "closes", "days": -2}), table) == (
        closes and closes - timedelta(days=2)
    )
    with pytest.raises(AnchorEndless, match="endless"):
        due_local(parse_anchor({"round": "endless", "at": "closes"}), table)


@sqlite
def test_what_few_stand_behind_is_in_no_trend(database: Database, scene: Scene) -> None:
    form = database.read(lambda s: FormShelf().get(s, scene.form_version_id))

    def wave(number: int, **given: dict[str, int]) -> Wave:
        told = [Given(f"/data/{name}", value, times) for name, each in given.items() for value, times in each.items()]
        results = {one.ref: one for one in count(form, told, "en")}
        return Wave(number, number, date(2023, 7, number), 12, 20, results)

    waves = [
        wave(1, member={"yes": 6, "no": 6}, years={"3": 4, "5": 2}, order={"green health schools": 12}),
        wave(2, member={"yes": 10, "no": 2}, years={"3": 4}, axes={"green": 6, "green health": 6}),
        wave(3, member={"yes": 1, "no": 1}),
    ]
    found = {one.label: {line.name: line.words for line in one.lines} for one in follow(form, waves, translator("en"))}
    assert found["Are you a member?"] == {"Yes": ("50%", "*", "*"), "No": ("50%", "*", "*")}, "two could be worked out"
    assert found["For how many years?"] == {"Mean": ("3.7", "*", "–")}
    assert found["Which axes?"]["Health"] == ("–", "50%", "–")
    assert found["In which order?"]["Environment (mean place)"] == ("1.0", "–", "–")
    assert "One proposal?" not in found, "words are no line"


EVERY = """
  - slug: pulse
    questionnaire: asking
    audience: those
    title: {it: Il polso, en: The pulse}
    opens: {phase: listening, at: opens, days: 1, time: "10:00"}
    every: {weeks: 13, open_days: 7}
mailings:
"""


@sqlite
def test_a_round_with_every_in_a_package_is_a_series_that_staff_start(database: Database, folder: Path) -> None:
    change(folder, "process.yaml", "mailings:\n", EVERY.lstrip("\n"))
    bring(database, folder)
    process_id = database.read(lambda s: s.scalars(select(Process.id)).one())
    (made,) = database.read(lambda s: round_series_of(s, process_id))
    assert (made.state, made.slug, made.rhythm) == ("draft", "pulse", Rhythm(13, "2023-07-04T10:00", 7, 2))
    assert made.asked.audience_id is not None and told(bring(database, folder)) == {}
    database.write(lambda s: set_round_series_state(s, made.id, SeriesState.RUNNING))
    assert told(bring(database, folder)) == {}, "that it runs is no edit"
    change(folder, "process.yaml", "weeks: 13", "weeks: 12")
    assert told(bring(database, folder)) == {"round-series pulse": "changed"}
    again = database.read(lambda s: load_round_series(s, made.id))
    assert (again.state, again.rhythm.every_weeks) == ("draft", 12), "somebody reads what was changed"
    for old, new, words in (
        ("weeks: 12", "weeks: 1", "before the earlier one is closed"),
        ("weeks: 12, ", "", "weeks"),
        ("    every:", "    closes: start+9d\n    every:", "has no closes"),
        ("    every:", "    subject: organisation\n    every:", "has no subject"),
        ("opens: {phase: listening, at: opens, days: 1", "opens: {event: launch, at: ends, days: 1", "event"),
    ):
        whole = (folder / "process.yaml").read_text(encoding="utf-8")
        change(folder, "process.yaml", old, new)
        assert any(words in one for one in faults(folder)), new
        (folder / "process.yaml").write_text(whole, encoding="utf-8")


@sqlite
def test_another_office_sees_nothing_of_it(scene: Scene, sign_in: SignIn) -> None:
    made, _ = series(scene), scene.insert(Office, slug="hills", name="Hills", kind="union")
    other = sign_in("administrator", "hills")
    assert other.get(f"/console/round-series/{made}").status_code == 404
    assert other.get(f"/console/processes/{scene.process_id}/round-series").status_code == 404


@sqlite
async def test_one_that_cannot_be_opened_is_paused(database: Database, scene: Scene, clock: FixedClock) -> None:
    made = series(scene)
    never = {"from": "09:00", "until": "18:00", "quiet": [{"from": "2023-07-01", "until": "2028-07-01"}]}
    database.write(lambda s: s.execute(update(Process).values(send_window=never)))
    clock.advance(timedelta(days=2, hours=1))
    await plan_due(PlannerDeps(database, clock, RULES))
    found: Series = database.read(lambda s: load_round_series(s, made))
    assert found.state == SeriesState.PAUSED and database.read(lambda s: rounds_of(s, made)) == []


async def test_a_mistake_of_ours_in_one_series_holds_up_no_mailing(
    database: Database, scene: Scene, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    made = series(scene)
    monkeypatch.setattr(timers, "open_round_turn", fail)
    clock.advance(timedelta(days=2, hours=1))
    await plan_due(PlannerDeps(database, clock, RULES))
    assert database.read(lambda s: load_round_series(s, made)).state == SeriesState.PAUSED


@sqlite
def test_a_form_pressed_twice_makes_one_series(database: Database, scene: Scene, sign_in: SignIn) -> None:
    client, here = sign_in("organiser"), f"/console/processes/{scene.process_id}/round-series"
    key = re.findall(r'name="key" value="([^"]+)"', client.get(here).text)[0]
    form = {
        "questionnaire": str(scene.questionnaire_id), "audience": "", "title-it": "Il polso", "title-en": "Pulse",
        "weeks": "4", "open_days": "5", "remind_days": "0", "first": "2023-07-12", "first-time": "10:00", "key": key,
    }  # fmt: skip
    made = [post(client, here, **form).url.path for _ in range(2)]
    assert made[0].startswith("/console/round-series/") and made[1] == here
    assert database.read(lambda session: session.scalar(select(func.count()).select_from(RoundSeries))) == 1


@sqlite
def test_staff_make_start_and_follow_a_series(
    scene: Scene, web: RunningWeb, browser: Browser, sign_in: SignIn, clock: FixedClock
) -> None:
    boss, client = sign_in("administrator"), sign_in("organiser")
    here = f"/console/processes/{scene.process_id}/round-series"
    assert f'href="{here}"' in client.get(f"/console/processes/{scene.process_id}").text
    form = {
        "questionnaire": str(scene.questionnaire_id), "audience": "", "title-it": "Il polso", "title-en": "Pulse",
        "weeks": "4", "open_days": "5", "remind_days": "0", "first": "2023-07-12", "first-time": "10:00",
    }  # fmt: skip
    empty = scene.insert(Questionnaire, office_id=scene.office_id, process_id=scene.process_id, slug="empty")
    for wrong, says in (
        ({"weeks": "0"}, "whole numbers"), ({"first": "soon"}, "whole numbers"),
        ({"first": "2020-01-01"}, "has passed already"), ({"first": "9999-01-01"}, "too far away"),
        ({"title-it": " "}, "each language"),
        ({"questionnaire": "99"}, "each language"), ({"audience": "99"}, "each language"),
        ({"title-en": "x" * 201}, "at most 200"),
        ({"questionnaire": str(empty)}, "Nothing of this questionnaire"),
    ):  # fmt: skip
        refused = post(client, here, **{**form, **wrong})
        assert refused.status_code in (409, 422) and says in refused.text, wrong
        assert 'value="10:00"' in refused.text, "nothing typed is lost"
    page = post(client, here, **form)
    mine = page.url.path
    made = int(mine.rsplit("/", 1)[1])
    for words in ("every 4 weeks", "No round of it", "has a few short questions for you again: Pulse"):
        assert words in page.text, "whoever starts it reads what people will"
    assert post(client, mine, f"{mine}/acts/start").status_code == 403, "whoever wrote it does not start it"
    assert "running" in post(boss, mine, f"{mine}/acts/start").text
    given = (
        [{"member": "yes", "years": "2"}] * 5 + [{"member": "no"}] * 5,
        [{"member": "yes", "years": "4"}] * 15 + [{"member": "no"}] * 5,
        [{"member": "yes", "years": "4"}] * 2,
    )
    people = [scene.participant() for _ in range(20)]
    for week, each in enumerate(given):
        clock.set(datetime(2023, 7, 12, 9, tzinfo=UTC) + timedelta(weeks=4 * week))
        opened = scene.database.write(lambda s: open_round_turn(s, made, clock.now()))
        assert opened is not None
        answered(scene, opened, people, each)
    shown = html.fromstring(client.get(mine).text)
    rows: Any = shown.xpath("//table//tr")
    cells = [[" ".join(cell.text_content().split()) for cell in row] for row in rows]
    assert ["Yes", "50%", "75%", "*"] in cells and ["Mean", "2.0", "4.0", "*"] in cells
    assert (
        "Mean: 2.0, 4.0, *" in html.tostring(shown).decode()
        and ["Sent", "10 of 23", "20 of 23", "fewer than 5 of 23"] in cells
    )
    lines = post(client, mine, f"{mine}/trend.csv").content.decode("utf-8-sig").splitlines()
    wanted = ["Question,Answer,1 (2023-07-12),2 (2023-08-09),3 (2023-09-06)", "Are you a member?,Yes,50%,75%,*"]
    assert set(wanted) <= set(lines)
    reader = sign_in("reader")
    assert reader.get(mine).status_code == 200 and "/acts/" not in reader.get(mine).text
    token = html.fromstring(reader.get("/console").text).xpath("string(//input[@name='token']/@value)")
    for forbidden in (f"{mine}/acts/stop", f"{mine}/trend.csv", here):
        assert reader.post(forbidden, data={"token": token, **form}).status_code == 403, forbidden
    assert "paused" in post(client, mine, f"{mine}/acts/pause").text
    assert "stopped" in post(client, mine, f"{mine}/acts/stop").text
    assert post(boss, mine, f"{mine}/acts/start").status_code == 409
    assert post(boss, mine, f"{mine}/acts/dance").status_code == 404
    with page_of(browser, narrow=True, language="en") as seen:
        enter_console(seen, web)
        for path in (mine, here):
            seen.goto(web.url + path)
            assert violations(seen) == [] and overflow(seen) <= 0
