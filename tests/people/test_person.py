"""Addresses, consent, preferences, merging and what a person is told of themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database.database import Database
from core.people.addresses import add_address, addresses, normal_email, normal_telegram, prove, telegram_owner
from core.people.consent import Proof, consent_history, consents, state_consent
from core.people.errors import AddressTaken, ChannelUnknown, EmailWrong, LanguageUnknown, MergeWrong, TelegramIdWrong
from core.people.merging import merge
from core.people.my_data import export_person
from core.people.preferences import end_pause, pause, set_language, set_preferred_channel, unsubscribe
from core.people.store import membership, remaining
from core.people.suppression import is_suppressed, lift, suppress
from core.people.tables import Participant
from tests.conftest import NOW
from tests.people import scene


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        (" Mario.Rossi@Example.ORG ", "mario.rossi@example.org"),
        ("ufficio@comune.test", "ufficio@comune.test"),
        ("perché@example.org", "perché@example.org"),
    ],
)
def test_an_email_has_one_spelling(written: str, stored: str) -> None:
    assert normal_email(written) == stored


@pytest.mark.parametrize(
    "wrong", ["", "mario", "a@b", "a b@example.org", "a@example.org\nBcc: x@example.org", "a@[1.1.1.1]"]
)
def test_what_is_no_email_is_refused(wrong: str) -> None:
    with pytest.raises(EmailWrong):
        normal_email(wrong)


@pytest.mark.parametrize("wrong", ["", "-5", "0", "12a", "٣", str(2**52), "9" * 5000])
def test_what_is_no_telegram_account_is_refused(wrong: str) -> None:
    with pytest.raises(TelegramIdWrong):
        normal_telegram(wrong)


def test_an_email_may_be_shared_and_a_telegram_account_may_not(database: Database) -> None:
    def work(session: Session) -> None:
        office = scene.office(session)
        one, other = (scene.member(session, office) for _ in range(2))
        assert add_address(session, one, "email", "Hall@example.org", NOW) == add_address(
            session, one, "email", "hall@example.org", NOW
        )
        add_address(session, other, "email", "hall@example.org", NOW)
        account = add_address(session, one, "telegram", 77, NOW)
        prove(session, account, NOW)
        prove(session, account, NOW + timedelta(days=1))
        assert telegram_owner(session, "77") == one
        assert addresses(session, one)[1].proved_at == NOW
        with pytest.raises(AddressTaken):
            add_address(session, other, "telegram", "77", NOW)

    database.write(work)


def test_suppression_is_by_address_and_can_be_lifted(database: Database) -> None:
    def work(session: Session) -> None:
        suppress(session, "email", "Gone@example.org", "bounced", NOW)
        suppress(session, "email", "gone@example.org", "complained", NOW)
        assert is_suppressed(session, "email", "GONE@example.org")
        lift(session, "email", "gone@example.org", NOW)
        assert not is_suppressed(session, "email", "gone@example.org")

    database.write(work)


def test_a_statement_ends_the_one_before_and_keeps_it(database: Database) -> None:
    def work(session: Session) -> None:
        office = scene.office(session)
        person = scene.member(session, office)
        about = (person, office, "events", "email")
        form = Proof("privacy-3", "paper form")
        assert state_consent(session, *about, True, form, NOW)
        assert not state_consent(session, *about, True, form, NOW + timedelta(days=1))
        assert state_consent(session, *about, False, Proof("", "link"), NOW + timedelta(days=2))
        assert not state_consent(session, *about, True, Proof("privacy-2", "old list"), NOW + timedelta(days=1))
        assert consents(session, person, office) == {("events", "email"): False}
        first, second = consent_history(session, person, office)
        assert (first.granted, first.ended_at) == (True, NOW + timedelta(days=2))
        assert (second.granted, second.ended_at) == (False, None)
        with pytest.raises(ChannelUnknown):
            state_consent(session, person, office, "events", "fax", True, form, NOW)

    database.write(work)


def test_unsubscribing_from_one_purpose_or_all(database: Database) -> None:
    def work(session: Session) -> None:
        office = scene.office(session)
        person = scene.member(session, office)
        unsubscribe(session, person, office, "polls", "link", NOW)
        assert set(consents(session, person, office)) == {("polls", "email"), ("polls", "telegram")}
        unsubscribe(session, person, office, None, "link", NOW)
        assert len(consents(session, person, office)) == 8
        assert not any(consents(session, person, office).values())

    database.write(work)


def test_preferences(database: Database) -> None:
    def work(session: Session) -> Participant:
        person = scene.member(session, scene.office(session))
        set_language(session, person, "fr")
        set_preferred_channel(session, person, "email")
        pause(session, person)
        assert session.scalar(select(Participant.paused_until)).year == 9999  # type: ignore[union-attr]
        end_pause(session, person)
        with pytest.raises(LanguageUnknown):
            set_language(session, person, "xx")
        with pytest.raises(ChannelUnknown):
            set_preferred_channel(session, person, "fax")
        return session.get_one(Participant, person)

    person = database.write(work)
    assert (person.language, person.preferred_channel, person.paused_until) == ("fr", "email", None)


def test_merging_keeps_the_rows_and_the_reach_of_every_office(database: Database) -> None:
    def work(session: Session) -> None:
        metro, valley = scene.office(session), scene.office(session, "valley")
        kept = scene.member(session, metro, name="Ada")
        gone = scene.member(session, valley, name="Ada B.", reference="V1")
        merge(session, gone, kept, NOW)
        assert remaining(session, gone) == kept
        copied, old = membership(session, valley, kept), membership(session, valley, gone)
        assert copied is not None and (copied.name, copied.reference) == ("Ada B.", None)
        assert old is not None and old.reference == "V1"
        for pair in ((gone, kept), (kept, kept), (kept, gone), (kept, 999)):
            with pytest.raises(MergeWrong):
                merge(session, *pair, NOW)

    database.write(work)


def test_a_person_sees_all_that_is_known_of_them(database: Database) -> None:
    def work(session: Session) -> None:
        office = scene.office(session)
        person = scene.member(session, office, name="Ada", attributes={"took_part": "yes"})
        other = scene.member(session, scene.office(session, "valley"), name="Ada B.")
        add_address(session, other, "email", "ada@example.org", NOW)
        unsubscribe(session, person, office, "polls", "link", NOW)
        merge(session, other, person, NOW)
        mine = export_person(session, person, [("responses", lambda s, ids: sorted(ids))])
        assert [one["value"] for one in mine["addresses"]] == ["ada@example.org"]
        assert {one["name"] for one in mine["offices"]} == {"Ada", "Ada B."}
        assert len(mine["consents"]) == 2
        assert mine["responses"] == sorted([person, other])

    database.write(work)
