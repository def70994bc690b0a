"""What came in: reports, bounces in words, complaints, those who are away, filters, and people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.intake.classify import classify
from notifications.intake.kinds import FATE_NAMES, HARD, KIND_NAMES, Fate, Kind
from notifications.intake.letter import MOST_BYTES, LetterTooLarge
from notifications.intake.phrases import load_phrases
from tests.intake.mails import COMPLAINT, NOTICE, report, told, written

ANNA = "anna@example.com"
IN_REPLY_TO_RCPT = f"<{ANNA}>: host mx said: 550 5.2.1 User unknown (in reply to RCPT TO command)"


@pytest.mark.parametrize(
    ("mail", "fate"),
    [
        (report("550 5.1.1 <anna@example.com>: Recipient address rejected: User unknown", "5.1.1"), Fate.NO_MAILBOX),
        (report("550 5.1.10 Recipient not found by address lookup", "5.1.10"), Fate.NO_MAILBOX),
        (report("552 5.2.2 <anna@example.com>: Mailbox is full", "5.2.2"), Fate.MAILBOX_FULL),
        (report("552 5.3.4 Message size exceeds fixed limit", "5.3.4"), Fate.TOO_LARGE),
        (report("550 5.7.26 This mail does not pass DMARC", "5.7.26"), Fate.AUTHENTICATION),
        (report("554 5.7.1 Client host blocked using a blocklist", "5.7.1"), Fate.BLOCKED),
        (report("550 5.7.1 Relaying denied", "5.7.1"), Fate.RELAYING),
        (report("451 4.7.0 Too many messages, slow down", "4.7.0"), Fate.THROTTLED),
        (report("556 5.1.10 Domain does not accept mail (null MX)", "5.1.10"), Fate.NO_MAIL),
        (report("Host or domain name not found. Name service error", "5.4.4"), Fate.NO_HOST),
        (report("Host or domain name not found, try again", "4.4.4"), Fate.NETWORK),
        (report("550 5.1.6 Recipient has moved", "5.1.6"), Fate.MOVED),
        (report("", "5.1.1"), Fate.NO_MAILBOX),
        (report("", "5.2.2"), Fate.MAILBOX_FULL),
        (report("", "5.0.0"), Fate.UNKNOWN),
        (report("250 2.1.5 Ok", "2.1.5", action="delivered"), Fate.DELIVERED),
        (report("connection timed out", "4.4.1", action="delayed"), Fate.EXPIRED),
        (report("450 4.1.1 User unknown", "4.1.1", action="delayed"), Fate.EXPIRED),
        # Doubted, because each of these may be another thing than a missing mailbox.
        (report("550 5.7.1 User unknown", "5.7.1"), Fate.REFUSED),
        (report("550 User unknown", words="host mx said: 550 User unknown (in reply to end of DATA)"), Fate.REFUSED),
        (report("550 No such user", words="after MAIL FROM:<a@example.org>: 550 No such user"), Fate.REFUSED),
        (report("550 5.2.1 User unknown", "5.2.1"), Fate.SUSPENDED),
        (report("550 5.2.1 User unknown", "5.2.1", words=IN_REPLY_TO_RCPT), Fate.NO_MAILBOX),
        (report("550 5.1.1 User unknown", "5.1.1", words="Rejected: not enough disk space"), Fate.MAILBOX_FULL),
    ],
)
def test_a_report_says_whom_it_is_about_and_why(mail: bytes, fate: Fate) -> None:
    found = classify(mail)
    assert found.kind is Kind.BOUNCE
    assert [(one.address, one.fate) for one in found.recipients] == [(ANNA, fate)]
    assert found.recipients[0].is_hard == (fate in HARD)


@pytest.mark.parametrize(
    ("words", "fate"),
    [
        (
            f"I was not able to deliver your message.\n\n<{ANNA}>:\nSorry, no mailbox here by that name.",
            Fate.NO_MAILBOX,
        ),
        (f"Unable to deliver message to: <{ANNA}>\n552 Quota exceeded", Fate.MAILBOX_FULL),
        (f"Consegna non riuscita: could not be delivered\n<{ANNA}>:\n550 Utente sconosciuto", Fate.NO_MAILBOX),
        (f"The following recipient failed:\n  {ANNA}\n    all hosts: Connection timed out", Fate.EXPIRED),
    ],
)
def test_a_bounce_without_a_report_is_read_from_its_words(words: str, fate: Fate) -> None:
    found = classify(told(words))
    assert found.kind is Kind.BOUNCE
    assert [(one.address, one.fate) for one in found.recipients] == [(ANNA, fate)]


def test_of_several_recipients_each_has_its_own_reason() -> None:
    words = "<a@example.com>:\n550 5.1.1 User unknown\n\n<b@example.com>:\n552 5.2.2 Mailbox full\n"
    found = classify(told(f"I'm afraid I wasn't able to deliver your message to the following addresses.\n\n{words}"))
    assert {one.address: one.fate for one in found.recipients} == {
        "a@example.com": Fate.NO_MAILBOX,
        "b@example.com": Fate.MAILBOX_FULL,
    }


def test_a_report_that_hides_its_address_names_nobody() -> None:
    found = classify(report("550 User unknown").replace(b"anna@example.com", b"an...@example.com"))
    assert (found.kind, found.recipients) == (Kind.BOUNCE, ())


def test_complaints_and_notices() -> None:
    assert classify(COMPLAINT).kind is Kind.COMPLAINT
    assert [one.address for one in classify(COMPLAINT).recipients] == [ANNA]
    assert classify(COMPLAINT).feedback == "abuse"
    assert [(one.address, one.is_hard) for one in classify(NOTICE).recipients] == [(ANNA, True)]


@pytest.mark.parametrize(
    ("mail", "kind"),
    [
        (written("Torno lunedì.", headers="Auto-Submitted: auto-replied\n"), Kind.AUTO_REPLY),
        (written("Torno lunedì.", subject="Risposta automatica: Questionario"), Kind.AUTO_REPLY),
        (written("I am away.", subject="=?utf-8?q?Out_of_office?="), Kind.AUTO_REPLY),
        (written("Back soon.", headers="Precedence: auto_reply\n"), Kind.AUTO_REPLY),
        (written("Your message is held. Please confirm by pressing this link."), Kind.CHALLENGE),
        (written("x", headers="X-Challenge-Response: yes\n"), Kind.CHALLENGE),
        (written("Rispondo al questionario: sì, mi piace."), Kind.NONE),
        (written("Il collegamento non funziona, mi dice error 550."), Kind.NONE),
        (written("Non sono in ufficio domani, ma rispondo volentieri.", subject="Re: fuori tema"), Kind.NONE),
        (b"", Kind.NONE),
    ],
)
def test_who_is_away_which_filter_asks_and_what_a_person_wrote(mail: bytes, kind: Kind) -> None:
    found = classify(mail)
    assert (found.kind, found.recipients) == (kind, ())


def test_what_is_no_mail_at_all_is_refused_by_its_size() -> None:
    with pytest.raises(LetterTooLarge):
        classify(b"x" * (MOST_BYTES + 1))


MAILS = st.sampled_from([report("550 5.1.1 User unknown", "5.1.1"), COMPLAINT, NOTICE, told("550 User unknown"), b""])


@given(MAILS, st.integers(0, 2000), st.integers(0, 200), st.binary(max_size=40))
def test_no_mail_however_broken_raises(mail: bytes, at: int, gone: int, put: bytes) -> None:
    classify(mail[:at] + put + mail[at + gone :])


@pytest.mark.parametrize(
    "mail",
    [
        b"".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n'.encode() for n in range(3000)),
        b"Content-Type: message/rfc822\n\n" * 3000,
        b"Content-Type: text/plain; charset=nothing\nContent-Transfer-Encoding: base64\n\n=====",
        b"Subject: " + b"=?utf-8?q?x?= " * 5000 + b"\n\n",
        b"From: mailer-daemon@example.org\n\n" + b"a@example.org user " * 5000,
        b"From: MAILER-DAEMON\nSubject: failure notice\n\n" + b"<" * 200_000,
        report("550 " + "user " * 50_000),
        b'{"notificationType":' + b"[" * 5000,
        b"From: x\n\n" + b'{"notificationType":' + b"[" * 100_000,
    ],
)
def test_mails_made_to_harm_are_read_to_the_end(mail: bytes) -> None:
    assert classify(mail).kind in set(Kind)


def test_every_section_of_the_table_is_a_fate_and_everything_has_a_name() -> None:
    assert {heading for heading, _ in load_phrases("fates.txt")} <= {fate.value for fate in Fate}
    assert set(FATE_NAMES) == set(Fate)
    assert set(KIND_NAMES) == set(Kind)
