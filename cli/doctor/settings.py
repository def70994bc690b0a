"""What is set, and what is missing for whom."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator, Sequence
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from core.config import NO_TOKEN, OWN_MACHINE, PREFIX, TOKEN, Settings
from core.errors import Problem, SettingWrong
from core.findings import Finding, Judgement, State
from core.i18n import N_
from notifications.channels.smtp.relay import parse_relays
from notifications.deliverability.questions import mail_domain
from notifications.sending.scopes import parse_domain_rates

CHECK = "settings"
NEW_SECRET = "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"  # noqa: S105 - it makes one

GOOD = Judgement(CHECK, State.OK, N_("The settings are complete."))
READABLE = Judgement(
    CHECK,
    State.WARNING,
    N_("Every account of this machine can read {file}, which holds secrets."),
    N_("Let only the service read it:"),
)
NO_BOT = Judgement(
    CHECK,
    State.WARNING,
    N_("ASCOLTO_PARTICIPANT_BOT_TOKEN is not set: nobody is reached by Telegram, and there is no chat."),
    N_("BotFather gives the token when the bot is made. Without a bot everything else works."),
)
SAME_BOT = Judgement(
    CHECK,
    State.WRONG,
    N_("The participants' bot and the staff's bot have one token: each would take the other's messages."),
    N_("Make a second bot with BotFather and set ASCOLTO_STAFF_BOT_TOKEN to its token."),
)
ONLY_HERE = Judgement(
    CHECK,
    State.WARNING,
    N_("ASCOLTO_PUBLIC_URL is {url}: the links in messages open on this machine only."),
    N_("Set it to the address people reach the pages at, as in https://ascolto.example.org"),
)
IN_THE_CLEAR = Judgement(
    CHECK,
    State.WARNING,
    N_("ASCOLTO_PUBLIC_URL is {url}, without encryption: answers can be read on the way, and the bots have to poll."),
    N_("Put a web server with a certificate in front, and set it to the https address."),
)
NO_URL = Judgement(
    CHECK,
    State.WRONG,
    N_('ASCOLTO_PUBLIC_URL is "{url}", which is no address of a page.'),
    N_("Set it to the address people reach the pages at, as in https://ascolto.example.org"),
)
NO_SENDER = Judgement(
    CHECK,
    State.WRONG,
    N_('ASCOLTO_MAIL_FROM is "{sender}", in which there is no mail address.'),
    N_("Write it as in: Ufficio di piano <piano@example.org>"),
)
NO_RETURNS = Judgement(
    CHECK,
    State.WARNING,
    N_("ASCOLTO_RETURN_ADDRESS is not set: bounces go unnoticed, and dead addresses are written to again and again."),
    N_("Set it to a mailbox with subaddresses, and ASCOLTO_INCOMING_MAIL to where it is read (docs/replies.md)."),
)
RETURNS_MISSING = Judgement(
    CHECK,
    State.WRONG,
    N_("ASCOLTO_INCOMING_MAIL is set without ASCOLTO_RETURN_ADDRESS: what is read there would be for nobody."),
    N_("Set ASCOLTO_RETURN_ADDRESS to the address of that mailbox."),
)
TRAINING_CLOCK = Judgement(
    CHECK,
    State.WARNING,
    N_("ASCOLTO_CLOCK_FILE is set: the clock can be moved, which is for training and tests only."),
    N_("Take it out of the settings before real people are written to."),
)


def judge_settings(settings: Settings, problems: Sequence[Problem], env_file: Path) -> list[Finding]:
    """All that is missing or cannot work; `problems` are those found when the settings were read."""
    found = [Finding(CHECK, State.WRONG, problem) for problem in problems]
    wrong = {str(problem.values.get("name")) for problem in problems}
    for name, look in LOOKS:
        if PREFIX + name not in wrong:
            found += look(settings)
    found += _judge_file(env_file)
    return found or [GOOD.of()]


def _needed(need: Callable[[Settings], object], *lines: str) -> Callable[[Settings], Iterator[Finding]]:
    """A look at a setting that something needs, and that says itself what is wrong with it."""

    def look(settings: Settings) -> Iterator[Finding]:
        try:
            need(settings)
        except Problem as problem:
            yield Finding(CHECK, State.WRONG, problem, lines=lines)

    return look


def _judge_tokens(settings: Settings) -> Iterator[Finding]:
    participants, staff = settings.participant_bot_token, settings.staff_bot_token
    for name, token in (("PARTICIPANT_BOT_TOKEN", participants), ("STAFF_BOT_TOKEN", staff)):
        if token and not TOKEN.fullmatch(token):
            yield Finding(CHECK, State.WRONG, SettingWrong(name=PREFIX + name, reason=NO_TOKEN))
    if not participants:
        yield NO_BOT.of()
    elif participants == staff:
        yield SAME_BOT.of()


def _judge_url(settings: Settings) -> Iterator[Finding]:
    url = settings.public_url
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        yield NO_URL.of(url=url)
    elif OWN_MACHINE.match(url):
        yield ONLY_HERE.of(url=url)
    elif not settings.webhook:
        yield IN_THE_CLEAR.of(url=url)


def _judge_sender(settings: Settings) -> Iterator[Finding]:
    yield from _needed(Settings.need_mail_from)(settings)
    if settings.mail_from and "." not in mail_domain(parseaddr(settings.mail_from)[1]):
        yield NO_SENDER.of(sender=settings.mail_from)


def _judge_returns(settings: Settings) -> Iterator[Finding]:
    if settings.return_address:
        yield from _needed(Settings.checked_return_address)(settings)
    elif settings.incoming_mail:
        yield RETURNS_MISSING.of()
    else:
        yield NO_RETURNS.of()


def _judge_clock(settings: Settings) -> Iterator[Finding]:
    if settings.clock_file is not None:
        yield TRAINING_CLOCK.of()


def _judge_file(env_file: Path) -> Iterator[Finding]:
    try:
        mode = env_file.stat().st_mode
    except OSError:
        return
    if mode & stat.S_IROTH:
        yield READABLE.of(f"chmod o= {env_file}", file=str(env_file))


LOOKS: tuple[tuple[str, Callable[[Settings], Iterator[Finding]]], ...] = (
    ("SECRET_KEY", _needed(Settings.need_secret, NEW_SECRET)),
    ("PARTICIPANT_BOT_TOKEN", _judge_tokens),
    ("PUBLIC_URL", _judge_url),
    ("SMTP_URL", _needed(lambda settings: parse_relays(settings.need_smtp()))),
    ("MAIL_FROM", _judge_sender),
    ("MAIL_DOMAIN_RATES", _needed(lambda settings: parse_domain_rates(settings.mail_domain_rates))),
    ("TELEGRAM_RATE", _needed(Settings.checked_telegram_rate)),
    ("RETURN_ADDRESS", _judge_returns),
    ("CLOCK_FILE", _judge_clock),
)
