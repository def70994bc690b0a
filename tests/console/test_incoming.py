"""What came in by mail, as staff read it, and excluded addresses with their way back."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import select

from core.database.database import Database
from core.people.suppression import is_suppressed, suppress
from core.people.tables import Address
from core.process.tables import Office
from core.staff.tables import AuditEntry
from core.tables import Notice
from notifications.intake.my_data import erase_mails, export_mails
from notifications.intake.tables import IncomingMail
from tests.console.conftest import SignIn
from tests.console.test_pages import text_of
from tests.console.test_signing import form_token
from tests.responses.scene import Scene

WORDS = "Il collegamento <script>alert(1)</script> non funziona."


@pytest.fixture(autouse=True)
def mails(scene: Scene) -> None:
    """One answer to the office's mailing, one mail that belongs to nobody, one that was dealt with."""
    usual = {"received_at": scene.now, "kind": "none", "state": "for-staff", "sender": "Ada <ada@example.com>"}
    scene.insert(
        IncomingMail, **usual, office_id=scene.office_id, participant_id=1, subject="Re: Il Suo parere", words=WORDS
    )
    scene.insert(IncomingMail, **usual, subject="Whose is this?", words="Nobody knows.")
    scene.insert(IncomingMail, **(usual | {"kind": "bounce", "state": "acted"}), office_id=scene.office_id)


def test_an_answer_is_read_with_who_wrote_it_and_marked_as_read_once(sign_in: SignIn, database: Database) -> None:
    client = sign_in()
    shown = text_of(client.get("/console/mail"))
    assert WORDS in shown
    assert "in answer to a message to Ada" in shown
    assert "Whose is this?" in shown
    for _ in range(2):
        assert client.post("/console/mail/1/read", data={"token": form_token(client)}).status_code == 200
    assert client.post("/console/mail/3/read", data={"token": form_token(client)}).status_code == 200
    states = database.read(lambda session: list(session.scalars(select(IncomingMail.state).order_by(IncomingMail.id))))
    assert states == ["read", "for-staff", "acted"]
    acts = select(AuditEntry.subject).where(AuditEntry.act == "mail.read")
    assert database.read(lambda session: list(session.scalars(acts))) == ["mail:1"]


def test_another_office_reads_none_of_it(sign_in: SignIn, scene: Scene, database: Database) -> None:
    scene.insert(Office, slug="other", name="Other", kind="municipality", parent_id=scene.office_id)
    client = sign_in("administrator", office="other")
    assert "Nothing has come in" in text_of(client.get("/console/mail"))
    assert client.post("/console/mail/2/read", data={"token": form_token(client)}).status_code == 200
    assert database.read(lambda session: session.get_one(IncomingMail, 2).state) == "for-staff"


def test_an_excluded_address_is_written_to_again_when_staff_say_so(
    sign_in: SignIn, scene: Scene, database: Database
) -> None:
    scene.insert(Address, participant_id=1, channel="email", value="ada@example.com", created_at=scene.now)
    for value in ("ada@example.com", "stranger@example.com"):
        database.write(partial(suppress, channel="email", value=value, reason="bounce:no-mailbox", now=scene.now))
    client = sign_in()
    shown = text_of(client.get("/console/excluded"))
    assert "ada@example.com" in shown
    assert "there is no such mailbox" in shown
    assert "stranger@example.com" not in shown
    token = {"token": form_token(client)}
    assert client.post("/console/excluded/2/lift", data=token).status_code == 404
    assert client.post("/console/excluded/1/lift", data=token).status_code == 200
    assert database.read(lambda session: is_suppressed(session, "email", "stranger@example.com"))
    assert not database.read(lambda session: is_suppressed(session, "email", "ada@example.com"))
    assert "No address is excluded" in text_of(client.get("/console/excluded"))


def test_who_may_not_see_people_sees_neither(sign_in: SignIn) -> None:
    client = sign_in("reader")
    assert client.get("/console/mail").status_code == 404
    assert client.get("/console/excluded").status_code == 404


def test_a_person_takes_their_mails_along_and_away(scene: Scene, database: Database) -> None:
    assert [one["words"] for one in database.read(lambda session: export_mails(session, [1]))] == [WORDS]
    database.write(lambda session: erase_mails(session, [1]))
    left = database.read(lambda session: list(session.scalars(select(IncomingMail.subject))))
    assert "Re: Il Suo parere" not in left
    assert len(left) == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_answer_leaves_from_the_console_once_and_stands_with_the_question(
    sign_in: SignIn, scene: Scene, database: Database
) -> None:
    client, reviewer = sign_in(), sign_in("organiser")
    assert "/console/mail/1/answer" not in client.get("/console/mail").text, "nobody could be reached"
    scene.insert(Address, participant_id=1, channel="email", value="ada@example.com", created_at=scene.now)
    page = client.get("/console/mail").text
    assert "/console/mail/1/answer" in page and "/console/mail/2/answer" not in page
    given = {"token": form_token(client)}
    empty = client.post("/console/mail/1/answer", data=given | {"answer": " "})
    assert empty.status_code == 400 and "nothing to send" in empty.text
    long = client.post("/console/mail/1/answer", data=given | {"answer": "<b>" + "x" * 3000})
    assert "too long" in long.text and "&lt;b&gt;xxx" in long.text, "what was typed is not lost"
    sent = client.post("/console/mail/1/answer", data=given | {"answer": "It <i>works</i> now."})
    assert "Answered by The administrator" in text_of(sent) and "It <i>works</i> now." in text_of(sent)
    second = reviewer.post("/console/mail/1/answer", data={"token": form_token(reviewer), "answer": "Again"})
    assert second.status_code == 409 and "has answered this already" in second.text and ">Again<" in second.text
    assert client.post("/console/mail/2/answer", data=given | {"answer": "Who?"}).status_code == 404
    assert sign_in("reader").post("/console/mail/1/answer", data=given).status_code in {403, 404}
    (notice,) = database.read(lambda session: session.scalars(select(Notice)).all())
    assert (notice.kind, notice.values, notice.office_id) == ("office-answer", {"mail_id": 1}, scene.office_id)
    acts = select(AuditEntry.details).where(AuditEntry.act == "mail.answered")
    assert database.read(lambda session: list(session.scalars(acts))) == [{}]
