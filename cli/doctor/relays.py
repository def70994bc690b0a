"""Whether each relay lets us in: greeted, encrypted and signed in as for sending, while nothing is sent."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl

from core.config import Settings
from core.errors import SettingWrong
from core.findings import Finding, Judgement, Said, State
from core.i18n import N_
from notifications.channels.smtp.connection import Patience, SmtpConnection, Stage
from notifications.channels.smtp.refusal import Refused
from notifications.channels.smtp.relay import Relay, parse_relays
from notifications.channels.smtp.wire import ConnectionBroken

CHECK = "smtp"
PATIENCE_SECONDS = 5.0
MEGABYTE = 1_000_000
SMALL = 1 * MEGABYTE

PIPELINES, WAITS = (
    N_("many mails at once (PIPELINING)"),
    N_("one mail after the other, which is slower (no PIPELINING)"),
)
UP_TO, ANY_SIZE = N_("up to {size} MB each"), N_("of a size it does not limit (no SIZE)")
GOOD = Judgement(CHECK, State.OK, N_("The relay {relay} lets us in; it takes {pace}, {size}."))
NAMELESS = Judgement(
    CHECK,
    State.WRONG,
    N_("The relay's name {host} is not found."),
    N_("Correct it in ASCOLTO_SMTP_URL, or look whether this machine reaches a name server."),
)
UNREACHABLE = Judgement(
    CHECK,
    State.WRONG,
    N_("The relay {relay} cannot be reached: {error}"),
    N_("Look at its name and port in ASCOLTO_SMTP_URL, and whether a firewall lets this machine out to it."),
)
SILENT = Judgement(
    CHECK,
    State.WRONG,
    N_("The relay {relay} does not answer ({when})."),
    N_("Look at its port in ASCOLTO_SMTP_URL: 465 wants smtps://, 587 smtp+starttls://, 25 smtp://."),
)
NOT_TRUSTED = Judgement(
    CHECK,
    State.WRONG,
    N_("The certificate of the relay {relay} is not trusted: {error}"),
    N_("Name it as its certificate does; where your office signs certificates itself, add ?ca=/path/ca.pem."),
)
NO_TLS = Judgement(
    CHECK,
    State.WRONG,
    N_("The relay {relay} cannot be spoken with encrypted: {error}"),
    N_("Look at its port in ASCOLTO_SMTP_URL: 465 wants smtps://, 587 smtp+starttls://, 25 smtp://."),
)
NO_STARTTLS = Judgement(
    CHECK,
    State.WRONG,
    N_("The relay {relay} does not offer encryption (STARTTLS): {error}"),
    N_("If it encrypts from the first byte write smtps://; smtp:// only where nobody can listen in between."),
)
NO_SIGN_IN = Judgement(
    CHECK,
    State.WRONG,
    N_("The relay {relay} does not let us sign in: {error}"),
    N_(
        "Correct user and password in ASCOLTO_SMTP_URL; in both, characters such as @ : / are written as %40 %3A %2F. "
        "Some services want a password made for programs."
    ),
)
NO_AUTH = Judgement(
    CHECK,
    State.WRONG,
    N_("The relay {relay} offers no sign-in (AUTH) over this connection: {error}"),
    N_("Many offer it only encrypted: write smtp+starttls:// or smtps://. Or leave user and password out."),
)
REFUSES = Judgement(
    CHECK,
    State.WRONG,
    N_("The relay {relay} turns us away: {error}"),
    N_("Ask who runs it to let this machine's address in."),
)
NO_RELAY = Judgement(
    CHECK,
    State.WRONG,
    N_("What answers at {relay} is no mail server: {error}"),
    N_("Look at its name and port in ASCOLTO_SMTP_URL."),
)
IN_THE_CLEAR = Judgement(
    CHECK,
    State.WARNING,
    N_("Mails go to the relay {relay} without encryption."),
    N_("Write smtp+starttls:// or smtps:// in ASCOLTO_SMTP_URL."),
)
SMALL_MAILS = Judgement(
    CHECK,
    State.WARNING,
    N_("The relay {relay} takes mails of at most {size} bytes; a mail with pictures may be larger."),
    N_("Ask who runs it for a larger limit."),
)
STAGES = {
    Stage.CONNECTING: N_("while connecting"),
    Stage.GREETING: N_("at its greeting"),
    Stage.ENCRYPTING: N_("while encrypting"),
    Stage.SIGNING_IN: N_("while signing in"),
    Stage.OPEN: N_("after signing in"),
}


async def look_relays(settings: Settings) -> list[Finding]:
    """All relays at once."""
    found = await asyncio.gather(*(look_relay(relay) for relay in relays_of(settings)))
    return [one for findings in found for one in findings]


def relays_of(settings: Settings) -> tuple[Relay, ...]:
    """The relays that are set; none where the setting is missing or wrong, which the check of the settings says."""
    try:
        return parse_relays(settings.smtp_url) if settings.smtp_url else ()
    except SettingWrong:
        return ()


async def look_relay(relay: Relay, patience: float = PATIENCE_SECONDS) -> list[Finding]:
    connection = SmtpConnection(relay, Patience(command=patience))
    try:
        await connection.open()
    except Refused as refused:
        return [_refused(relay, connection, refused)]
    except OSError as error:
        return [_failed(relay, connection.stage, error)]
    except UnicodeError:  # a name that no name server could be asked for (RFC 1035, section 2.3.4)
        return [NAMELESS.of(host=relay.host)]
    finally:
        await connection.close(politely=connection.stage is Stage.OPEN)
    return judge_offers(relay, longest=connection.offers.longest, pipelines=connection.offers.pipelines)


def judge_offers(relay: Relay, *, longest: int, pipelines: bool) -> list[Finding]:
    """What the relay offers (RFC 2920; RFC 1870: `longest` in bytes, 0 where it sets no limit), and what is missing."""
    size = Said(UP_TO, {"size": longest // MEGABYTE}) if longest >= MEGABYTE else Said(ANY_SIZE)
    pace = Said(PIPELINES if pipelines else WAITS)
    found = [GOOD.of(relay=relay.name, pace=pace, size=size)]
    if 0 < longest < SMALL:
        found = [SMALL_MAILS.of(relay=relay.name, size=longest)]
    if relay.security == "smtp" and not is_inside(relay.host):
        found += [IN_THE_CLEAR.of(relay=relay.name)]
    return found


def _refused(relay: Relay, connection: SmtpConnection, refused: Refused) -> Finding:
    values = {"relay": relay.name, "error": str(refused)}
    match connection.stage:
        case Stage.ENCRYPTING:
            return NO_STARTTLS.of(**values)
        case Stage.SIGNING_IN:
            return (NO_SIGN_IN if connection.offers.sign_ins is not None else NO_AUTH).of(**values)
        case _:
            return REFUSES.of(**values)


def _failed(relay: Relay, stage: Stage, error: OSError) -> Finding:
    values = {"relay": relay.name, "error": str(error) or type(error).__name__}
    match error:
        case socket.gaierror():
            return NAMELESS.of(host=relay.host)
        case ssl.SSLCertVerificationError():
            return NOT_TRUSTED.of(relay=relay.name, error=error.verify_message or str(error))
        case ssl.SSLError():
            return NO_TLS.of(**values)
        case TimeoutError():
            return SILENT.of(relay=relay.name, when=Said(STAGES[stage]))
        case ConnectionBroken() if stage is not Stage.CONNECTING:
            return NO_RELAY.of(**values)
        case _:
            return UNREACHABLE.of(**values)


def is_inside(host: str) -> bool:
    """Whether a host is this machine or one of its network, as far as its name tells."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host
