"""Contributions: gathered from everywhere, tagged, decided about, told; and nothing outlives what was said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from lxml import html
from playwright.sync_api import Browser
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.contributions.kinds import Kind, Outcome
from core.contributions.my_data import contributions_contributor, erase_contributions
from core.contributions.store import Filter, Shown, contributions, gather
from core.contributions.tables import Contribution
from core.database.database import Database
from core.i18n import translator
from core.people.erasing import erase_person
from core.people.my_data import export_person
from core.process.room.asking import Voice
from core.process.room.moderating import moderate
from core.process.room.notes import Written, save_note
from core.process.room.tables import Question, ThematicTable
from core.process.tables import Office, Process
from core.staff.tables import Account
from core.tables import Notice
from notifications.content.email import compile_mail
from notifications.content.notices import PARAGRAPHS, notice_text
from notifications.content.telegram import compile_chat
from notifications.content.text import Setting
from notifications.contributions import every_source
from notifications.intake.my_data import erase_mails
from notifications.intake.tables import IncomingMail
from notifications.sending.outcomes import outcome_stands, outcome_words
from surveys.polls.ballot import Choice
from surveys.polls.kinds import Kind as PollKind
from surveys.polls.making import close_poll
from surveys.polls.my_data import erase_votes
from surveys.polls.store import polls_of
from surveys.responses.my_data import erase_answers
from surveys.responses.my_data_page import my_data_page
from surveys.responses.shelf import FormShelf
from surveys.results.protecting import LEAST
from tests.console.conftest import FORMULA, SignIn, browser, enter_console, scene, sign_in, web
from tests.polls.scene import BOOTH, add, define, named, vote
from tests.responses.scene import Scene
from tests.room.hall import open_room, put, set_tables
from tests.support.browser import overflow, page_of, violations
from tests.support.web import RunningWeb

__all__ = ["browser", "scene", "sign_in", "web"]  # fixtures

sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ADA, BRUNO, CARLA = 1, 2, 3
SOURCES = every_source(FormShelf(), least=1)


def said_everywhere(scene: Scene) -> None:
    """Ada answered (the scene); Bruno asks, a table talks, Carla writes in a poll and to the office."""
    room = open_room(scene)
    put(scene.database, room, Voice(participant_id=BRUNO), "Why not by tram?")
    put(scene.database, room, Voice(browser="y"), "How many trees?")
    hidden = put(scene.database, room, Voice(browser="x"), "Buy my shoes")
    scene.database.write(lambda s: moderate(s, room.event.id, hidden, "hide"))
    set_tables(scene, room.event.id, ("Air", 1, 8))
    account = Account(email="f@example.org", name="F", password="", language="en", created_at=scene.now)

    def work(session: Session) -> None:
        session.add(account)
        session.flush()
        table = session.scalars(select(ThematicTable.id)).first()
        assert table is not None
        save_note(session, Written(table, "green", account.id, "More trees", 0), scene.now)
        session.add(IncomingMail(
            received_at=scene.now, kind="none", state="for-staff", office_id=scene.office_id, participant_id=CARLA,
            subject="A bench", words="A bench near the school, please.", door="mail",
        ))  # fmt: skip

    scene.database.write(work)
    for slug, new in (("open", named(PollKind.TEXT)), ("secret", define(PollKind.TEXT))):
        poll = add(scene, new, slug)
        vote(scene, poll, CARLA, Choice(words="A fountain"), now=scene.now)
        scene.database.write(partial(close_poll, ids=BOOTH.ids, poll_id=poll.id, now=scene.now + timedelta(hours=1)))


def gathered(scene: Scene, minutes: int = 0) -> dict[tuple[Kind, str], Shown]:
    def work(session: Session) -> list[Shown]:
        process = session.get_one(Process, scene.process_id)
        gather(session, process, SOURCES, scene.now + timedelta(hours=2, minutes=minutes))
        return contributions(session, scene.process_id, SOURCES, Filter(), (0, 50))

    found = scene.database.write(work)
    return {(one.kind, one.said.text if one.said else ""): one for one in found}


def authors(database: Database) -> Mapping[str, set[int | None]]:
    found: dict[str, set[int | None]] = {}
    for one in database.read(lambda s: s.scalars(select(Contribution)).all()):
        found.setdefault(one.kind, set()).add(one.participant_id)
    return found


def test_all_that_was_said_is_one_list_and_goes_with_its_words(database: Database, scene: Scene) -> None:
    said_everywhere(scene)
    found = gathered(scene)
    assert set(found) == {
        (Kind.ANSWER, FORMULA), (Kind.QUESTION, "Why not by tram?"), (Kind.QUESTION, "How many trees?"),
        (Kind.NOTE, "More trees"),
        (Kind.WORD, "A fountain"), (Kind.MESSAGE, "A bench near the school, please."),
    }  # fmt: skip
    assert found[Kind.ANSWER, FORMULA].said.about["en"] == "Questionnaire: One proposal?"  # type: ignore[union-attr]
    assert authors(database) == {
        "answer": {ADA}, "question": {BRUNO, None}, "note": {None}, "word": {CARLA, None}, "message": {CARLA},
    }, "of the secret poll nobody is known"  # fmt: skip
    before = {one.id for one in gathered(scene).values()}
    assert {one.id for one in gathered(scene, 1).values()} == before, "what is there already keeps its record"
    erasers = (erase_answers, erase_votes, erase_mails, erase_contributions)
    for who in (ADA, BRUNO, CARLA):
        database.write(partial(erase_person, participant_id=who, erasers=erasers, now=scene.now))
    kept = authors(database)
    assert kept == {"question": {None}, "note": {None}, "word": {None}}, "what was public stays, without its author"
    assert (Kind.QUESTION, "Why not by tram?") in gathered(scene, 2)
    database.write(lambda s: s.execute(update(Question).values(state="hidden")))
    assert Kind.QUESTION not in {kind for kind, _ in gathered(scene, 3)}, "nor does a record outlive its words"


@sqlite
def test_what_few_wrote_in_secret_is_no_contribution(database: Database, scene: Scene) -> None:
    said_everywhere(scene)

    def work(session: Session) -> None:
        gather(session, session.get_one(Process, scene.process_id), every_source(FormShelf(), LEAST), scene.now)

    database.write(work)
    assert authors(database)["word"] == {CARLA}, "of the named poll alone"


@sqlite
def test_what_few_wrote_in_secret_is_not_read_if_it_was_gathered_before(scene: Scene, sign_in: SignIn) -> None:
    poll = add(scene, define(PollKind.TEXT), "secret")
    vote(scene, poll, CARLA, Choice(words="A fountain"), now=scene.now)
    scene.database.write(partial(close_poll, ids=BOOTH.ids, poll_id=poll.id, now=scene.now + timedelta(hours=1)))
    assert (Kind.WORD, "A fountain") in gathered(scene), "by the rule of before"
    client, here = sign_in("organiser"), f"/console/processes/{scene.process_id}/contributions"
    page = client.get(here).text
    token = html.fromstring(page).xpath("string(//input[@name='token']/@value)")
    taken = client.post(f"{here}.csv", data={"token": token})
    assert taken.status_code == 200 and "word in a poll" in taken.text and "A fountain" not in taken.text
    assert "A fountain" not in page and "no words to be shown" in page


def tick(client: Any, here: str, *ids: int, **data: str) -> Any:
    token = html.fromstring(client.get(here).text).xpath("string(//input[@name='token']/@value)")
    return client.post(here, data={"token": token, "chosen": [str(one) for one in ids], **data})


@sqlite
def test_staff_tag_decide_and_tell_and_people_read_it(scene: Scene, sign_in: SignIn, clock: FixedClock) -> None:
    said_everywhere(scene)
    client, here = sign_in("organiser"), f"/console/processes/{scene.process_id}/contributions"
    clock.advance(timedelta(hours=2))
    assert (
        here in client.get(f"/console/processes/{scene.process_id}").text
        and "Nothing is in the list" in client.get(here).text
    )
    assert "Why not by tram?" in tick(client, here, do="gather").text
    found = {one.said.text: one.id for one in gathered(scene, 1).values() if one.said}
    tram, bench = found["Why not by tram?"], found["A bench near the school, please."]
    for wrong, says in (
        ({"do": "tag", "axis": "x" * 81}, "at most 80"), ({"do": "tag", "goal": "18"}, "goal of the list"),
        ({"do": "decide", "outcome": "taken-up", "words-it": "Sì"}, "in each language"),
    ):  # fmt: skip
        refused = tick(client, here, tram, **wrong)
        assert refused.status_code == 422 and says in refused.text, wrong
        assert f'value="{tram}" checked' in refused.text, "what was ticked stays"
    assert "Please tick" in tick(client, here, do="tag", axis="Mobility").text
    tick(client, here, tram, do="tag", axis="Mobility", goal="11")
    shown = client.get(f"{here}?axis=Mobility&goal=11&kind=question").text
    assert "Why not by tram?" in shown and "Sustainable cities" in shown and "More trees" not in shown
    words = {"outcome": "taken-up", "words-it": "Sarà nel piano.", "words-en": "It will be in the plan.", "tell": "yes"}
    done = tick(client, here, tram, bench, found["More trees"], do="decide", **words)
    assert "is told" in done.text and "It will be in the plan." in done.text
    told = scene.database.read(lambda s: s.scalars(select(Notice).where(Notice.kind == "contribution-outcome")).all())
    assert {one.participant_id: one.values["contribution_ids"] for one in told} == {BRUNO: [tram], CARLA: [bench]}
    for language in ("it", "en", "fr"):
        text = notice_text("contribution-outcome", language)
        filled = {name: f"<{name}>" for name in ("process", "office", "outcome", "asked", *PARAGRAPHS["answer"])}
        setting = Setting("ascolto@example.org", is_notice=True, has_chat=True, fixed=filled)
        compile_mail(text, setting, has_name=True)
        said = "".join(one.fill({}) for one in compile_chat(text, setting, has_name=True).texts)
        assert all(f"&lt;{name}&gt;" in said for name in ("process", "office", "outcome", "answer_b", "asked")), said
    read = scene.database.read(lambda s: outcome_words(s, [tram], "en", LEAST))
    assert (read["outcome"], read["asked"], read["answer_a"]) == (
        "taken up",
        "Why not by tram?",
        "It will be in the plan.",
    )
    stands = [scene.database.read(partial(outcome_stands, ids=[tram], person=who)) for who in (BRUNO, CARLA)]
    assert stands == [True, False]
    page = scene.database.read(
        partial(my_data_page, shelf=FormShelf(), participant_id=BRUNO, t=translator("en"), now=scene.now)
    )
    assert "What became of what you said" in page and "taken up: It will be in the plan." in page
    known = scene.database.read(lambda s: export_person(s, BRUNO, [contributions_contributor()]))["contributions"]
    assert [(one["axis"], one["outcome"]) for one in known] == [("Mobility", "taken-up")]
    tick(client, here, tram, do="decide", outcome="")
    assert not scene.database.read(lambda s: outcome_stands(s, [tram], BRUNO)), "what is open again is not told"
    assert next(one.outcome for one in gathered(scene, 2).values() if one.id == tram) == Outcome.OPEN


@sqlite
def test_they_are_ranked_and_taken_along_by_who_may_read_them(
    scene: Scene, sign_in: SignIn, clock: FixedClock, web: RunningWeb, browser: Browser
) -> None:
    said_everywhere(scene)
    boss, here = sign_in("administrator"), f"/console/processes/{scene.process_id}/contributions"
    client = sign_in("organiser")
    clock.advance(timedelta(hours=2))
    tick(client, here, do="gather")
    found = {one.said.text: one.id for one in gathered(scene, 1).values() if one.said}
    tram, bench = found["Why not by tram?"], found["A bench near the school, please."]
    themed = html.fromstring(client.get(f"{here}?theme=Trees").text)
    assert themed.xpath("//a[text()='Trees (2)' and @aria-current]"), "words that several share are proposed"
    assert themed.xpath("string(//input[@id='axis']/@value)") == "Trees"
    assert len(themed.xpath("//input[@name='chosen' and @checked]")) == 2  # type: ignore[arg-type]
    assert "Nothing is" not in client.get(f"{here}?theme=nothing").text
    drafted = tick(client, here, tram, found[FORMULA], bench, do="ranking")
    (poll,) = [one for one in scene.database.read(polls_of) if one.kind is PollKind.RANKING]
    assert drafted.url.path == f"/console/polls/{poll.id}/edit" and len(poll.definition.options) == 3
    assert tick(client, here, tram, do="ranking").status_code == 422
    token = html.fromstring(client.get(here).text).xpath("string(//input[@name='token']/@value)")
    lines = client.post(f"{here}.csv", data={"token": token}).content.decode("utf-8-sig").splitlines()
    assert len(lines) == 8 and any("A bench near" in one for one in lines)
    assert any(f"'{FORMULA}" in one for one in lines), "no answer runs as a formula"
    assert tick(boss, here, tram, do="dance").status_code == 404
    for role in ("reader", "reviewer"):
        assert sign_in(role).get(here).status_code == 403, role
    scene.insert(Office, slug="hills", name="Hills", kind="union")
    assert sign_in("administrator", "hills").get(here).status_code == 404
    with page_of(browser, narrow=True, language="en") as seen:
        enter_console(seen, web)
        seen.goto(web.url + here)
        assert violations(seen) == [] and overflow(seen) <= 0
