"""Who releases a poll's invitation reads what they open: the question with all that belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import select, update

from core.clock import FixedClock
from core.database.database import Database
from core.staff.tables import AuditEntry
from notifications.ledger.states import MailingState
from notifications.ledger.tables import Mailing, MailingText
from surveys.polls.kinds import Kind, Rules, State
from surveys.polls.making import change_poll, close_poll
from surveys.polls.poll import Poll
from surveys.polls.store import load_poll, polls_of
from tests.console.conftest import SignIn, scene, sign_in, web
from tests.console.test_pages import text_of, tree
from tests.dates.test_console import post
from tests.polls.scene import BOOTH
from tests.polls.test_option_pictures import send
from tests.polls.test_poll_form import form_of as fields_of
from tests.polls.test_quick import village
from tests.responses.scene import Scene
from tests.support.attachments import png

__all__ = ["scene", "sign_in", "web"]  # fixtures

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the service has both


def states(database: Database) -> list[str]:
    found = select(Mailing.state).where(Mailing.poll_id.is_not(None)).order_by(Mailing.id)
    return list(database.read(lambda session: session.scalars(found).all()))


def mailings_about(database: Database, poll: Poll) -> Sequence[int]:
    """The numbers of the invitation and of the result."""
    found = select(Mailing.id).where(Mailing.poll_id == poll.id).order_by(Mailing.id)
    return database.read(lambda session: session.scalars(found).all())


def ask_for_bench(clerk: httpx.Client) -> None:
    """A question from a template, with its invitation and the message with its result, all of them drafts."""
    path = "/console/ask/bench"
    token = clerk.get(path).text.split('name="token" value="')[1].split('"')[0]
    clerk.post(path, data={"token": token})


def form_of(client: httpx.Client, path: str) -> dict[str, str]:
    page = client.get(path).text
    return {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("token", "revision")}


def test_the_page_shows_what_is_opened_and_the_result_goes_along(
    scene: Scene, sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    village(database, clock, one_person=False)
    clerk, reviewer = sign_in("clerk", "valprato"), sign_in("reviewer", "valprato")
    ask_for_bench(clerk)
    (poll,) = database.read(polls_of)
    multiple = {"kind": Kind.MULTIPLE, "rules": Rules(Kind.MULTIPLE, least=1, most=2)}
    wider = type(poll.definition)(**{**vars(poll.definition), **multiple})
    database.write(lambda session: change_poll(session, poll.id, wider, clock.now()))
    invitation, result = mailings_about(database, poll)
    review = f"/console/mailings/{invitation}/review"
    page = reviewer.get(review).text
    for words in (
        "Dove mettiamo", "several options", "At most 2 of them", "anonymous", "Voters are told", "July 2023",
        "Releasing this opens the poll", f"/console/mailings/{result}/review", f'href="/console/polls/{poll.id}"',
    ):  # fmt: skip
        assert words in page, words
    for option in poll.definition.options:
        assert option.label["it"] in page
    assert "Releasing this opens" not in reviewer.get(f"/console/mailings/{result}/review").text
    paused = update(Mailing).where(Mailing.id == invitation)
    database.write(lambda session: session.execute(paused.values(state="paused")))
    page = reviewer.get(review).text
    assert "is released with it" in page and "written by somebody else" not in page, "one author, whatever its state"
    database.write(lambda session: session.execute(paused.values(state="draft")))
    acts = f"/console/mailings/{invitation}/acts/release"
    seen = form_of(reviewer, review)
    database.write(lambda session: change_poll(session, poll.id, poll.definition, clock.now()))
    assert reviewer.post(acts, data=seen).status_code == 409, "it is another question than was read"
    seen = form_of(reviewer, review)
    database.write(
        lambda session: session.execute(
            update(MailingText).where(MailingText.mailing_id == result).values(body="Something else")
        )
    )
    assert reviewer.post(acts, data=seen).status_code == 409, "so is the message with the result"
    assert states(database) == [MailingState.DRAFT] * 2
    assert "open the poll with it?" in reviewer.get(review).text, "it is asked once more, as in the bot"
    done = reviewer.post(acts, data=form_of(reviewer, review))
    assert done.status_code == 200 and "It is released: 2 messages leave" in done.text and "poll is open" in done.text
    assert states(database) == [MailingState.RELEASED] * 2
    assert database.read(lambda session: load_poll(session, poll.id)).state is State.OPEN
    log = select(AuditEntry.act, AuditEntry.subject).order_by(AuditEntry.id.desc()).limit(3)
    assert {tuple(one) for one in database.read(lambda session: session.execute(log).all())} == {
        ("poll.opened", f"poll:{poll.id}"),
        ("mailing.released", f"mailing:{result}"),
        ("mailing.released", f"mailing:{invitation}"),
    }
    assert "Releasing this opens" not in reviewer.get(review).text


def test_a_message_with_the_result_that_another_wrote_is_released_by_itself(
    scene: Scene, sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    village(database, clock, one_person=False)
    clerk, reviewer = sign_in("clerk", "valprato"), sign_in("reviewer", "valprato")
    ask_for_bench(clerk)
    found = select(Mailing.id).where(Mailing.poll_id.is_not(None)).order_by(Mailing.id)
    invitation, result = database.read(lambda session: session.scalars(found).all())
    database.write(lambda session: session.execute(update(Mailing).where(Mailing.id == result).values(written_by=None)))
    review = f"/console/mailings/{invitation}/review"
    page = reviewer.get(review).text
    assert "opens the poll" in page and "is released with it" not in page and "by itself" in page
    for state, is_told in (("paused", True), ("cancelled", False), ("released", False), ("draft", True)):
        changed = update(Mailing).where(Mailing.id == invitation).values(state=state)
        database.write(lambda session, to=changed: session.execute(to))  # type: ignore[misc]
        assert ("opens the poll" in reviewer.get(review).text) is is_told, state
    reviewer.post(f"/console/mailings/{invitation}/acts/release", data=form_of(reviewer, review))
    assert states(database) == [MailingState.RELEASED, MailingState.DRAFT]


def test_who_releases_a_result_without_votes_is_asked_whether_it_is_needed(
    scene: Scene, sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    village(database, clock, one_person=False)
    clerk, reviewer = sign_in("clerk", "valprato"), sign_in("reviewer", "valprato")
    ask_for_bench(clerk)
    (poll,) = database.read(polls_of)
    invitation, result = mailings_about(database, poll)
    asked, review = "Nobody voted: is this message needed?", f"/console/mailings/{result}/review"
    form = form_of(reviewer, f"/console/mailings/{invitation}/review")
    reviewer.post(f"/console/mailings/{invitation}/acts/release", data=form)
    assert asked not in reviewer.get(review).text, "votes may still come"
    database.write(lambda session: close_poll(session, BOOTH.ids, poll.id, clock.now()))
    assert asked in reviewer.get(review).text
    assert asked not in reviewer.get(f"/console/mailings/{invitation}/review").text
    page = clerk.get(f"/console/polls/{poll.id}").text
    assert "Nobody voted." in page and "0 votes counted" not in page


def planned_and_released(
    clerk: httpx.Client, reviewer: httpx.Client, database: Database, clock: FixedClock
) -> tuple[Poll, int, int]:
    """A poll that opens tomorrow, with the numbers of its invitation and its result, which the reviewer released."""
    ask_for_bench(clerk)
    (poll,) = database.read(polls_of)
    later = replace(poll.definition, opens_local="2023-07-11T10:00", closes_local="2023-07-20T10:00")
    database.write(lambda session: change_poll(session, poll.id, later, clock.now()))
    invitation, result = mailings_about(database, poll)
    review, acts = f"/console/mailings/{invitation}/review", f"/console/mailings/{invitation}/acts/release"
    reviewer.post(acts, data=form_of(reviewer, review))
    assert states(database) == [MailingState.RELEASED] * 2
    assert database.read(lambda session: load_poll(session, poll.id)).state is State.PLANNED
    return poll, invitation, result


def test_a_change_of_the_question_draws_back_what_was_released_about_it(
    scene: Scene, sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    village(database, clock, one_person=False)
    clerk, reviewer, head = (sign_in(one, "valprato") for one in ("clerk", "reviewer", "administrator"))
    poll, invitation, result = planned_and_released(clerk, reviewer, database, clock)
    review, acts = f"/console/mailings/{invitation}/review", f"/console/mailings/{invitation}/acts/release"
    edit = f"/console/polls/{poll.id}/edit"
    page = head.post(edit, data=fields_of(head.get(edit)) | {"title-it": "Vendiamo il bosco?"})
    assert page.status_code == 200 and "is a draft again, because nobody has read the new question" in page.text
    assert states(database) == [MailingState.DRAFT] * 2
    log = select(AuditEntry.subject).where(AuditEntry.act == "mailing.drawn-back").order_by(AuditEntry.id)
    assert database.read(lambda session: session.scalars(log).all()) == [f"mailing:{invitation}", f"mailing:{result}"]
    refused = head.post(acts, data=form_of(head, review))
    assert refused.status_code == 403, "who changed the question does not release it alone"
    again = head.post(edit, data=fields_of(head.get(edit)) | {"title-it": "Vendiamo il parco?"})
    assert "Done." in again.text, "nothing was released any more"
    assert clerk.post(edit, data=fields_of(clerk.get(edit)) | {"title-it": "E il bosco?"}).status_code == 200
    assert head.post(acts, data=form_of(head, review)).status_code == 200, "now somebody else wrote the question"
    assert states(database) == [MailingState.RELEASED] * 2


def test_so_do_other_pictures_of_the_options(
    scene: Scene, sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    village(database, clock, one_person=False)
    clerk, reviewer, head = (sign_in(one, "valprato") for one in ("clerk", "reviewer", "administrator"))
    poll, invitation, _ = planned_and_released(clerk, reviewer, database, clock)
    here, first = f"/console/polls/{poll.id}/option-pictures", poll.definition.options[0].name
    assert "Done." in send(head, here, {}).text and states(database) == [MailingState.RELEASED] * 2, (
        "nothing was changed"
    )
    words = {f"shows-{first}-{one}": "Il bosco" for one in ("it", "en", "fr")}
    page = send(head, here, {f"picture-{first}": ("wood.png", png(30, 40))}, **words)
    assert "is a draft again" in page.text and states(database) == [MailingState.DRAFT] * 2
    assert database.read(lambda session: load_poll(session, poll.id)).state is State.PLANNED
    review, acts = f"/console/mailings/{invitation}/review", f"/console/mailings/{invitation}/acts/release"
    assert head.post(acts, data=form_of(head, review)).status_code == 403, "who sent the picture"
    assert reviewer.post(acts, data=form_of(reviewer, review)).status_code == 200


def test_a_planned_poll_s_pictures_are_part_of_what_is_read_before_a_release(
    scene: Scene, sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    """The poll stays planned and its mailings are drafts: nothing is drawn back, and nobody releases the unseen."""
    village(database, clock, one_person=False)
    clerk, reviewer, head = (sign_in(one, "valprato") for one in ("clerk", "reviewer", "administrator"))
    poll, invitation, result = planned_and_released(clerk, reviewer, database, clock)
    here, first = f"/console/polls/{poll.id}/option-pictures", poll.definition.options[0].name
    words = {f"shows-{first}-{one}": "Il bosco" for one in ("it", "en", "fr")}
    send(head, here, {f"picture-{first}": ("wood.png", png(30, 40))}, **words)
    assert states(database) == [MailingState.DRAFT] * 2
    read = {one: form_of(reviewer, f"/console/mailings/{one}/review") for one in (invitation, result)}
    send(head, here, {f"picture-{first}": ("other.png", png(40, 30))}, **words)
    assert database.read(lambda session: load_poll(session, poll.id)).state is State.PLANNED
    for one, seen in read.items():
        assert reviewer.post(f"/console/mailings/{one}/acts/release", data=seen).status_code == 409
        again = form_of(reviewer, f"/console/mailings/{one}/review")
        assert reviewer.post(f"/console/mailings/{one}/acts/release", data=again).status_code == 200
    assert states(database) == [MailingState.RELEASED] * 2


def test_a_poll_that_waits_for_somebody_says_so_before_and_after_it_is_opened_without_them(
    scene: Scene, sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    village(database, clock, one_person=False)
    clerk, reviewer = sign_in("clerk", "valprato"), sign_in("reviewer", "valprato")
    ask_for_bench(clerk)
    (poll,) = database.read(polls_of)
    here, warning = f"/console/polls/{poll.id}", "is not released yet: without that, nobody is told that it is open."

    def seen() -> tuple[str, list[str], list[str]]:
        page = tree(clerk.get(here))
        tags = [str(one.text) for one in page.xpath("//h1/span[@class='tag']")]
        return text_of(clerk.get(here)), tags, [str(one) for one in page.xpath("//a[contains(@class, 'btn-primary')]")]

    text, tags, main = seen()
    assert warning in text and tags == ["waits for release"] and not main, "opening is not what is to be done"
    assert "waits for release" in text_of(clerk.get(f"/console/processes/{poll.process_id}/polls"))
    assert warning in text_of(clerk.get(f"{here}/acts/open")) and warning not in text_of(clerk.get(f"{here}/acts/drop"))
    opened = post(clerk, f"{here}/acts/open", f"{here}/acts/open")
    assert warning in text_of(opened) and seen()[1] == ["open", "waits for release"]
    review = f"/console/mailings/{mailings_about(database, poll)[0]}"
    reviewer.post(f"{review}/acts/release", data=form_of(reviewer, f"{review}/review"))
    text, tags, main = seen()
    assert warning not in text and tags == ["open"] and len(main) == 1, "as long as it holds"
    drafts = update(Mailing).where(Mailing.poll_id == poll.id, Mailing.purpose == "results")
    database.write(lambda session: session.execute(drafts.values(state="draft")))
    assert warning not in seen()[0], "the result is told later: that of the opening has left"
    database.write(lambda session: session.execute(update(Mailing).values(state="draft")))
    database.write(lambda session: close_poll(session, BOOTH.ids, poll.id, clock.now()))
    assert warning not in seen()[0] and seen()[1] == ["closed"]
