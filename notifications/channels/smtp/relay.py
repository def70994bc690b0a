"""The relays that mails leave by, as the settings name them."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from core.errors import SettingWrong
from core.i18n import N_
from core.people.channels import EMAIL

SETTING = "ASCOLTO_SMTP_URL"
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
OPTIONS = ("weight", "connections", "rate", "ca")
MOST_CONNECTIONS = 50

NO_SCHEME = N_("it begins with none of {schemes}.")
NO_PORT = N_("its port is no number between 1 and 65535.")
NO_OPTION = N_("{option} is not known. After the question mark there may be: {known}.")
NO_NUMBER = N_("{option} must be a number of at least {least} and at most {most}.")
NO_FILE = N_("there are no certificates in {file}.")
TWICE = N_("{host} stands there twice.")
IN_THE_CLEAR = N_(
    "the password would leave unencrypted. Write smtp+starttls:// or smtps://; smtp:// signs in only on this machine."
)


@dataclass(frozen=True)
class Relay:
    """Where mails go first; `security` is smtp (none), smtp+starttls or smtps.

    `weight` is its share of the rate beside other relays, unless `rate` (mails a second) says what it
    takes; `ca` is a file of certificates to trust beside those of the machine.
    """

    host: str
    port: int
    security: str
    user: str = ""
    password: str = ""
    weight: float = 1
    connections: int = 4
    rate: float = 0
    ca: str = ""

    @property
    def name(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def way(self) -> str:
        """The name of its rate, which all senders share."""
        return f"{EMAIL}:{self.name}"

    def tls(self) -> ssl.SSLContext:
        """How the relay has to show who it is."""
        context = ssl.create_default_context()
        if self.ca:
            context.load_verify_locations(cafile=self.ca)
        return context


def parse_relays(urls: str) -> tuple[Relay, ...]:
    """Reads ASCOLTO_SMTP_URL, one address or several with spaces between; raises SettingWrong."""
    relays = tuple(parse_relay(url) for url in urls.split())
    names = [relay.name for relay in relays]
    for name in names:
        if names.count(name) > 1:
            raise SettingWrong(name=SETTING, reason=TWICE, host=name)
    if not relays:
        raise SettingWrong(name=SETTING, reason=NO_SCHEME, schemes=_schemes())
    return relays


def parse_relay(url: str) -> Relay:
    """Reads one address; raises SettingWrong."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        raise SettingWrong(name=SETTING, reason=NO_SCHEME, schemes=_schemes()) from error
    if parts.scheme not in PORTS or not host:
        raise SettingWrong(name=SETTING, reason=NO_SCHEME, schemes=_schemes())
    if parts.scheme == "smtp" and parts.username and not _is_this_machine(host):
        raise SettingWrong(name=SETTING, reason=IN_THE_CLEAR)
    options = _options(parts)
    return Relay(
        host=host,
        port=_port(parts),
        security=parts.scheme,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        weight=_number(options, "weight", (0.01, 100), 1),
        connections=round(_number(options, "connections", (1, MOST_CONNECTIONS), 4)),
        rate=_number(options, "rate", (0.01, 100_000), 0),
        ca=_certificates(options.get("ca", "")),
    )


def rate_of(relay: Relay, relays: tuple[Relay, ...], rate: float) -> float:
    """Mails a second by one relay: its own rate, else its share by weight of the rate for all."""
    shared = sum(one.weight for one in relays if not one.rate)
    return relay.rate or rate * relay.weight / shared


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _schemes() -> str:
    return ", ".join(f"{scheme}://" for scheme in PORTS)


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError as error:
        raise SettingWrong(name=SETTING, reason=NO_PORT) from error
    if port == 0:
        raise SettingWrong(name=SETTING, reason=NO_PORT)
    return port or PORTS[parts.scheme]


def _options(parts: SplitResult) -> dict[str, str]:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if strange := sorted(set(options) - set(OPTIONS)):
        raise SettingWrong(name=SETTING, reason=NO_OPTION, option=strange[0], known=", ".join(OPTIONS))
    return options


def _number(options: dict[str, str], option: str, bounds: tuple[float, float], usual: float) -> float:
    least, most = bounds
    try:
        number = float(options.get(option, usual))
    except ValueError:
        number = most + 1
    if option in options and not least <= number <= most:
        raise SettingWrong(name=SETTING, reason=NO_NUMBER, option=option, least=least, most=most)
    return number


def _certificates(file: str) -> str:
    if file:
        try:
            ssl.create_default_context().load_verify_locations(cafile=Path(file))
        except (OSError, ssl.SSLError) as error:
            raise SettingWrong(name=SETTING, reason=NO_FILE, file=file) from error
    return file
