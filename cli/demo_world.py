"""The world of the demo: the whole service beside a pretended Telegram and mail world, on one address.

Nothing leaves the machine. The data begins anew at each start, unless ASCOLTO_DATABASE_URL names
a database of one's own; the clock is the demo's and can be moved.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import socket
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.types import ASGIApp

from cli.http import serve_http
from cli.load import load_package
from cli.loop import run
from cli.ports import listen
from cli.serve import ROLES, run_until_stopped, start_roles, web_app
from cli.terminal import operator, out
from cli.world import World, open_world
from core.clock import SharedClock, local
from core.config import PREFIX, Settings
from core.database.migrating import upgrade
from core.i18n import Translator, translator
from core.ids import RandomIds
from core.process.tables import Process
from core.staff.accounts import NewAccount, add_account, grant_role
from core.staff.roles import Role
from core.staff.tables import Account
from notifications.planning.windows import next_open, parse_window
from sandbox.app import create_app as sandbox_app
from sandbox.mail.replying import make_maildir
from sandbox.server.rates import Limits
from sandbox.serving import serving_mail
from sandbox.world import Door, beside, create_world
from sandbox.world import World as Outside

HOST = "127.0.0.1"
EXAMPLE = Path(__file__).parent.parent / "examples" / "psm-torino"
ZONE = "Europe/Rome"
DAYS_UNDER_WAY = 7  # so long ago the process began: the invitation is due, the reminder is not yet
STAFF = NewAccount("ufficio@cmto.example.org", "Ufficio di piano", "prova-ascolto-demo")
REVIEWER = NewAccount(
    "responsabile@cmto.example.org", "Responsabile del piano", STAFF.password
)  # the second pair of eyes
OFFICE = "cmto"
ENVIRONMENT = "env"  # the file, in the demo's folder
TOKENS = {"participants": "1001:participants-of-the-demo", "staff": "1002:staff-of-the-demo"}
LIMITS = Limits(overall=30, per_chat=1, chat_burst=20, per_group_minute=20)
SOMEBODY = "livio.chiaralti@regione-piemonte.example.org"


def run_demo(port: int, folder: Path) -> None:
    """Runs the demo until it is stopped; raises PortTaken."""
    listener = listen(HOST, port)
    port = listener.getsockname()[1]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    run(_run(listener, folder, f"http://{HOST}:{port}"))


async def _run(listener: socket.socket, folder: Path, address: str) -> None:
    clock = SharedClock(folder / "clock")
    language = operator_or_italian().language
    outside = create_world(TOKENS, clock, limits=LIMITS, language=language, doors=partial(doors, address))
    outside.maildir = make_maildir(folder / "mail")
    async with AsyncExitStack() as stack:
        mail_port = await stack.enter_async_context(serving_mail(outside))
        settings = demo_settings(folder, address, mail_port)
        _make_tables(settings)
        world = stack.enter_context(open_world(settings))
        _open_the_office(world, clock)
        write_environment(folder, settings)
        parts = await start_roles(world, ROLES, stack)
        product = web_app(parts)
        assert product is not None
        app: ASGIApp = beside(sandbox_app(outside), product)
        _tell(address, folder)
        work = [one for part in parts for one in part.work]
        await run_until_stopped([serve_http(app, listener), _let_go(outside), *work])


async def _let_go(outside: Outside) -> None:
    """At the end the polls that wait are answered, so that the server need not wait for them."""
    try:
        await asyncio.Event().wait()
    finally:
        await outside.close()


def demo_settings(folder: Path, address: str, mail_port: int) -> Settings:
    """Settings that lead nowhere but into the sandbox."""
    return Settings(
        database_url=os.environ.get(f"{PREFIX}DATABASE_URL", f"sqlite:///{folder.resolve() / 'ascolto.sqlite'}"),
        public_url=address,
        secret_key=RandomIds().token() + RandomIds().token(),
        participant_bot_token=TOKENS["participants"],
        staff_bot_token=TOKENS["staff"],
        telegram_api_url=f"{address}/telegram",
        smtp_url=f"smtp://{HOST}:{mail_port}",
        mail_from="Città metropolitana di Torino <psm@cmto.example.org>",
        return_address="ritorni@cmto.example.org",
        incoming_mail=f"maildir:{folder.resolve() / 'mail'}",
        webhook_private=True,
        clock_file=folder.resolve() / "clock",
    )


def write_environment(folder: Path, settings: Settings) -> Path:
    """A file for a shell (`. FILE`), after which `ascolto` commands speak to this demo."""
    values = {f"{PREFIX}{name.upper()}": getattr(settings, name) for name in sorted(settings.model_fields_set)}
    lines = [f"export {name}={shlex.quote(str(value))}" for name, value in values.items()]
    lines.append(f'export PATH={shlex.quote(str(Path(sys.executable).parent))}:"$PATH"')
    file = folder / ENVIRONMENT
    file.touch(mode=0o600)  # it holds the secret
    file.write_text("\n".join(lines) + "\n")
    return file


def doors(address: str, t: Translator) -> Sequence[Door]:
    """The three people somebody can be in the demo."""
    inbox = f"{address}/mail/inbox/{SOMEBODY}"
    return (
        Door(
            t("A participant, in chat"),
            t("Open the invitation in the inbox and press the button that leads to Telegram."),
            inbox,
        ),
        Door(
            t("A participant, by e-mail and web"),
            t("Open the invitation in the inbox and press the button that leads to the questionnaire."),
            inbox,
        ),
        Door(
            t("The office"),
            t(
                "Sign in to the console as {email} with the password {password}.",
                email=STAFF.email,
                password=STAFF.password,
            ),
            f"{address}/console",
        ),
        Door(
            t("The second pair of eyes"),
            t(
                "What {author} writes is released by {email}, with the same password.",
                author=STAFF.email,
                email=REVIEWER.email,
            ),
            f"{address}/console",
        ),
        Door(
            t("The office, in chat"),
            t("Signed in to the console, make a link under “Staff bot” and follow it."),
            f"{address}/console/staff-bot",
        ),
        Door(
            t("Anybody"),
            t("The public pages: a questionnaire open to all, and joining by oneself."),
            address,
        ),
    )


def operator_or_italian() -> Translator:
    """The demo speaks the operator's language if it is set, Italian otherwise."""
    chosen = any(os.environ.get(name, "").split(".")[0] not in {"", "C", "POSIX"} for name in ("LC_ALL", "LANG"))
    return operator() if chosen else translator("it")


