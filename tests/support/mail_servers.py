"""Debian's Postfix and Dovecot, started for a test on loopback with folders of their own."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SBIN = f"{os.environ.get('PATH', os.defpath)}{os.pathsep}/usr/sbin"
NOBODY, NOGROUP = 65534, 65534
PASSWORD = "a/pass@word"
SERVICES = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def why_not() -> str:
    """Why real mail servers cannot be started here; "" where they can."""
    missing = [name for name in ("postfix", "dovecot") if not shutil.which(name, path=SBIN)]
    if missing:
        return f"{' and '.join(missing)} is not installed (on Debian: apt-get install postfix dovecot-imapd)"
    return "" if os.geteuid() == 0 else "Postfix starts as root only"


@dataclass(frozen=True)
class MailServers:
    """Where they listen; every mailbox of `folder` is a Maildir that Postfix fills and Dovecot shows."""

    folder: Path
    smtp: int
    imap: int
    imaps: int
    trusted: ssl.SSLContext

    def mails(self, mailbox: str) -> list[bytes]:
        found = (self.folder / "mail" / mailbox).glob("*/*")
        return [path.read_bytes() for path in sorted(found) if path.parent.name in {"new", "cur"}]

    def log(self) -> str:
        return "".join(path.read_text("utf-8", "replace") for path in self.folder.glob("*.log"))


@contextmanager
def mail_servers(mailboxes: dict[str, str], routes: dict[str, int]) -> Iterator[MailServers]:
    """Runs both; `mailboxes` are addresses with their mailbox, `routes` addresses that another port takes."""
    # Not pytest's own folders, into which nobody else may look: both servers drop their rights.
    with tempfile.TemporaryDirectory(prefix="ascolto-mail-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        for mailbox in set(mailboxes.values()):
            _make_maildir(folder / "mail" / mailbox)
        smtp, imap, imaps = free_ports(3)
        servers = MailServers(folder, smtp, imap, imaps, certificate(folder))
        config = _write_postfix(servers, mailboxes, routes)
        dovecot = subprocess.Popen([_found("dovecot"), "-F", "-c", str(_write_dovecot(servers))])
        try:
            started = subprocess.run([_found("postfix"), "-c", str(config), "start"], check=False, capture_output=True)
            assert started.returncode == 0, (started.stderr, servers.log())
            for port in (servers.smtp, servers.imap, servers.imaps):
                _wait_for(port)
            yield servers
        finally:
            subprocess.run([_found("postfix"), "-c", str(config), "stop"], check=False, capture_output=True)
            dovecot.terminate()
            dovecot.wait()


def _found(name: str) -> str:
    found = shutil.which(name, path=SBIN)
    assert found
    return found


def _make_maildir(folder: Path) -> None:
    for part in (folder, folder / "new", folder / "cur", folder / "tmp"):
        part.mkdir(parents=True, exist_ok=True)
        os.chown(part, NOBODY, NOGROUP)
    folder.parent.chmod(0o755)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on at this moment."""
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in taken]
    for one in taken:
        one.close()
    return ports


def certificate(folder: Path) -> ssl.SSLContext:
    command = (
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(folder / "key.pem"),
        "-out", str(folder / "cert.pem"),
    )  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return ssl.create_default_context(cafile=str(folder / "cert.pem"))


def _write_dovecot(servers: MailServers) -> Path:
    folder = servers.folder
    path = folder / "dovecot.conf"
    path.write_text(f"""
base_dir = {folder}/dovecot
state_dir = {folder}/dovecot-state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%n
first_valid_uid = 1000
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={NOBODY} gid={NOGROUP} home={folder}/mail/%n
}}
service imap-login {{
  inet_listener imap {{
    port = {servers.imap}
  }}
  inet_listener imaps {{
    port = {servers.imaps}
    ssl = yes
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
""")
    return path


def _write_postfix(servers: MailServers, mailboxes: dict[str, str], routes: dict[str, int]) -> Path:
    folder = servers.folder
    config = folder / "postfix"
    config.mkdir()
    for name in ("queue", "data"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix", "postfix")
    domains = {address.rpartition("@")[2] for address in (*mailboxes, *routes)}
    (config / "mailboxes").write_text("".join(f"/^{_regexp(one)}$/ {to}/\n" for one, to in mailboxes.items()))
    (config / "routes").write_text("".join(f"/^{_regexp(one)}$/ smtp:[127.0.0.1]:{to}\n" for one, to in routes.items()))
    with (config / "mailboxes").open("a") as listed:
        listed.writelines(f"/^{_regexp(one)}$/ elsewhere/\n" for one in routes)
    (config / "main.cf").write_text(f"""
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
myhostname = mx.example.test
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
recipient_delimiter = +
virtual_mailbox_domains = {" ".join(sorted(domains))}
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = regexp:{config}/mailboxes
virtual_uid_maps = static:{NOBODY}
virtual_gid_maps = static:{NOGROUP}
transport_maps = regexp:{config}/routes
smtp_host_lookup = native
disable_dns_lookups = yes
smtpd_recipient_restrictions = permit_mynetworks, reject
""")
    (config / "master.cf").write_text(SERVICES.format(port=servers.smtp).lstrip())
    return config


def _regexp(address: str) -> str:
    """With any subaddress: tables of patterns are not asked for the address without it."""
    local, _, domain = address.partition("@")
    return f"{re.escape(local)}(\\+[^@]*)?@{re.escape(domain)}"


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on {port}")
