"""Polls that come back: opened when their row is due, with what belongs to them, and how they came out over time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from lxml import etree, html
from playwright.sync_api import Browser
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.ids import RandomIds
from core.process.tables import Process
from notifications.ledger.states import MailingState
from notifications.ledger.tables import Mailing, Occurrence
from notifications.planning.obstacles import Cause, obstacles
from notifications.planning.planner import plan_all_due, plan_missed
from notifications.planning.pulse import open_turn, open_turns
from notifications.planning.timers import PlannerDeps, plan_due
from surveys.polls.ballot import Choice
from surveys.polls.kinds import Kind, State
from surveys.polls.making import close_poll
from surveys.polls.series import (
    Series,
    SeriesStateWrong,
    add_series,
    change_series,
    load_series,
    row_of,
    set_series_state,
    turns_of,
)
from surveys.polls.series_tables import PollSeries
from surveys.polls.store import Place
from surveys.recurring import clockwork
from surveys.recurring.rhythm import Rhythm, SeriesState, next_after
from tests.console.conftest import SignIn, browser, enter_console, scene, sign_in, web
from tests.dates.test_console import acts, post
from tests.notifications.office import RULES
from tests.polls.scene import add, define, named, vote
from tests.polls.test_once import FORM, filled
from tests.responses.scene import Scene
from tests.support.browser import overflow, page_of, violations
from tests.support.races import meet
from tests.support.web import RunningWeb

__all__ = ["browser", "scene", "sign_in", "web"]  # fixtures

sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
IDS = RandomIds()
FIRST = "2023-07-12T10:00"  # a Wednesday, two days ahead


def series(scene: Scene, *, running: bool = True, **rhythm: Any) -> int:
    told = Rhythm(**{"every_weeks": 4, "first": FIRST, **rhythm})
    place = Place(scene.office_id, scene.process_id, "Europe/Rome")

    def work(session: Session) -> int:
        made = add_series(session, place, ("pulse", define(Kind.SCALE), told), (None, scene.now))
        if running:
            set_series_state(session, made, SeriesState.RUNNING)
        return made

    return scene.database.write(work)


def test_a_turn_is_opened_once_with_all_that_belongs_to_it(database: Database, scene: Scene, clock: FixedClock) -> None:
    made = series(scene)
    assert database.write(lambda s: open_turns(s, IDS, clock.now())) == [], "not before its time"
    clock.advance(timedelta(days=2, hours=1))
    assert database.read(lambda s: clockwork.moments(s, PollSeries, scene.now, clock.now())) != []
    (poll_id,) = database.write(lambda s: open_turns(s, IDS, clock.now()))
    assert database.write(lambda s: open_turn(s, IDS, made, clock.now())) is None, "a second ring finds nothing"
    ((number, poll),) = database.read(lambda s: turns_of(s, made))
    assert (number, poll.id, poll.slug, poll.state) == (1, poll_id, "pulse-2023-07-12", State.OPEN)
    assert poll.definition.closes_local == "2023-07-17T18:00"
    mailings = database.read(
        lambda s: s.scalars(select(Mailing).where(Mailing.poll_id == poll_id).order_by(Mailing.id)).all()
    )
    assert [(one.kind, one.purpose, one.state) for one in mailings] == [
        ("mailing", "polls", MailingState.RELEASED), ("reminder", "polls", MailingState.RELEASED),
        ("mailing", "results", MailingState.RELEASED),
    ]  # fmt: skip
    wanted = select(Occurrence.due_local).where(Occurrence.mailing_id.in_([one.id for one in mailings]))
    dues = database.read(lambda s: s.scalars(wanted.order_by(Occurrence.mailing_id)).all())
    assert dues[1:] == ["2023-07-15T10:00", "2023-07-17T18:00"]
    assert database.read(lambda s: load_series(s, made)).next_local == "2023-08-09T10:00"
    clock.advance(timedelta(weeks=13))  # the service was off for three turns: it asks once, and keeps its rhythm
    assert len(database.write(lambda s: open_turns(s, IDS, clock.now()))) == 1
    after = database.read(lambda s: load_series(s, made))
    assert after.next_at > clock.now() and after.next_local.endswith("T10:00")
    database.write(lambda s: set_series_state(s, made, SeriesState.PAUSED))
    clock.advance(timedelta(weeks=9))
    assert database.write(lambda s: open_turns(s, IDS, clock.now())) == []
    database.write(lambda s: set_series_state(s, made, SeriesState.STOPPED))
    with pytest.raises(SeriesStateWrong):
        database.write(lambda s: set_series_state(s, made, SeriesState.RUNNING))


@sqlite
def test_on_a_quiet_day_it_opens_with_the_next_hour_of_sending(
    database: Database, scene: Scene, clock: FixedClock
) -> None:
    window = {
        "days": [0, 1, 2, 3, 4, 5],
        "from": "09:00",
        "until": "18:00",
        "quiet": [{"from": "2023-07-12", "until": "2023-07-16"}],
    }
    database.write(lambda s: s.execute(update(Process).values(send_window=window)))
    made = series(scene)
    clock.advance(timedelta(days=2, hours=1))
    database.write(lambda s: open_turns(s, IDS, clock.now()))
    ((_, poll),) = database.read(lambda s: turns_of(s, made))
    assert (poll.state, poll.definition.opens_local) == (State.PLANNED, "2023-07-17T09:00")
    assert poll.definition.closes_local is not None and poll.definition.closes_local.endswith("T17:00"), (
        "its result leaves on the day of the close"
    )
    assert database.read(lambda s: load_series(s, made)).next_local == "2023-08-09T10:00", "the rhythm stays"


def test_the_rhythm_keeps_its_hour_over_changes_of_the_clock() -> None:
    rhythm, now = Rhythm(4, "2023-02-01T02:30"), datetime(2023, 2, 1, tzinfo=UTC)
    found = []
    for _ in range(14):
        found.append(next_after(rhythm, "Europe/Rome", now))
        at = datetime.fromisoformat(found[-1])
        now = at.replace(tzinfo=UTC) + timedelta(hours=1)
    days = [datetime.fromisoformat(one) for one in found]
    assert all(later - earlier == timedelta(weeks=4) for earlier, later in pairwise(days))
    assert {f"{one:%H:%M}" for one in days} == {"02:30"}


@sqlite
@pytest.mark.parametrize("votes", [0, 1])
def test_a_result_without_votes_is_left_out_and_staff_decide(
    database: Database, scene: Scene, clock: FixedClock, votes: int
) -> None:
    made, person = series(scene), scene.participant()
    clock.advance(timedelta(days=2, hours=1))
    (poll_id,) = database.write(lambda s: open_turns(s, IDS, clock.now()))
    ((_, poll),) = database.read(lambda s: turns_of(s, made))
    database.write(lambda s: plan_all_due(s, clock.now(), RULES))  # the invitation
    for _ in range(votes):
        vote(scene, poll, person, Choice(number="4"), now=clock.now())
    clock.set(datetime(2023, 7, 17, 16, 1, tzinfo=UTC))
    database.write(lambda s: close_poll(s, IDS, poll_id, clock.now()))
    database.write(lambda s: plan_all_due(s, clock.now(), RULES))
    result = select(Mailing.id).where(Mailing.poll_id == poll_id, Mailing.purpose == "results")
    mailing = database.read(lambda s: s.scalars(result).one())
    wanted = select(Occurrence.id, Occurrence.state, Occurrence.reason).where(Occurrence.mailing_id == mailing)
    occurrence, *stands = database.read(lambda s: s.execute(wanted).one())
    causes = database.read(lambda s: [one.cause for one in obstacles(s, clock.now(), mailing_id=mailing)])
    if votes:
        assert (stands, causes) == (["planned", ""], [])
        return
    assert (stands, causes) == (["asked", "nobody-voted"], [Cause.NOBODY_VOTED])
    leaves = database.write(lambda s: plan_missed(s, occurrence, clock.now(), RULES))
    assert leaves is not None and leaves.state == "planned", "staff may let it leave all the same"


@sqlite
async def test_the_planner_rings_and_pauses_what_cannot_be_opened(
    database: Database, scene: Scene, clock: FixedClock
) -> None:
    good = series(scene)
    place = Place(scene.office_id, scene.process_id, "Europe/Rome")
    wrong = replace(define(Kind.SCALE), title={})

    def work(session: Session) -> int:
        made = add_series(session, place, ("bad", wrong, Rhythm(1, FIRST)), (None, scene.now))
        set_series_state(session, made, SeriesState.RUNNING)
        return made

    bad = database.write(work)
    clock.advance(timedelta(days=2, hours=1))
    await plan_due(PlannerDeps(database, clock, RULES))
    states = [database.read(partial(load_series, series_id=one)).state for one in (good, bad)]
    assert states == [SeriesState.RUNNING, SeriesState.PAUSED]
    assert database.read(lambda s: turns_of(s, bad)) == []


@sqlite
def test_what_has_not_begun_is_told_as_such(scene: Scene, sign_in: SignIn, clock: FixedClock) -> None:
    client, made, here = (
        sign_in("organiser"),
        series(scene, running=False),
        f"/console/processes/{scene.process_id}/polls",
    )
    add(scene, named(), "single", opened=False)
    overview = client.get(here).text
    assert "not started yet" in overview and "Single polls" in overview, "a series is no draft of a poll"
    quiet = {"days": [2], "from": "12:00", "until": "18:00"}
    scene.database.write(lambda s: s.execute(update(Process).values(send_window=quiet)))
    scene.database.write(lambda s: set_series_state(s, made, SeriesState.RUNNING))
    clock.set(datetime(2023, 7, 12, 9, tzinfo=UTC))
    scene.database.write(lambda s: open_turns(s, IDS, clock.now()))
    told = client.get(f"/console/series/{made}").text
    assert told.count("will open on") == 1 and "will open on 12 July 2023, 12:00" in told, "an hour before"


@sqlite
def test_staff_make_start_and_read_a_series(
    scene: Scene, web: RunningWeb, browser: Browser, sign_in: SignIn, clock: FixedClock
) -> None:
    poll = add(scene, named(Kind.SCALE), opened=False)
    client, path = sign_in("organiser"), f"/console/polls/{poll.id}"
    form = {"weeks": "4", "open_days": "5", "remind_days": "2", "first": "2023-07-12", "first-time": "10:00"}
    for wrong in ({"weeks": "0"}, {"open_days": "40"}, {"first": "soon"}, {"remind_days": "9"}, {"weeks": "x"}):
        refused = post(client, path, f"{path}/repeat", **form | wrong)
        assert refused.status_code == 422 and "whole numbers" in refused.text, wrong
    page = post(client, path, f"{path}/repeat", **form)
    here = page.url.path
    made = int(here.rsplit("/", 1)[1])
    assert "every 4 weeks" in page.text and "No poll of it" in page.text
    assert post(client, here, f"{here}/acts/start").status_code == 403, "whoever wrote it does not start it"
    boss = sign_in("administrator")
    assert "running" in post(boss, here, f"{here}/acts/start").text
    for week, numbers in enumerate(("4", "5", "2")):
        clock.set(datetime(2023, 7, 12, 9, tzinfo=UTC) + timedelta(weeks=4 * week))
        (turn,) = scene.database.write(lambda s: open_turns(s, IDS, clock.now()))
        opened = scene.database.read(lambda s: turns_of(s, made))[-1][1]
        vote(scene, opened, 1, Choice(number=numbers), now=clock.now())
        scene.database.write(partial(close_poll, ids=IDS, poll_id=turn, now=clock.now()))
    shown = html.fromstring(client.get(here).text)
    rows: Any = shown.xpath("//table//tr")
    cells = [[" ".join(cell.text_content().split()) for cell in row] for row in rows]
    assert ["Mean", "4.0", "5.0", "2.0"] in cells and ["5 (very much)", "0%", "100%", "0%"] in cells
    svg = shown.xpath("//svg[@role='img']")[0]  # type: ignore[index]
    assert "Mean: 4.0, 5.0, 2.0" in etree.tostring(svg, encoding="unicode")  # type: ignore[arg-type]
    kept = post(client, here, f"{here}/trend.csv")
    lines = kept.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Number,Opened on,Voted,Asked,Mean") and lines[2].split(",")[4] == "5.00"
    reader = sign_in("reader").get(here)
    assert "Took part" in reader.text and f"{here}/acts" not in reader.text and "trend.csv" not in reader.text
    assert "paused" in post(client, here, f"{here}/acts/pause").text
    assert "stopped" in post(client, here, f"{here}/acts/stop").text
    assert post(client, here, f"{here}/acts/start").status_code == 403
    assert post(client, here, f"{here}/acts/dance").status_code == 404
    with page_of(browser, narrow=True, language="en") as seen:
        seen.goto(f"{web.url}/console/sign-in")
        seen.get_by_label("E-mail address").fill("administrator1@example.org")
        seen.get_by_label("Password").fill("a long enough password")
        seen.get_by_role("button", name="Sign in").click()
        seen.get_by_role("heading", name="Processes", level=1).wait_for()
        seen.goto(web.url + here)
        assert violations(seen) == [] and overflow(seen) <= 0


@sqlite
def test_who_wrote_a_series_is_told_in_words_and_a_paused_one_opens_nothing(scene: Scene, sign_in: SignIn) -> None:
    poll, client = add(scene, named(Kind.SCALE), opened=False), sign_in("administrator")
    path = f"/console/polls/{poll.id}"
    form = {"weeks": "4", "open_days": "5", "remind_days": "2", "first": "2023-07-12", "first-time": "10:00"}
    here = post(client, path, f"{path}/repeat", **form).url.path
    refused = post(client, here, f"{here}/acts/start")
    assert refused.status_code == 403 and "You wrote this series yourself" in refused.text
    assert "one_person" not in refused.text and "mailing yourself" not in refused.text
    boss = sign_in("administrator")
    assert "12 July 2023, 10:00" in post(boss, here, f"{here}/acts/start").text
    paused = post(boss, here, f"{here}/acts/pause").text
    assert "not before the series goes on" in paused and "12 July 2023, 10:00;" not in paused


@sqlite
def test_who_starts_a_series_reads_what_is_asked_and_every_message(scene: Scene, sign_in: SignIn) -> None:
    asked = {"title": {"it": "Come sta la valle?", "en": "How is the **valley**?"}, "summary": {"it": "Un minuto."}}
    new = replace(define(Kind.SINGLE), **asked)
    place = Place(scene.office_id, scene.process_id, "Europe/Rome")
    made = scene.database.write(
        lambda s: add_series(s, place, ("pulse", new, Rhythm(4, FIRST, remind_days=2)), (None, scene.now))
    )
    page: Any = html.fromstring(sign_in("reviewer").get(f"/console/series/{made}").text)
    told = " ".join(page.text_content().split())
    for words in (
        "Come sta la valle? (Italiano) Un minuto.", "How is the **valley**? (English)", "Parco", "anonymous",
        "everybody whom the office knows", "What people will read", "Gentile Maria Rossi,", "Dear Maria Rossi,",
        "Promemoria: Come sta la valle?", "we would like to ask you: How is the **valley**?",
        "until [the day of the close]", "ecco il risultato della domanda", "[il risultato]",
    ):  # fmt: skip
        assert words in told, words
    assert "{{" not in told and "{%" not in told
    scene.database.write(
        lambda s: s.execute(update(PollSeries).where(PollSeries.id == made).values(remind_days=0, state="running"))
    )
    page = html.fromstring(sign_in("reader").get(f"/console/series/{made}").text)
    assert "Promemoria" not in page.text_content(), "who is never reminded gets no reminder"


def worded(session: Session, read: Series, title: str) -> None:
    change_series(session, read, (replace(read.definition, title={"it": title}), read.rhythm), 1)


def test_who_changes_a_series_after_somebody_else_did_is_told_so(database: Database, scene: Scene) -> None:
    made = series(scene, running=False)
    read = database.read(lambda s: load_series(s, made))
    database.write(lambda s: worded(s, read, "Prima"))
    with pytest.raises(SeriesStateWrong):
        database.write(lambda s: worded(s, read, "Dopo"))
    assert database.read(lambda s: load_series(s, made)).definition.title == {"it": "Prima"}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_of_two_who_change_a_series_at_once_the_second_is_told_so(database: Database, scene: Scene) -> None:
    made = series(scene, running=False)
    read = database.read(lambda s: load_series(s, made))
    second = meet(database, lambda s: worded(s, read, "Prima"), lambda s: worded(s, read, "Dopo"))
    with pytest.raises(SeriesStateWrong):
        second.result()
    assert database.read(lambda s: load_series(s, made)).definition.title == {"it": "Prima"}


@sqlite
def test_a_form_that_changes_nothing_leaves_a_series_as_it_runs(
    scene: Scene, sign_in: SignIn, clock: FixedClock
) -> None:
    boss, made = sign_in("administrator"), series(scene)
    new = define(Kind.SCALE, title={"it": "Come  sta?", "en": "How are you?"}, summary={"it": "Un minuto.\n\nGrazie."})
    scene.change(PollSeries, made, **row_of(new, Rhythm(4, FIRST), "Europe/Rome"))
    clock.set(datetime(2023, 7, 12, 9, tzinfo=UTC))
    scene.database.write(lambda s: open_turns(s, IDS, clock.now()))
    before, edit = scene.database.read(lambda s: load_series(s, made)), f"/console/series/{made}/edit"
    assert (before.state, before.written_by, before.next_local) == (SeriesState.RUNNING, None, "2023-08-09T10:00")
    form = filled(boss, edit, FORM)
    sent = form | {"summary-it": form["summary-it"].replace("\n", "\r\n")}  # as browsers send lines
    assert boss.post(edit, data=sent).url.path == f"/console/series/{made}"
    assert scene.database.read(lambda s: load_series(s, made)) == before
    assert acts(scene, "series.") == []
    scene.database.write(lambda s: set_series_state(s, made, SeriesState.PAUSED))
    clock.advance(timedelta(weeks=5))
    boss = sign_in("administrator")
    boss.post(edit, data=filled(boss, edit, FORM))
    after = scene.database.read(lambda s: load_series(s, made))
    assert (after.state, after.next_local) == (SeriesState.DRAFT, "2023-09-06T10:00"), "the opening that is offered"


@sqlite
def test_a_change_of_a_series_that_is_sent_twice_is_kept_once(scene: Scene, sign_in: SignIn) -> None:
    boss, made = sign_in("administrator"), series(scene)
    edit = f"/console/series/{made}/edit"
    form = filled(boss, edit, FORM)
    assert boss.post(edit, data=form | {"title-it": ""}).status_code == 422
    form |= {"title-it": "Prima"}
    for _ in range(2):
        assert boss.post(edit, data=form).url.path == f"/console/series/{made}"
    assert acts(scene, "series.") == ["series.changed"]
    boss.post(edit, data=filled(boss, edit, FORM) | {"title-it": "Dopo"})
    assert boss.post(edit, data=form).status_code == 200, "a second press that comes late"
    assert scene.database.read(lambda s: load_series(s, made)).definition.title["it"] == "Dopo"
    assert acts(scene, "series.") == ["series.changed"] * 2


@sqlite
def test_a_series_is_changed_and_is_a_draft_again(
    scene: Scene, sign_in: SignIn, web: RunningWeb, browser: Browser, clock: FixedClock
) -> None:
    boss, made = sign_in("administrator"), series(scene)
    here = f"/console/series/{made}"
    edit = f"{here}/edit"
    clock.set(datetime(2023, 7, 12, 9, tzinfo=UTC))
    scene.database.write(lambda s: open_turns(s, IDS, clock.now()))
    ((_, opened),) = scene.database.read(lambda s: turns_of(s, made))
    form = filled(boss, edit, FORM)
    assert (form["weeks"], form["first"], form["first-time"]) == ("4", "2023-08-09", "10:00")
    new = form | {"title-it": "Come va  la valle?", "weeks": "2", "first": "2023-08-02", "summary-it": "Un minuto."}
    for wrong, says in (
        ({"title-it": " "}, "question is missing in Italian"), ({"weeks": "0"}, "whole numbers"),
        ({"title-it": "x" * 301}, "longer than 300"), ({"first": "2023-07-01"}, "has passed already"),
        ({"first": "2023-07-14"}, "before the earlier one is closed"), ({"seen": "old"}, "Please look at it again"),
    ):  # fmt: skip
        refused = post(boss, edit, edit, **new | wrong)
        assert refused.status_code in {409, 422} and says in refused.text, wrong
        assert 'value="2023-0' in refused.text and "Un minuto." in refused.text, "nothing typed is lost"
    changed = post(boss, edit, edit, **new)
    assert changed.url.path == here and "not started yet" in changed.text and "Come va la valle?" in changed.text
    assert "every 2 weeks" in changed.text and "2 August 2023, 10:00" in changed.text
    assert post(boss, here, f"{here}/acts/start").status_code == 403, "whoever changed it does not start it"
    assert "running" in post(sign_in("reviewer"), here, f"{here}/acts/start").text
    ((_, still),) = scene.database.read(lambda s: turns_of(s, made))
    assert still == opened, "what was opened stays"
    clock.set(datetime(2023, 8, 2, 9, tzinfo=UTC))
    scene.database.write(lambda s: open_turns(s, IDS, clock.now()))
    (_, second) = scene.database.read(lambda s: turns_of(s, made))
    assert second[1].definition.title["it"] == "Come va la valle?"
    assert sign_in("reader").get(edit).status_code == 403
    with page_of(browser, narrow=True, language="en") as page:
        enter_console(page, web)
        page.goto(web.url + edit)
        page.get_by_role("heading", name="Change the series").wait_for()
        assert violations(page) == [] and overflow(page) <= 0
    post(boss, here, f"{here}/acts/stop")
    assert boss.get(edit).status_code == 409, "what is stopped stays so"
