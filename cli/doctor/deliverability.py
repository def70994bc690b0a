"""What the DNS says about our mails: the judgements, put to the name servers."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from functools import partial

from cli.doctor.checks import Check
from cli.doctor.relays import relays_of
from cli.voice import signer_by
from core.config import Settings
from core.errors import SettingWrong
from core.findings import Finding, Judgement, State
from core.i18n import N_
from notifications.channels.smtp.relay import Relay
from notifications.deliverability.asking import name_servers
from notifications.deliverability.dkim_record import judge_dkim, judge_relay_dkim
from notifications.deliverability.dmarc import Senders, judge_dmarc
from notifications.deliverability.mx import judge_mx
from notifications.deliverability.questions import Ask, Inquiry, NoAnswer, addresses_of, inquire, mail_domain
from notifications.deliverability.relays import RelayAddress, literal
from notifications.deliverability.reverse import judge_reverse
from notifications.deliverability.spf.judge import judge_spf, judge_spf_beside

CHECK = "dns"
NO_DOMAIN = Judgement(
    CHECK,
    State.UNKNOWN,
    N_("Without ASCOLTO_MAIL_FROM there is no domain whose records could be looked at."),
)


@dataclass(frozen=True)
class Domains:
    """The domain people see as the sender's, and that of the envelope, which bounces go to."""

    visible: str
    envelope: str


def domains_of(settings: Settings) -> Domains:
    visible = mail_domain(parseaddr(settings.mail_from)[1])
    return Domains(visible, mail_domain(settings.return_address) or visible)


def dns_checks(settings: Settings) -> list[Check]:
    """The checks for the domains of the settings."""
    domains = domains_of(settings)
    if not domains.visible:
        return [Check(CHECK, _without_domain)]
    looks: dict[str, Callable[[Settings, Domains, Ask], Awaitable[list[Finding]]]] = {
        "spf": look_spf,
        "dkim": look_dkim,
        "dmarc": look_dmarc,
        "mx": look_mx,
        "reverse": look_reverse,
    }
    try:
        ask = name_servers(settings.dns_server).ask
    except (SettingWrong, NoAnswer) as error:
        return [Check(CHECK, partial(_without_servers, error))]
    return [Check(name, partial(look, settings, domains, ask)) for name, look in looks.items()]


async def look_spf(settings: Settings, domains: Domains, ask: Ask) -> list[Finding]:
    relays = await relay_addresses(relays_of(settings), ask)
    found = await inquire(judge_spf(domains.envelope, relays), ask)
    if domains.visible != domains.envelope:
        found += await inquire(judge_spf_beside(domains.visible), ask)
    return found


async def look_dkim(settings: Settings, domains: Domains, ask: Ask) -> list[Finding]:
    """Raises SettingWrong for a key that is none."""
    signer = signer_by(settings)
    judgement: Inquiry[list[Finding]] = (
        judge_dkim(signer) if signer else judge_relay_dkim(domains.visible, settings.dkim_selector)
    )
    return await inquire(judgement, ask)


async def look_dmarc(settings: Settings, domains: Domains, ask: Ask) -> list[Finding]:
    is_signed = bool(settings.dkim_key or settings.dkim_selector)
    return await inquire(judge_dmarc(Senders(domains.visible, domains.envelope, is_signed)), ask)


async def look_mx(_: Settings, domains: Domains, ask: Ask) -> list[Finding]:
    return await inquire(judge_mx(domains.envelope), ask)


async def look_reverse(settings: Settings, _: Domains, ask: Ask) -> list[Finding]:
    return await inquire(judge_reverse(await relay_addresses(relays_of(settings), ask)), ask)


async def relay_addresses(relays: Sequence[Relay], ask: Ask) -> list[RelayAddress]:
    """What the DNS does not know, the machine may: by its hosts file, in a network of containers."""
    found: list[RelayAddress] = []
    for host in dict.fromkeys(relay.host for relay in relays):
        if (address := literal(host)) is not None:
            found.append(RelayAddress(host, address))
            continue
        texts = await inquire(addresses_of(host), ask) if "." in host else ()
        found += [RelayAddress(host, ipaddress.ip_address(one)) for one in texts or await _by_machine(host)]
    return found


async def _without_domain() -> list[Finding]:
    return [NO_DOMAIN.of()]


async def _without_servers(error: Exception) -> list[Finding]:
    raise error


async def _by_machine(host: str) -> list[str]:
    try:
        told = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return list(dict.fromkeys(str(one[4][0]).partition("%")[0] for one in told))
