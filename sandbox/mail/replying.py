"""What somebody answers to a mail, as their mail program would write it, and how it reaches the office."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr, parsedate_to_datetime
from pathlib import Path

from core.clock import Clock
from sandbox.mail.store import Mail

FOLDERS = ("new", "cur", "tmp")
LONGEST = 20_000  # characters of an answer


def recipient_of(mail: Mail) -> str:
    """Whom an answer goes to (RFC 5322, 3.6.2), "" where nobody can be answered."""
    letter = mail.letter
    return parseaddr(letter.header("Reply-To") or letter.header("From"))[1]


def reply_to(mail: Mail, sender: str, words: str, clock: Clock) -> bytes:
    """The answer with what it answers below, quoted; `sender` is whose inbox it is written in."""
    letter, now = mail.letter, clock.now()
    subject, identity = letter.header("Subject"), letter.header("Message-ID")
    answer = EmailMessage(policy=SMTP)
    answer["From"], answer["To"] = _one_line(sender), recipient_of(mail)
    answer["Subject"] = subject if subject.lower().startswith("re:") else f"Re: {subject}"
    answer["Date"], answer["Message-ID"] = format_datetime(now), f"<reply-{mail.id}-{now.timestamp()}@sandbox.example>"
    if identity:
        answer["In-Reply-To"] = answer["References"] = identity
    quoted = "\n".join(f"> {line}" for line in letter.text.splitlines())
    about = _announcement(letter.header("Date"), letter.header("From"))
    answer.set_content(f"{words[:LONGEST]}\n\n{about}\n{quoted}\n")
    return answer.as_bytes()


def make_maildir(folder: Path) -> Path:
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    return folder


def drop(maildir: Path, mail: Mail) -> None:
    """Puts a mail there whole: written aside, then moved, so that no reader sees half of it."""
    name = f"{mail.at.timestamp():017.6f}.{mail.id}.sandbox"
    (maildir / "tmp" / name).write_bytes(mail.raw)
    (maildir / "tmp" / name).replace(maildir / "new" / name)


def _announcement(date: str, sender: str) -> str:
    """The line above a quotation, as an Italian mail program writes it."""
    try:
        at = f"{parsedate_to_datetime(date):%d/%m/%Y %H:%M}"
    except ValueError:  # a date that is none
        at = _one_line(date)
    return f"Il {at}, {_one_line(sender)} ha scritto:"


def _one_line(text: str) -> str:
    return " ".join(text.split())
