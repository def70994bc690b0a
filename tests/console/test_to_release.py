"""Whoever may release finds on the console's first page what waits for them, and on every page how much."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser
from sqlalchemy import ColumnElement, event, update
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.process.tables import Office, Process
from core.staff.accounts import Staff
from core.staff.roles import Role
from notifications.ledger.tables import Mailing, MailingText, Occurrence
from notifications.review.store import drafts
from notifications.review.today import count_to_release
from surveys.polls.series import set_series_state
from surveys.polls.series_tables import PollSeries
from surveys.polls.tables import Poll
from surveys.recurring.rhythm import Rhythm, SeriesState
from surveys.recurring.series import Repeated, add_round_series
from tests.console.conftest import SignIn, browser, enter_console, scene, sign_in
from tests.console.test_mailings import seen, state, tried, web, write
from tests.console.test_pages import text_of, tree
from tests.polls.scene import add, named
from tests.polls.test_quick import village
from tests.polls.test_releasing import ask_for_bench
from tests.polls.test_series import series
from tests.responses.scene import Scene
from tests.support.browser import overflow, page_of, violations
from tests.support.web import RunningWeb

__all__ = ["browser", "scene", "sign_in", "tried", "web"]  # fixtures


OTHERS = "//section[@aria-labelledby='for-others']"


def links(client: httpx.Client) -> list[str]:
    """Where the list of what waits leads to."""
    found = tree(client.get("/console")).xpath("//section[@aria-labelledby='to-release']//a/@href")
    return [str(one) for one in found]


def written(client: httpx.Client) -> str:
    """What stands in the list of what waits for somebody else."""
    return " ".join(" ".join(one.text_content().split()) for one in tree(client.get("/console")).xpath(OTHERS))


def counted(client: httpx.Client) -> str:
    """The number beside the entry of the navigation, on another page than the first."""
    entry = tree(client.get("/console/questionnaires")).xpath("//nav//a[@href='/console#to-release']")
    return " ".join(entry[0].text_content().split()) if entry else ""


def test_who_may_release_finds_what_is_due_in_the_coming_days(
    sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    author, reviewer = sign_in("administrator"), sign_in("reviewer")
    page = write(author, database)
    assert links(reviewer) == [] and counted(reviewer) == "", "it is due in weeks"
    clock.set(clock.now().replace(month=8, day=1))
    author, reviewer, organiser = (sign_in(one) for one in ("administrator", "reviewer", "organiser"))
    assert links(reviewer) == [page] and counted(reviewer) == "To be released (1)"
    shown = text_of(reviewer.get("/console"))
    assert (
        "To be released (1) This waits for you: nothing of it leaves" in shown
        and "It is due on: 3 August 2023" in shown
    )
    assert links(organiser) == [] and counted(organiser) == "", "who may not release is shown nothing"
    reviewer.post(page.replace("review", "acts/release"), data=seen(reviewer, page))
    assert links(reviewer) == [] and counted(reviewer) == ""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_wrote_it_is_not_asked_and_a_poll_waits_from_the_day_it_is_written(
    scene: Scene, sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    office = village(database, clock, one_person=False)
    clerk, reviewer, other = sign_in("clerk", "valprato"), sign_in("reviewer", "valprato"), sign_in("reviewer")
    ask_for_bench(clerk)
    assert len(links(reviewer)) == 2 and counted(reviewer) == "To be released (2)"
    assert "waits with its poll to be released" in text_of(reviewer.get("/console"))
    assert links(other) == [], "it is of another office"
    assert links(sign_in("administrator", "valprato")) == links(reviewer)
    database.write(lambda s: s.execute(update(Poll).values(office_id=scene.office_id)))
    assert links(reviewer) == [], "what is said of another office's poll leaves with that office's own"
    database.write(lambda s: s.execute(update(Poll).values(office_id=office)))
    author = Mailing.poll_id.is_not(None)
    database.write(lambda s: s.execute(update(Mailing).where(author).values(written_by=2)))
    assert links(reviewer) == [] and links(clerk) == [], "the reviewer wrote it now, and a clerk may not release"
    scene.change(Office, office, one_person=True)
    assert len(links(clerk)) == 2 and len(links(reviewer)) == 2, "in an office of one person whoever writes releases"
    database.write(lambda s: s.execute(update(Poll).values(closes_at=clock.now() - timedelta(days=1))))
    assert len(links(clerk)) == 1 and "Il risultato" in text_of(clerk.get(links(clerk)[0])), (
        "of a poll that is over only the result"
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whoever_asked_finds_what_waits_for_somebody_else_and_for_whom(
    scene: Scene, sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    office = village(database, clock, one_person=False)
    clerk = sign_in("clerk", "valprato")
    assert written(clerk) == ""
    ask_for_bench(clerk)
    assert written(clerk).startswith("Waits for a colleague's release (2)") and counted(clerk) == ""
    assert "Nobody else of the office may release it." in written(clerk)
    reviewer, _ = sign_in("reviewer", "valprato"), sign_in("reader", "valprato")
    assert "May be released by: The reviewer" in written(clerk) and "reader" not in written(clerk)
    assert written(reviewer) == "" and len(links(reviewer)) == 2
    polls = series(scene, running=False)
    database.write(lambda s: s.execute(update(PollSeries).values(written_by=1, office_id=office)))
    assert "Waits for a colleague's release (3)" in written(clerk) and f"/console/series/{polls}" in links(reviewer)
    database.write(lambda s: s.execute(update(Mailing).values(state="released")))
    assert "colleague's release (1)" in written(clerk)
    database.write(lambda s: set_series_state(s, polls, SeriesState.RUNNING))
    assert written(clerk) == ""
    scene.change(Office, office, one_person=True)
    database.write(lambda s: s.execute(update(Mailing).values(state="draft")))
    assert written(clerk) == "" and len(links(clerk)) == 2, "there it waits for whoever wrote it"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_series_waits_for_whoever_may_start_it_and_not_for_its_writer(
    scene: Scene, sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    author, reviewer, writer = sign_in("administrator"), sign_in("reviewer"), sign_in("organiser")
    village(database, clock)
    polls = series(scene, running=False)
    rounds = database.write(lambda s: add_round_series(s, *asked_again(s, scene), (1, scene.now)))
    paths = [f"/console/series/{polls}", f"/console/round-series/{rounds}"]
    database.write(lambda s: s.execute(update(PollSeries).values(written_by=1)))
    assert links(reviewer) == paths and counted(reviewer) == "To be released (2)"
    shown = text_of(reviewer.get("/console"))
    assert "series of polls, waits to be started · The first one opens on: 12 July 2023, 10:00" in shown
    assert all(reviewer.get(one).status_code == 200 for one in paths)
    for one in (author, writer, sign_in("reviewer", "valprato")):
        assert links(one) == [] and counted(one) == "", "its writer, who may not, and another office"
    database.write(lambda s: set_series_state(s, polls, SeriesState.RUNNING))
    assert links(reviewer) == paths[1:] and counted(reviewer) == "To be released (1)"
    scene.change(Office, scene.office_id, one_person=True)
    assert links(author) == paths[1:], "where one person does everything they start their own"


def asked_again(session: Session, scene: Scene) -> tuple[Process, Repeated, Rhythm]:
    title = {"it": "Come va?", "en": "How are you?"}
    process = session.get_one(Process, scene.process_id)
    return process, Repeated(scene.questionnaire_id, title), Rhythm(4, "2023-07-12T10:00")


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What is asked of the database within."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        asked.append(" ".join(statement.split()))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_waits_is_counted_for_pages_alone_and_for_all_offices_at_once(
    scene: Scene, sign_in: SignIn, database: Database
) -> None:
    client, counts = sign_in("organiser"), "SELECT (SELECT count(*) AS count_1 FROM mailing"
    others = [scene.insert(Office, slug=f"other-{one}", name="Other", kind="zone") for one in range(3)]
    many = Staff(1, "Vera", "en", dict.fromkeys([scene.office_id, *others], Role.ORGANISER))
    with statements(database) as asked:
        assert database.read(lambda s: count_to_release(s, many, scene.now)) == 0
    assert len([one for one in asked if one.startswith("SELECT")]) == 1, "no statement more for each office"
    page = "/console/questionnaires"
    with statements(database) as asked:
        token = str(tree(client.get(page)).xpath("string(//input[@name='token']/@value)"))
    assert len([one for one in asked if one.startswith(counts)]) == 1
    path = f"/console/rounds/{scene.round_id}/export.csv"
    with statements(database) as asked:
        table = client.post(path, data={"token": token})
    assert table.headers["Content-Type"].startswith("text/csv")
    assert asked and not [one for one in asked if one.startswith(counts)], "a table shows no number"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_waits_is_read_at_once_however_much_of_it_there_is(
    scene: Scene, sign_in: SignIn, database: Database
) -> None:
    polls = [add(scene, named(), f"poll-{one}").id for one in range(2)]

    def draft(slug: str, process_id: int, poll_id: int | None) -> int:
        made = scene.insert(
            Mailing, office_id=scene.office_id, process_id=process_id, slug=slug, kind="mailing", purpose="polls",
            anchor={}, missed={}, state="draft", poll_id=poll_id,
        )  # fmt: skip
        scene.insert(
            MailingText, mailing_id=made, language="en", subject="{{ poll }} {{ process }}", body="", buttons=[]
        )
        scene.insert(
            Occurrence, mailing_id=made, key="", due_local="2023-07-11T10:00", time_zone="Europe/Rome",
            due_at=scene.now + timedelta(days=1), state="due", values={},
        )  # fmt: skip
        return made

    processes = [
        scene.insert(
            Process, office_id=scene.office_id, slug=f"p{one}", title={"en": f"Process {one}"}, summary={},
            languages=["en"], time_zone="Europe/Rome", send_window={}, retention={},
        ) for one in range(2)
    ]  # fmt: skip
    made = [draft(f"m{at}-{process}", process, poll) for process in processes for at, poll in enumerate((*polls, None))]

    def asked_for(which: ColumnElement[bool], count: int) -> int:
        with statements(database) as asked:
            assert len(database.read(lambda s: drafts(s, which))) == count
        return len([one for one in asked if one.startswith("SELECT")])

    assert asked_for(Mailing.id == made[0], 1) == asked_for(Mailing.id.in_(made), 6)
    reviewer = sign_in("reviewer")
    with statements(database) as asked:
        shown = text_of(reviewer.get("/console"))
    assert shown.count("Where shall the bench stand? Process 0") == 2 and "{{ poll }} Process 1" in shown
    assert shown.count("It is due on: 11 July 2023, 10:00") == 6
    assert len([one for one in asked if one.startswith("SELECT occurrence.mailing_id, occurrence.due_at")]) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_release_is_asked_once_more_and_says_what_leaves_and_when(
    sign_in: SignIn, database: Database, clock: FixedClock, browser: Browser, web: RunningWeb
) -> None:
    sign_in("administrator")
    page_path = write(sign_in("administrator"), database)  # the second account's
    mailing = int(page_path.split("/")[3])
    with page_of(browser, narrow=True, language="en-GB") as page:
        enter_console(page, web)
        page.goto(f"{web.url}{page_path}?done=release")
        assert page.get_by_text("It is released").count() == 0, "an address tells nothing that is not so"
        page.locator("summary", has_text="Release").click()
        asked = page.locator(".sure")
        for words in ("Release it? It leaves at its time.", "2 people would get it.", "As people read it"):
            assert words in asked.inner_text()
        assert violations(page) == [] and overflow(page) <= 0
        assert state(database, mailing) == "draft"
        page.get_by_role("button", name="Yes: Release").click()
        said = "It is released: 2 messages leave, the first on 3 August 2023, 09:30."
        page.get_by_role("status").get_by_text(said).wait_for()
        assert state(database, mailing) == "released"
        assert violations(page) == [] and overflow(page) <= 0
        page.get_by_role("button", name="Pause").click()
        page.get_by_role("status").get_by_text("Paused.").wait_for()
