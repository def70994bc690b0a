"""Reads the mailbox of what comes back: each mail is taken in, committed, and then marked, so that none is lost."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError

from core.clock import Clock
from core.database.database import Database
from core.database.leader import leadership
from core.errors import Problem
from notifications.intake.addresses import ReturnAddresses
from notifications.intake.imap import parse_imap
from notifications.intake.maildir import parse_maildir
from notifications.intake.service import take_in
from notifications.intake.source import Found, MailboxGone, Source

log = structlog.get_logger()

LEADER = "intake"
MAILDIR = "maildir:"
LOOK_SECONDS = 5.0


@dataclass(frozen=True)
class IntakeDeps:
    """What reading mails stands on."""

    database: Database
    clock: Clock
    returns: ReturnAddresses
    source: Source


def parse_source(text: str) -> Source:
    """Reads ASCOLTO_INCOMING_MAIL; raises SettingWrong."""
    return parse_maildir(text.removeprefix(MAILDIR)) if text.startswith(MAILDIR) else parse_imap(text)


async def run_intake(deps: IntakeDeps) -> None:
    """Takes mails in until cancelled; of several processes one reads."""
    while True:
        try:
            async with leadership(deps.database, LEADER) as still_leading:
                while await still_leading():
                    await asyncio.to_thread(take_all, deps)
                    await asyncio.sleep(LOOK_SECONDS)
        except (DBAPIError, MailboxGone) as error:
            detail = str(error) if isinstance(error, MailboxGone) else type(error).__name__
            log.warning("mailbox cannot be read", error=detail)
        await asyncio.sleep(LOOK_SECONDS)


def take_all(deps: IntakeDeps) -> int:
    """Takes in what waits; how many mails. Raises MailboxGone, and OperationalError when the database is gone."""
    taken = 0
    with deps.source.open() as mailbox:
        for found in mailbox.waiting():
            mailbox.done(found.name, well=_take(deps, found))
            taken += 1
    return taken


def _take(deps: IntakeDeps, found: Found) -> bool:
    try:
        deps.database.write(lambda session: take_in(session, found.raw, deps.returns, deps.clock.now()))
    except DBAPIError as error:
        if isinstance(error, OperationalError) or error.connection_invalidated:
            raise  # the database, not the mail
        # Without the traceback: a database's message may hold what a person wrote.
        log.error("mail failed", mail=found.name, error=type(error.orig).__name__)  # noqa: TRY400
    except Problem as problem:
        log.warning("mail cannot be taken in", mail=found.name, reason=type(problem).__name__)
    except Exception:  # one mail must not stop all others; it stays there, marked for people
        log.exception("mail failed", mail=found.name)
    else:
        return True
    return False