def _make_tables(settings: Settings) -> None:
    with open_world(settings, migrated=False) as world:
        upgrade(world.database.engine)


def _open_the_office(world: World, clock: SharedClock) -> None:
    """Loads the example so that its invitation is due, and adds the office's account."""
    start = local(clock.now(), ZONE).date() - timedelta(days=DAYS_UNDER_WAY)
    load_package(world, EXAMPLE, start=start)
    now = clock.now()
    opens = world.database.read(lambda session: _window_opens(session, now))
    if opens > now:  # nobody is written to at night: the demo's clock goes on to the next morning
        clock.move_to(opens)
    world.database.write(lambda session: _add_staff(session, clock.now()))


def _window_opens(session: Session, now: datetime) -> datetime:
    window = session.scalar(select(Process.send_window).limit(1)) or {}
    return next_open(parse_window(window), now, ZONE)


def _add_staff(session: Session, now: datetime) -> None:
    for account, role in ((STAFF, Role.ADMINISTRATOR), (REVIEWER, Role.REVIEWER)):
        if session.scalar(select(Account.id).where(Account.email == account.email)) is None:
            grant_role(session, add_account(session, account, now), OFFICE, role, now)


def _tell(address: str, folder: Path) -> None:
    t = operator_or_italian()
    lines = [
        t("The demo is running. Open {address}", address=f"{address}/sandbox"),
        t("Inboxes: {address}", address=f"{address}/mail/"),
        t("Chats: {address}", address=f"{address}/telegram/participants/people"),
        t("Public pages: {address}", address=address),
        t(
            "Console: {address} as {email}, password {password}",
            address=f"{address}/console",
            email=STAFF.email,
            password=STAFF.password,
        ),
        t("Commands, in another terminal: {line} – then, for instance: ascolto plan", line=f". {folder / ENVIRONMENT}"),
        t("Stop it with Ctrl+C."),
    ]
    for line in lines:
        out.print(line, highlight=False, soft_wrap=True)
