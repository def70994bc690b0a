"""Reads a Maildir: what lies in `new` is taken in, committed, and moved to `cur` as seen."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy.exc import DBAPIError

from core.clock import Clock
from core.database.database import Database
from core.database.leader import leadership
from core.errors import Problem, SettingWrong
from core.i18n import N_
from notifications.intake.addresses import ReturnAddresses
from notifications.intake.service import take_in

log = structlog.get_logger()

LEADER = "intake"
SCHEME = "maildir:"
LOOK_SECONDS = 5.0
SEEN, FLAGGED = ":2,S", ":2,F"
NO_MAILDIR = N_("{path} is no Maildir: the folders new, cur and tmp are not in it.")
NO_SCHEME = N_("it does not begin with maildir:")


@dataclass(frozen=True)
class IntakeDeps:
    """What reading mails stands on."""

    database: Database
    clock: Clock
    returns: ReturnAddresses
    folder: Path


def parse_maildir(text: str) -> Path:
    """Reads ASCOLTO_INCOMING_MAIL; raises SettingWrong."""
    if not text.startswith(SCHEME):
        raise SettingWrong(name="ASCOLTO_INCOMING_MAIL", reason=NO_SCHEME)
    folder = Path(text.removeprefix(SCHEME))
    if not all((folder / name).is_dir() for name in ("new", "cur", "tmp")):
        raise SettingWrong(name="ASCOLTO_INCOMING_MAIL", reason=NO_MAILDIR, path=str(folder))
    return folder


async def run_intake(deps: IntakeDeps) -> None:
    """Takes mails in until cancelled; of several processes one reads."""
    while True:
        try:
            async with leadership(deps.database, LEADER) as still_leading:
                while await still_leading():
                    await take_all(deps)
                    await asyncio.sleep(LOOK_SECONDS)
        except DBAPIError as error:
            log.warning("intake lost the database", error=type(error).__name__)
        await asyncio.sleep(LOOK_SECONDS)


async def take_all(deps: IntakeDeps) -> int:
    """Takes in what is there, the oldest first; how many mails. Each is moved after its commit, so none is lost."""
    taken = 0
    for path in await asyncio.to_thread(_waiting, deps.folder / "new"):
        flag = SEEN
        try:
            raw = await asyncio.to_thread(path.read_bytes)
            work = partial(take_in, raw=raw, returns=deps.returns, now=deps.clock.now())
            await deps.database.awrite(work)
        except DBAPIError:
            raise
        except FileNotFoundError:  # somebody else has read the mailbox
            continue
        except Problem as problem:
            log.warning("mail cannot be taken in", mail=path.name, reason=type(problem).__name__)
            flag = FLAGGED
        except Exception:  # one mail must not stop all others; it stays there, marked for people
            log.exception("mail failed", mail=path.name)
            flag = FLAGGED
        await asyncio.to_thread(_move, path, deps.folder / "cur" / f"{path.name.partition(':')[0]}{flag}")
        taken += 1
    return taken


def _waiting(folder: Path) -> list[Path]:
    return sorted((path for path in folder.iterdir() if path.is_file()), key=lambda path: path.name)


def _move(path: Path, to: Path) -> None:
    path.replace(to)
