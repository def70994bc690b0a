"""The settings of an installation: environment variables `ASCOLTO_...`, or a `.env` file."""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path

from dotenv import dotenv_values
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import Problem, SettingMissing, SettingMisspelt, SettingsUnreadable, SettingUnknown, SettingWrong
from core.i18n import N_

PREFIX = "ASCOLTO_"
BOT_API = "https://api.telegram.org"
OWN_MACHINE = re.compile(r"http://(?:127\.0\.0\.1|localhost)(?::\d+)?(?:/|$)")
NEW_PASSWORD = f"{PREFIX}NEW_PASSWORD"  # of `ascolto account add`: for that one command, no setting
SHORTEST_SECRET = 32
LONGEST_MAILBOX = 64 - len("+b-") - 32  # RFC 5321, section 4.5.3.1.1, with room for a signature
RETURN_ADDRESS = re.compile(rf"[A-Za-z0-9._-]{{1,{LONGEST_MAILBOX}}}@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]+")
PACED = 0.985  # of a rate; the 1.5 % left make up for half a second within half a minute
FREE_RATE = 30.0  # Bot FAQ: about 30 messages a second over all chats
NEAR = 0.7  # how alike two names must be for one to be taken for the other, from 0 to 1

SHORT_SECRET = N_(
    "it has fewer than {least} characters. Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
)
NO_RETURN_ADDRESS = N_(
    "it must be an address alone, with at most {most} letters, digits, dots or dashes before the @, as in "
    "ritorni@example.org."
)
ONLY_PAID = N_(
    "Telegram takes more than {most} messages a second only as paid broadcasts (ASCOLTO_TELEGRAM_PAID_BROADCAST)."
)
UNUSABLE = N_("its value does not fit. See docs/settings.md.")
NO_NUMBER = N_("a number is expected.")
NO_TOKEN = N_("this is no token. BotFather gives it when the bot is made: numbers, a colon, then letters and digits.")
TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
REASONS = {  # by pydantic's type of error
    "int_parsing": NO_NUMBER,
    "float_parsing": NO_NUMBER,
    "bool_parsing": N_("true or false is expected."),
    "greater_than": N_("it must be more than {gt}."),
    "greater_than_equal": N_("it must be at least {ge}."),
    "less_than_equal": N_("it must be at most {le}."),
    "string_pattern_mismatch": N_("it does not match {pattern}."),
}


