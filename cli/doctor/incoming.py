"""Whether the mailbox for what comes back can be read; nothing in it is touched."""

from __future__ import annotations

import asyncio
import os

from cli.doctor.relays import is_inside
from core.config import Settings
from core.findings import Finding, Judgement, State
from core.i18n import N_
from notifications.intake.imap import SEEN, ImapMailbox, ImapServer
from notifications.intake.maildir import Maildir
from notifications.intake.reading import parse_source
from notifications.intake.source import MailboxGone, Source

CHECK = "incoming-mail"

GOOD = Judgement(CHECK, State.OK, N_("The mailbox for what comes back can be read ({place})."))
UNREAD = Judgement(
    CHECK,
    State.WARNING,
    N_("Nobody reads {mailbox}: ASCOLTO_INCOMING_MAIL is not set."),
    N_("Set it, unless the mail server hands the mails over:"),
)
UNUSED = Judgement(CHECK, State.OK, N_("No mailbox for what comes back is set up."))
GONE = Judgement(
    CHECK,
    State.WRONG,
    N_("The mailbox for what comes back cannot be read ({place}): {error}"),
    N_("Correct host, user, password or folder in ASCOLTO_INCOMING_MAIL; characters such as @ : / as %40 %3A %2F."),
)
CLOSED = Judgement(
    CHECK,
    State.WRONG,
    N_("This account may not read the Maildir {place} and move mails in it."),
    N_("Give its folders new and cur to the service's account."),
)
IN_THE_CLEAR = Judgement(
    CHECK,
    State.WARNING,
    N_("The password of the mailbox goes to {place} without encryption."),
    N_("Write imaps:// or imap+starttls:// in ASCOLTO_INCOMING_MAIL."),
)
NO_KEYWORDS = Judgement(
    CHECK,
    State.WARNING,
    N_("The server {place} keeps no keywords: mails that people open there are not taken in."),
    N_("Let nobody read this mailbox but the service."),
)
TAKE = "ascolto mail take"


async def look_incoming(settings: Settings) -> list[Finding]:
    """Raises SettingWrong for what is no mailbox."""
    if not settings.incoming_mail:
        return [UNREAD.of(TAKE, mailbox=settings.return_address) if settings.return_address else UNUSED.of()]
    return await look_source(parse_source(settings.incoming_mail))


async def look_source(source: Source) -> list[Finding]:
    if isinstance(source, Maildir):
        return [_look_maildir(source)]
    place = f"{source.host}:{source.port}" if isinstance(source, ImapServer) else ""
    try:
        mark = await asyncio.to_thread(_open, source)
    except MailboxGone as error:
        return [GONE.of(place=place, error=str(error))]
    found = [GOOD.of(place=place)]
    if mark == SEEN:
        found += [NO_KEYWORDS.of(place=place)]
    if isinstance(source, ImapServer) and source.security == "imap" and not is_inside(source.host):
        found += [IN_THE_CLEAR.of(place=place)]
    return found


def _open(source: Source) -> str:
    """Signs in and opens the folder; how mails that were taken in would be marked. Raises MailboxGone."""
    with source.open() as mailbox:
        return mailbox.mark if isinstance(mailbox, ImapMailbox) else ""


def _look_maildir(source: Maildir) -> Finding:
    place = str(source.folder)
    needed = os.R_OK | os.W_OK | os.X_OK
    is_open = all(os.access(source.folder / name, needed) for name in ("new", "cur"))
    return (GOOD if is_open else CLOSED).of(place=place)