class Settings(BaseSettings):
    """Every setting, with what it is for."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    database_url: str = Field(
        default="sqlite:///var/ascolto.sqlite", description="sqlite:///PATH or postgresql://USER@HOST/NAME"
    )
    public_url: str = Field(default="http://127.0.0.1:8000", description="The address people reach the pages at")
    host: str = Field(default="127.0.0.1", description="The address the web server listens on")
    port: int = Field(default=8000, ge=0, le=65535, description="The port the web server listens on")
    secret_key: str = Field(
        default="", description=N_("Signs links and sessions: at least 32 random characters, kept secret")
    )
    participant_bot_token: str = Field(default="", description=N_("The token of the participants' bot, from BotFather"))
    participant_bot_name: str = Field(
        default="", description="The bot's user name, for joining links; asked from Telegram if empty"
    )
    staff_bot_token: str = Field(default="", description="The token of the staff's bot, from BotFather")
    staff_bot_name: str = Field(
        default="", description="The staff's bot's user name, for links to it; asked from Telegram if empty"
    )
    telegram_api_url: str = Field(default=BOT_API, description="Another Bot API server, such as the training sandbox")
    telegram_rate: float = Field(
        default=30,
        gt=0,
        le=1000,
        description="Messages a second to Telegram, all processes together; above 30 only with paid broadcasts",
    )
    telegram_paid_broadcast: bool = Field(
        default=False,
        description="Mailings in chat are paid to Telegram (0.1 Stars each), which takes up to 1000 a second",
    )
    smtp_url: str = Field(
        default="", description=N_("smtp://HOST:PORT, smtp+starttls://USER:PASSWORD@HOST:587 or smtps://...")
    )
    smtp_rate: float = Field(default=50, gt=0, description="Mails a second to the relay, all processes together")
    mail_domain_rates: str = Field(
        default="", description="Slower for some domains: gmail.com=60/minute libero.it=2/second"
    )
    mail_from: str = Field(default="", description=N_("The sender of mails: Office name <office@example.org>"))
    mail_size_limit: int = Field(
        default=10, ge=1, le=100, description="What a mail may weigh with pictures and attachments, in megabytes"
    )
    dkim_key: Path | None = Field(
        default=None,
        description="A private key (PEM, RSA or Ed25519) to sign mails with, unless the relay does",
    )
    dkim_selector: str = Field(default="", description="Under which name its public half is published, as in s2026")
    contact_budget: int = Field(
        default=0, ge=0, description="Messages a week to one person, all offices together; 0 for no limit"
    )
    small_numbers: int = Field(
        default=5, ge=1, le=100, description="People who have to stand behind a number of a result that is published"
    )
    return_address: str = Field(
        default="",
        description=N_("The mailbox that bounces and answers come to, with subaddresses: ritorni@example.org"),
    )
    incoming_mail: str = Field(
        default="", description="Where that mailbox is read: maildir:PATH or imaps://USER:PASSWORD@HOST/FOLDER"
    )
    bounce_alarm: float = Field(
        default=5, gt=0, le=100, description="From how many bounces in a hundred mails on the staff's bot gives alarm"
    )
    way_alarm: int = Field(
        default=10, ge=1, description="After how many minutes in which nothing can leave the staff's bot gives alarm"
    )
    dns_server: str = Field(default="", description="Another name server for ascolto doctor to ask, as HOST:PORT")
    webhook_private: bool = Field(
        default=False, description="Whether webhooks may reach private networks, and without https"
    )
    clock_file: Path | None = Field(default=None, description="A clock shared by processes, for training and tests")
    log_format: str = Field(default="text", pattern="^(text|json)$", description="text for people, json for machines")
    attachment_limit: int = Field(
        default=20, ge=1, le=2000, description="The largest file that people can send as an answer, in megabytes"
    )
    upload_limit_mb: int = Field(default=20, ge=1, description="The largest other file accepted, in megabytes")

    def need_secret(self) -> str:
        secret = self._need("secret_key", self.secret_key)
        if len(secret) < SHORTEST_SECRET:
            raise SettingWrong(name=f"{PREFIX}SECRET_KEY", reason=SHORT_SECRET, least=SHORTEST_SECRET)
        return secret

    def need_smtp(self) -> str:
        return self._need("smtp_url", self.smtp_url)

    def need_mail_from(self) -> str:
        return self._need("mail_from", self.mail_from)

    def need_return_address(self) -> str:
        self._need("return_address", self.return_address)
        return self.checked_return_address()

    def checked_return_address(self) -> str:
        """The mailbox for what comes back, "" for none; raises SettingWrong where no signature fits into it."""
        if self.return_address and not RETURN_ADDRESS.fullmatch(self.return_address):
            raise SettingWrong(name=f"{PREFIX}RETURN_ADDRESS", reason=NO_RETURN_ADDRESS, most=LONGEST_MAILBOX)
        return self.return_address

    def checked_telegram_rate(self) -> float:
        """Messages a second; raises SettingWrong where Telegram takes so many only when they are paid."""
        if self.telegram_rate > FREE_RATE and not self.telegram_paid_broadcast:
            raise SettingWrong(name=f"{PREFIX}TELEGRAM_RATE", reason=ONLY_PAID, most=f"{FREE_RATE:g}")
        return self.telegram_rate

    @property
    def telegram_pace(self) -> float:
        """Messages a second that are given permits: a little less than Telegram takes.

        At the very rate, what once left late or all at once would never be made up for, and sooner or later be refused.
        """
        return self.telegram_rate * PACED

    def need_participant_token(self) -> str:
        return self._need("participant_bot_token", self.participant_bot_token)

    @property
    def webhook(self) -> bool:
        """Whether Telegram can reach us; otherwise the bots poll."""
        return self.public_url.startswith("https://")

    @property
    def opens_in_telegram(self) -> bool:
        """Whether pages open inside Telegram: https alone does, for the sandbox also its own machine.

        A button with another address is refused, and the question it stands under with it.
        """
        if self.telegram_api_url != BOT_API and OWN_MACHINE.match(self.public_url):
            return True
        return self.public_url.startswith("https://")

    def _need(self, name: str, value: str) -> str:
        if not value:
            raise SettingMissing(name=PREFIX + name.upper(), help=Settings.model_fields[name].description)
        return value


def load_settings(env_file: Path = Path(".env")) -> Settings:
    """The settings in force; raises SettingUnknown, SettingWrong."""
    settings, problems = examine_settings(env_file)
    if problems:
        raise problems[0]
    return settings


def examine_settings(env_file: Path = Path(".env")) -> tuple[Settings, tuple[Problem, ...]]:
    """The settings as far as they can be used, and all that is wrong with them; what is wrong has its default."""
    found, problems = _read_file(env_file)
    found |= os.environ
    given = {name: value for name, value in found.items() if name.upper().startswith(PREFIX) and name != NEW_PASSWORD}
    known = {PREFIX + name.upper(): name for name in Settings.model_fields}
    problems += [_unknown(name) for name in given if name.upper() not in known]
    usual = {name: field.default for name, field in Settings.model_fields.items()}
    fitting = {known[name.upper()]: value for name, value in given.items() if name.upper() in known}
    values: dict[str, object] = {name: value or usual[name] for name, value in fitting.items()}  # empty is not set
    try:
        return Settings(**values), tuple(problems)  # type: ignore[arg-type]
    except ValidationError as error:
        for one in error.errors():
            field = str(one["loc"][0])
            reason = REASONS.get(one["type"], UNUSABLE)
            problems.append(SettingWrong(name=PREFIX + field.upper(), reason=reason, **one.get("ctx", {})))
            values[field] = usual[field]  # left out, it would be read from the environment
        return Settings(**values), tuple(problems)  # type: ignore[arg-type]


def _read_file(env_file: Path) -> tuple[dict[str, str], list[Problem]]:
    try:
        return {name: value for name, value in dotenv_values(env_file).items() if value is not None}, []
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return {}, [SettingsUnreadable(file=str(env_file), reason=reason)]


def _unknown(name: str) -> SettingUnknown:
    near = difflib.get_close_matches(name[len(PREFIX) :].lower(), Settings.model_fields, 1, NEAR)
    return SettingMisspelt(name=name, near=PREFIX + near[0].upper()) if near else SettingUnknown(name=name)
